"""What the files of the deployment say to each other. The stack itself: `on_docker.py`."""

import re
import runpy
import subprocess
import time
from pathlib import Path
from typing import Any

import dagster_webserver
import pytest
import yaml  # type: ignore[import-untyped]

from tests.deploy.stack import CHECKOUT
from toko_assets.cli.containers.docker import NETWORKS, PROJECT, VOLUMES
from toko_assets.common.settings import Settings, WebSettings
from toko_bot.settings import BotSettings
from toko_web.settings import PageSettings

NOT_IN_CONTAINERS = {
    "toko_data_dir",
    "db_port",
    "search_results_limit",
    "daily_sync_cron",
    "sales_every_hours",
    "heartbeat_url",
    "web_port",
    "state_url",
} | WebSettings.model_fields.keys()
"""Of the chain: in the image; always the same; of `toko search`; of sensors, schedules and pages, which are no runs."""


CAPABLE = {"postgres", "proxy"}
"""The services that keep a capability."""


def load(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text())


def environment(service: str) -> set[str]:
    return set(load("docker-compose.yml")["services"][service]["environment"])


def test_a_run_container_gets_every_setting_of_the_chain_and_the_daemon_has_them() -> None:
    names = load("deploy/dagster/dagster.yaml")["run_launcher"]["config"]["env_vars"]
    assert set(names) == {name.upper() for name in Settings.model_fields.keys() - NOT_IN_CONTAINERS}
    assert environment("daemon") == {*names, "BACKUP_VOLUME", "PLATFORM_IMAGE"}
    assert load("docker-compose.yml")["services"]["daemon"]["environment"]["PLATFORM_IMAGE"] == "toko-platform"


def test_the_daemon_watches_the_folder_that_the_code_location_lists() -> None:
    services = load("docker-compose.yml")["services"]
    (folder,) = (volume for volume in services["code"]["volumes"] if volume.endswith(":/inbox:ro"))
    assert folder in services["daemon"]["volumes"]
    assert services["daemon"]["command"][:3] == ["python", "-m", "toko_assets.defs.daemon"]


def test_the_code_location_gets_every_setting_of_the_chain() -> None:
    wanted = {name.upper() for name in Settings.model_fields}
    assert wanted - {"TOKO_DATA_DIR", "DB_PORT", "SEARCH_RESULTS_LIMIT", "WEB_PORT"} <= environment("code")


def test_the_web_server_is_the_guarded_one_and_gets_its_names_but_no_secret_besides_its_storages() -> None:
    services = load("docker-compose.yml")["services"]
    service = services["webserver"]
    assert service["command"][:3] == ["python", "-m", "toko_assets.defs.webserver"]
    names = {name.upper() for name in WebSettings.model_fields}
    assert environment("webserver") == {*names, "DB_HOST", "DB_USER", "DB_PASSWORD"}
    assert service["environment"]["DAGSTER_URL"] == services["bot"]["environment"]["DAGSTER_URL"]


def test_the_bot_gets_every_setting_of_the_bot_and_no_other_secret() -> None:
    assert environment("bot") == {name.upper() for name in BotSettings.model_fields} - {"TOKO_DATA_DIR"}


def test_the_pages_get_every_setting_of_theirs_and_no_secret_besides_the_state_databases() -> None:
    assert environment("web") == {name.upper() for name in PageSettings.model_fields} - {"TOKO_DATA_DIR"}


def test_the_proxy_reaches_the_pages_which_reach_nothing_of_ours_but_dagsters_web_server() -> None:
    services = load("docker-compose.yml")["services"]
    assert services["web"]["networks"] == ["web"]
    assert {name for name, service in services.items() if "web" in service["networks"]} == {
        "web", "proxy", "webserver",
    }  # fmt: skip
    assert services["web"]["ports"] == ["127.0.0.1:${CATALOG_PORT:-8000}:8000"]


def test_the_proxy_redirects_every_page_that_dagster_has_and_the_health_check_knows_its_path() -> None:
    caddyfile = (CHECKOUT / "deploy/Caddyfile").read_text()
    (moved,) = re.findall(r"path_regexp \^/\(([a-z_|-]+)\)\(/\|\$\)", caddyfile)
    assert set(moved.split("|")) == pages_of_dagster() | {"server_info"}
    command = load("docker-compose.yml")["services"]["webserver"]["command"]
    assert command[command.index("-l") + 1] == "/dagster"
    assert "127.0.0.1:3000/dagster/server_info" in (CHECKOUT / "deploy/toko_deploy/health.py").read_text()


def pages_of_dagster() -> set[str]:
    """The first parts of the paths of its web app, as its script lists them."""
    scripts = Path(dagster_webserver.__file__).parent.glob("webapp/build/_next/static/**/*.js")
    (listed,) = (text for script in scripts if '"/guess/:jobPath"' in (text := script.read_text()))
    start = listed.rindex('region:"page"', 0, listed.index('"/guess/:jobPath"'))
    paths = re.findall(r'path:(\[[^]]*\]|"[^"]*")', listed[start : listed.index('path:"*"', start)])
    return set(re.findall(r'"/([a-z-]+)', "".join(paths)))


def test_run_containers_are_given_the_names_of_network_and_volumes_that_compose_makes() -> None:
    compose, dagster = load("docker-compose.yml"), load("deploy/dagster/dagster.yaml")
    assert dagster["run_launcher"]["config"]["network"] == compose["networks"]["runs"]["name"]
    assert [name for name, service in compose["services"].items() if "runs" in service["networks"]] == ["postgres"]
    data, catalog, inbox = dagster["run_launcher"]["config"]["container_kwargs"]["volumes"]
    assert data == f"{compose['volumes']['data']['name']}:/data"
    assert catalog == f"{compose['volumes']['catalog']['name']}:/data/catalog"
    assert inbox == "$BACKUP_VOLUME:/inbox:ro"
    default = compose["volumes"]["inbox"]["name"]
    assert compose["services"]["daemon"]["environment"]["BACKUP_VOLUME"] == f"${{BACKUP_FOLDER:-{default}}}"


def test_there_is_one_installation_for_each_docker_whichever_folder_it_is_started_from() -> None:
    compose = load("docker-compose.yml")
    assert compose["name"] == PROJECT
    assert {volume["name"] for volume in compose["volumes"].values()} == set(VOLUMES)
    assert {network["name"] for network in compose["networks"].values()} == set(NETWORKS)
    named = {name: service.get("container_name") for name, service in compose["services"].items()}
    several = {"migrate", "bot"}
    assert named == {name: None if name in several else f"toko-{name}" for name in named}


def test_no_limit_asks_for_more_cores_than_a_small_server_has() -> None:
    services = load("docker-compose.yml")["services"].values()
    run = load("deploy/dagster/dagster.yaml")["run_launcher"]["config"]["container_kwargs"]
    assert not [one for one in (*services, run) if {"cpus", "cpuset", "nano_cpus", "cpuset_cpus"} & one.keys()]
    assert all("mem_limit" in one for one in (*services, run))


def test_two_postgresql_servers_never_run_on_one_volume(tmp_path: Path) -> None:
    service = load("docker-compose.yml")["services"]["postgres"]
    start = [part.replace("$$", "$") for part in [*service["entrypoint"], *service["command"][:1]]]
    volume, programs = tmp_path / "volume", tmp_path / "bin"
    volume.mkdir()
    programs.mkdir()
    for name, script in {
        "docker-entrypoint.sh": f"echo started $@ >>{tmp_path}/log; exec sleep 600",
        "pg_isready": "exit ${READY:-2}",
        "getent": "echo 172.19.0.2 STREAM postgres",
        "sleep": '[ "$1" = 5 ] || exec /bin/sleep "$@"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "PGDATA": str(volume)}
    refused = "Another PostgreSQL server runs on this volume ({}): take it down, or run make up.\n"
    for ready in ("0", "1"):  # of an earlier version, which is found in the network
        old = subprocess.run(start, env={**environment, "READY": ready}, capture_output=True, text=True, check=False)
        assert (old.returncode, old.stderr) == (1, refused.format("172.19.0.2"))
    assert not (tmp_path / "log").exists()
    with subprocess.Popen(start, env=environment) as first:
        while not (tmp_path / "log").exists():
            assert first.poll() is None
            time.sleep(0.01)
        second = subprocess.run(start, env=environment, capture_output=True, text=True, check=False)
        assert (second.returncode, second.stderr) == (1, refused.format(volume))
        first.kill()
    assert (tmp_path / "log").read_text() == "started postgres\n"
    assert list(volume.iterdir()) == []  # initdb takes an empty folder only
    with subprocess.Popen(start, env=environment) as third:
        while (tmp_path / "log").read_text() != "started postgres\n" * 2:
            assert third.poll() is None
            time.sleep(0.01)
        third.kill()


def test_the_compose_file_of_published_images_is_made_from_the_one_of_a_checkout_and_needs_none() -> None:
    made = runpy.run_path(str(CHECKOUT / "deploy/make_compose.py"))
    text = (CHECKOUT / "deploy/compose.yml").read_text()
    caddyfile = (CHECKOUT / "deploy/Caddyfile").read_text()
    assert made["make_compose"]((CHECKOUT / "docker-compose.yml").read_text(), caddyfile) == text, (
        "run python deploy/make_compose.py"
    )
    published, local = load("deploy/compose.yml"), load("docker-compose.yml")
    assert "./" not in text
    images = {name: service["image"] for name, service in published["services"].items()}
    for name, image in images.items():
        local_image = local["services"][name]["image"]
        of_ours = f"{made['REGISTRY']}/{local_image}:{made['VERSION']}"
        assert image == (local_image if local_image.startswith("$") else of_ours)
    assert published["services"]["daemon"]["environment"]["PLATFORM_IMAGE"] == images["code"]
    assert published["services"]["proxy"]["environment"]["CADDYFILE"].replace("$$", "$") == caddyfile.expandtabs(2)
    for section in (
        "name",
        "volumes",
        "networks",
    ):  # Compose would replace volumes that are described differently
        assert published[section] == local[section]
    for name, service in published["services"].items():
        same = service.keys() - {"image", "command", "environment", "volumes"}
        assert {key: service[key] for key in same} == {
            key: value for key, value in local["services"][name].items() if key in same
        }


def test_no_environment_of_dagsters_own_gives_options_to_run_containers() -> None:
    services = load("docker-compose.yml")["services"].values()
    assert "DAGSTER_CONTAINER_CONTEXT" not in str([service.get("environment") for service in services])


def test_both_instances_of_dagster_are_of_one_mind() -> None:
    here, containers = load("toko_assets/defs/dagster.yaml"), load("deploy/dagster/dagster.yaml")
    differ = {"storage", "run_monitoring", "run_launcher"}
    assert {name: containers[name] for name in here.keys() - differ} == {
        name: here[name] for name in here.keys() - differ
    }


@pytest.mark.parametrize("service", load("docker-compose.yml")["services"])
def test_a_service_cannot_write_its_own_files_nor_gain_rights(service: str) -> None:
    declared = load("docker-compose.yml")["services"][service]
    assert (declared["read_only"], declared["cap_drop"]) == (True, ["ALL"])
    assert declared["security_opt"] == ["no-new-privileges:true"]
    assert bool(declared.get("cap_add")) == (service in CAPABLE)
    assert not {"privileged", "user", "pid", "ipc", "network_mode", "devices"} & declared.keys()


def test_a_run_container_cannot_write_its_own_files_nor_gain_rights() -> None:
    given = load("deploy/dagster/dagster.yaml")["run_launcher"]["config"]["container_kwargs"]
    assert (given["read_only"], given["cap_drop"]) == (True, ["ALL"])
    assert given["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid_mode", "ipc_mode", "devices"} & given.keys()
    assert given["user"] == "10001"


def stages() -> dict[str, tuple[str, str]]:
    """By name, what a stage of the Dockerfile is based on, and its instructions."""
    text = (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ")
    parts = re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: (base, body) for base, name, body in parts}


def test_images_have_no_compiler_and_nothing_that_installs_packages() -> None:
    base, body = stages()["runtime"]
    assert base == "base"
    assert "command -v $program" in body
    assert re.search(r"pip uninstall .* pip$", body, re.MULTILINE)
    for image in ("bot", "web", "platform"):
        base, body = stages()[image]
        assert base == "runtime"
        assert re.findall(r"^RUN|\bpip\b|apt-get", body, re.MULTILINE) == []
        assert "COPY --from=" in body
    assert "apt-get" not in str(stages())


def test_bot_and_pages_are_other_users_whose_group_reads_the_catalogue_and_writes_the_state() -> None:
    images = ("bot", "web", "platform")
    users = {image: re.findall(r"^USER (\S+)", stages()[image][1], re.MULTILINE) for image in images}
    assert users == {"bot": ["10020:10001"], "web": ["10021:10001"], "platform": ["10001"]}
    assert "install -d -o toko -g toko -m 0750 /data /data/catalog" in stages()["base"][1]
    assert "install -d -o toko -g toko -m 2770 /data/state" in stages()["base"][1]
    services = load("docker-compose.yml")["services"]
    for name in ("bot", "web"):
        assert services[name]["volumes"] == ["catalog:/data/catalog:ro", "state:/data/state"]
    assert "state:/data/state" in services["code"]["volumes"]


def test_metrics_in_a_container_are_reached_from_its_network_only() -> None:
    bot = load("docker-compose.yml")["services"]["bot"]
    assert bot["environment"]["METRICS_LISTEN"] == "0.0.0.0"  # noqa: S104
    assert "ports" not in bot
