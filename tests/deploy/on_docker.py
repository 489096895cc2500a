"""The stack for real: images, Compose, run containers. It needs Docker, so it is asked for by name:

    tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/on_docker.py

Its tests follow one another on one stack. `make test-containers` runs those of the other `*_on_docker.py` too.
"""

import re

import httpx
import pytest

from tests.deploy.stack import PYTHON_IMAGE, RUN_LABEL, SERVICES, Stack, docker, shown

BOT_MEGABYTES = 150
IDLE_MEGABYTES = 1050
LAYERS = {"toko-bot": 260, "toko-web": 250}
"""The most megabytes on top of the base image, the public one of which has some 130."""
PAGE_MEGABYTES = 200
KILLED = 137
OF_A_RUN = {
    "DB_HOST", "DB_USER", "DB_PASSWORD", "DB_RESTORE_USER", "DB_RESTORE_PASSWORD", "DB_NAME", "SHOP_NAME",
    "SHOP_TIMEZONE", "STALE_HOURS", "IPOS_DATABASE", "BACKUP_SOURCE", "BACKUP_FOLDER", "DROPBOX_APP_KEY",
    "DROPBOX_APP_SECRET", "DROPBOX_REFRESH_TOKEN", "DROPBOX_FOLDER_PATH", "KEEP_BACKUPS", "KEEP_CATALOGS", "KEEP_RUNS",
    "KEEP_RUN_DAYS", "MAX_CSV_FILES", "SYNONYMS_FILE", "DAGSTER_RUN_JOB_NAME",
}  # fmt: skip
"""What a run container is told beside what its image says."""


def test_everything_is_healthy_and_small(shop: Stack) -> None:
    memory = shop.memory()
    assert memory["bot"] < BOT_MEGABYTES, memory
    assert memory["web"] < PAGE_MEGABYTES, memory
    assert sum(memory.values()) < IDLE_MEGABYTES, memory


def test_a_run_container_ends_well_and_keeps_its_log(shop: Stack) -> None:
    # The run that reads the sales follows the sync, and its start removes the sync's container.
    shop.wait_until(
        lambda: [run["status"] for run in shop.runs()].count("SUCCESS") > 1, "the sync and the sales' run have ended"
    )
    shop.wait_until(lambda: not shop.run_containers(running=True), "the containers of the runs have ended")
    container = shop.run_containers()[0]
    assert shop.inspect(container)["State"]["ExitCode"] == 0
    assert shop.inspect(container)["Name"] == f"/toko-run-{shop.inspect(container)['Config']['Labels'][RUN_LABEL][:8]}"
    log = docker("logs", container)
    assert "RUN_SUCCESS" in log
    assert "restores instead" not in shop.stored(), "Dagster's role restored the backup"


def test_a_run_container_is_told_and_may_no_more_than_it_needs(shop: Stack) -> None:
    run = shop.inspect(shop.run_containers()[0])
    image = shop.inspect("toko-platform")
    told = {variable.partition("=")[0] for variable in set(run["Config"]["Env"]) - set(image["Config"]["Env"])}
    assert told == OF_A_RUN
    assert shop.telegram.token not in str(run)
    assert shop.settings["POSTGRES_PASSWORD"] not in str(run)
    assert str(run).count(shop.settings["DB_PASSWORD"]) == 1
    host = run["HostConfig"]
    assert {bind.split(":")[0] for bind in host["Binds"]} == {"toko_data", "toko_catalog", str(shop.inbox)}
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Privileged"]) == (True, ["ALL"], False)
    assert run["Config"]["User"] == "10001"
    assert list(run["NetworkSettings"]["Networks"]) == ["toko_runs"]


def test_no_container_is_root_or_writes_to_its_own_files(shop: Stack) -> None:
    for service in SERVICES:
        found = shop.inspect(shop.container(service))
        assert found["HostConfig"]["ReadonlyRootfs"], service
        users = set(docker("top", found["Id"], "-eo", "pid,uid,comm").splitlines()[1:])
        servers = [line for line in users if "docker-init" not in line]
        assert not [line for line in servers if line.split()[1] == "0"], (service, users)


def test_the_doctor_finds_nothing_wrong(shop: Stack) -> None:
    assert docker("exec", shop.container("code"), "toko", "doctor").endswith("Nothing is wrong.")


def test_only_the_pages_and_the_web_interface_can_be_reached_and_only_from_here(shop: Stack) -> None:
    ports = {name: shop.inspect(shop.container(name))["HostConfig"]["PortBindings"] or {} for name in SERVICES}
    assert ports.pop("webserver") == {"3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": shop.settings["WEB_PORT"]}]}
    assert ports.pop("web") == {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": shop.settings["CATALOG_PORT"]}]}
    assert not any(ports.values())


def test_only_the_daemon_has_the_docker_socket_and_bot_and_pages_cannot_write_the_catalogue(shop: Stack) -> None:
    mounts = {name: shop.inspect(shop.container(name))["Mounts"] for name in SERVICES}
    assert [name for name in SERVICES if "docker.sock" in str(mounts[name])] == ["daemon"]
    for name in ("bot", "web"):
        found = {(mount["Name"], mount["Destination"], mount["RW"]) for mount in mounts[name]}
        assert found == {("toko_catalog", "/data/catalog", False), ("toko_state", "/data/state", True)}


def test_the_pages_reach_dagsters_web_server_and_nothing_else_of_ours(shop: Stack) -> None:
    ask = "import socket; socket.create_connection((%r, %d), 3)"
    reached = {
        name: "Traceback" not in docker("exec", shop.container("web"), "python", "-c", ask % (name, port), check=False)
        for name, port in (("webserver", 3000), ("postgres", 5432), ("code", 4000), ("bot", 8080))
    }
    assert reached == {"webserver": True, "postgres": False, "code": False, "bot": False}


def test_the_pages_ask_who_somebody_is_and_show_no_metrics_to_the_network(shop: Stack) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{shop.settings['CATALOG_PORT']}", timeout=20) as client:
        first = client.get("/", headers={"Accept": "text/html"}, follow_redirects=True)
        assert (first.status_code, first.url.path) == (200, "/masuk")
        assert client.get("/metrics").status_code == 404
        assert client.get("/healthz").text == "ok\n"


def test_a_bot_of_the_version_before_and_old_links_reach_dagster_where_it_was(shop: Stack) -> None:
    assert "toko" in str(shop.web.ask("{ workspaceOrError { ... on Workspace { locationEntries { name } } } }"))
    link = httpx.get(f"{shop.web.address}/runs/1b2c?x=1", headers={"Accept": "text/html"})
    assert (link.status_code, link.headers["Location"]) == (308, "/dagster/runs/1b2c?x=1")
    assert httpx.get(f"{shop.web.address}/dagster/runs/1b2c").status_code == 200


def test_the_bot_and_the_command_line_share_the_state_database(shop: Stack) -> None:
    added = """
from toko_bot.settings import load_settings
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.state.database import open_state
people = People(open_state(load_settings()), frozenset(), frozenset())
print(people.find(901), people.add(902, None, Role.STAFF, name="by the bot").label)
"""
    code, bot = shop.container("code"), shop.container("bot")
    docker("exec", code, "toko", "people", "add", "901", "--name", "by the command")
    assert "by the command" in docker("exec", bot, "python", "-c", added)
    listed = docker("exec", code, "toko", "people", "list")
    assert "by the bot" in listed
    for user_id in ("901", "902"):
        docker("exec", code, "toko", "people", "erase", user_id)
    modes = docker("exec", code, "stat", "-c", "%a", "/data/state", "/data/state/state.db")
    assert modes.split() == ["2770", "660"]


@pytest.mark.parametrize("image", sorted(LAYERS))
def test_the_images_of_bot_and_pages_are_small_and_have_neither_dagster_nor_postgresql(shop: Stack, image: str) -> None:
    sizes = {name: shop.inspect_image(name)["Size"] / 1e6 for name in (image, PYTHON_IMAGE)}
    assert sizes[image] - sizes[PYTHON_IMAGE] <= LAYERS[image], sizes
    names = ("-iname '*dagster*'", "-name 'pg_ctl*'", "-name 'pg_dump*'", "-iname '*pgserver*'")
    program = f"find / {' -o '.join(f'-xdev {name}' for name in names)}"
    shell = ("run", "--rm", "--user", "0", "--entrypoint", "sh", image, "-c", f"{program} | grep -v __pycache__")
    of_others = [line for line in docker(*shell).splitlines() if not line.startswith("/app/toko_core/")]
    assert of_others == []  # toko_core has the client of its API


def test_no_secret_is_in_an_image(shop: Stack) -> None:
    for image in ("toko-platform", "toko-bot", "toko-web"):
        history = docker("history", "--no-trunc", image) + str(shop.inspect_image(image))
        files = docker(
            "run", "--rm", "--entrypoint", "find", image, "/app", "/opt/dagster", "/data", "-name", ".env*", check=False
        )
        assert ".env" not in files
        for secret in secrets(shop):
            assert secret not in history


def test_without_people_the_pages_say_what_to_do_and_start_once_somebody_has_access(shop: Stack) -> None:
    people = {name: shop.settings[name] for name in ("ALLOWED_USERS", "OWNER_USERS")}
    shop.set(ALLOWED_USERS="", OWNER_USERS="")
    try:
        assert "! OWNER_USERS is empty: while nobody has access, the catalogue's pages do not start." in shop.make("up")
        shop.wait_until(lambda: "nobody has access" in shop.log(shop.container("web")), "the pages say why", 120)
        docker("exec", shop.container("code"), "toko", "people", "add", "901", "--role", "owner")
        shop.wait_for_health(("web",))
        assert "OWNER_USERS is empty" not in shop.make("up")
    finally:
        docker("exec", shop.container("code"), "toko", "people", "erase", "901", check=False)
        shop.set(**people)
        shop.make("up")
    shop.wait_for_health()


def test_each_container_killed_in_turn_comes_back_and_a_changed_price_is_answered(shop: Stack) -> None:
    before = shop.started()
    shop.put_backup(2000)
    for service in SERVICES:
        shop.kill(shop.container(service))
        shop.wait_until(lambda: re.search("Rp[12].000", shop.price_answered()), "a search is answered")
    shop.wait_for_price(2000)
    shop.wait_for_health()
    assert [service for service, time in shop.started().items() if time == before[service]] == []


def test_all_killed_at_once_during_a_sync_and_then_taken_down_and_started_lose_nothing(shop: Stack) -> None:
    run = shop.start_sync(3000)
    shop.kill(run, *map(shop.container, SERVICES))
    shop.wait_until(lambda: shown(2000) in shop.price_answered(), "the old price is answered")
    assert shop.inspect(run)["State"]["ExitCode"] == KILLED
    shop.wait_until(lambda: shop.knows_its_runs() and shop.runs()[0]["status"] == "FAILURE", "the run counts as lost")
    known = shop.runs()
    shop.compose("stop")
    assert "database system is shut down" in shop.log(shop.container("postgres"))
    shop.compose("down")
    shop.compose("up", "-d")
    assert shown(2000) in shop.price_answered()
    shop.wait_for_price(3000)
    shop.wait_for_health()
    assert shop.runs()[-len(known) :] == known


def test_no_secret_is_in_a_log_in_dagsters_storage_or_in_what_the_web_interface_is_given(shop: Stack) -> None:
    said = shop.everything_said() + shop.stored() + str(shop.web.ask(EVERYTHING))
    for secret in secrets(shop):
        assert secret not in said


def secrets(shop: Stack) -> list[str]:
    return [shop.settings[name] for name in ("DB_PASSWORD", "POSTGRES_PASSWORD", "TELEGRAM_BOT_TOKEN")]


EVERYTHING = """{
  instance { info runLauncher { name } daemonHealth { allDaemonStatuses { daemonType healthy } } }
  runsOrError { ... on Runs { results { runId runConfigYaml tags { key value } eventConnection { events {
    __typename ... on MessageEvent { message }
    ... on DisplayableEvent { description metadataEntries { label ... on TextMetadataEntry { text } } }
  } } } } }
  repositoriesOrError { ... on RepositoryConnection { nodes { name allTopLevelResourceDetails {
    name configuredValues { key value type }
  } } } }
  workspaceOrError { ... on Workspace { locationEntries { displayMetadata { key value } } } }
}"""
