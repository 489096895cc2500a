"""What an operator does to the stack: end a run, save and restore, come from an older version, add bots.

    tests/deploy/with_docker.sh .venv/bin/python -m pytest tests/deploy/upkeep_on_docker.py

Its tests follow one another on one stack.
"""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.stack import RUN_LABEL, SERVICES, Stack, docker, shown

CONTENTS = (
    "cd /data && find catalog history records/product_catalog.json -type f ! -name '*.part*' -exec sha256sum {} +"
)
"""What a backup must bring back, by name and digest: files that only a sync changes."""
EARLIER_BACKUP = (
    ("dagster.dump", "postgres", "PGPASSWORD=$POSTGRES_PASSWORD pg_dump -U postgres -Fc dagster"),
    ("data.tar.gz", "code", "cd /data && tar --exclude '*.part*' -cz catalog records history"),
)
"""The files of an earlier version's backup: the service that made each, and how."""
BOTS = 3
PROXY_PORT = "8099"
OLD_STORAGE = """
    ALTER TABLE concurrency_limits DROP COLUMN using_default_limit;
    UPDATE alembic_version SET version_num = '6b7fb194ff9c'"""
"""Dagster's tables as those of January 2025 were, the revision before the one that added this column."""
OLD_CATALOGUE = """
import os, pathlib, shutil, duckdb
folder = pathlib.Path("/data/catalog")
new = folder / (folder / "CURRENT").read_text().strip()
old = folder / "catalog-20200101T000000.000Z-000000000000.duckdb"
shutil.copy(new, old)
with duckdb.connect(old) as connection:
    connection.execute("UPDATE catalog_info SET value = '0' WHERE key = 'schema_version'")
new.unlink()
(folder / "CURRENT").write_text(old.name + "\\n")
"""
"""The served catalogue becomes one of a version that nobody reads any more."""
SWEEP = """
import docker
from datetime import UTC, datetime, timedelta
from toko_deploy.launcher import KEPT, sweep
client, now = docker.from_env(), datetime.now(UTC)
print(*(len(sweep(client, when)) for when in (now, now + KEPT - timedelta(hours=1), now + KEPT)))
"""


def test_a_run_that_is_terminated_in_the_web_interface_ends_and_keeps_its_log(shop: Stack) -> None:
    before, run = shop.price_answered(), shop.start_sync(4000)
    run_id = shop.inspect(run)["Config"]["Labels"][RUN_LABEL]
    answer = shop.web.ask("mutation ($run: String!) { terminateRun(runId: $run) { __typename } }", run=run_id)
    assert answer["terminateRun"]["__typename"] == "TerminateRunSuccess"
    shop.wait_until(lambda: {"runId": run_id, "status": "CANCELED"} in shop.runs(), "the run is cancelled", 60)
    shop.wait_until(lambda: not shop.run_containers(running=True), "its container has ended", 60)
    assert "RUN_CANCELED" in shop.log(run)
    assert shop.inspect(run)["State"]["ExitCode"] == 1
    assert shop.price_answered() == before


def test_the_sync_after_it_succeeds(shop: Stack) -> None:
    shop.put_backup(5000)
    shop.wait_for_price(5000)


def test_containers_of_failed_runs_are_removed_a_week_after_their_end_and_others_at_once(shop: Stack) -> None:
    shop.wait_until(lambda: not shop.run_containers(running=True), "no run is at work")
    codes = [shop.inspect(run)["State"]["ExitCode"] for run in shop.run_containers()]
    succeeded, failed = codes.count(0), len(codes) - codes.count(0)
    assert min(succeeded, failed) > 0
    assert docker("exec", shop.container("daemon"), "python", "-c", SWEEP) == f"{succeeded} 0 {failed}"
    assert shop.run_containers() == []


def test_a_new_version_brings_dagsters_old_tables_to_its_own_and_builds_a_catalogue_that_it_reads(shop: Stack) -> None:
    known = shop.runs()
    shop.compose("stop", "bot", "daemon", "webserver", "code")
    shop.sql(OLD_STORAGE)
    shop.compose("run", "--rm", "-T", "--no-deps", "code", "python", "-c", OLD_CATALOGUE)
    shop.compose("down")
    shop.compose("up", "-d")
    assert "using_default_limit" in shop.sql("SELECT * FROM concurrency_limits LIMIT 0")
    shop.wait_for_price(5000)
    shop.wait_for_health()
    assert shop.runs()[-len(known) :] == known


def test_what_was_saved_is_back_on_an_empty_server(shop: Stack) -> None:
    shop.wait_until(lambda: not shop.run_containers(running=True), "no run is at work")
    before, runs = contents(shop), shop.runs()
    saved = the_backup(shop, shop.make("backup"))
    assert saved.stat().st_mode & 0o077 == 0
    earlier = save_as_earlier_versions_did(shop)
    started = shop.started()
    damaged = saved.with_name("damaged.tar.gz")
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(AssertionError, match=r"cannot be restored: .*Nothing was changed"):
        shop.make("restore-backup", f"FROM={damaged}")
    assert (shop.started(), contents(shop)) == (started, before)
    shop.compose("stop")
    codes = {name: shop.inspect(shop.container(name))["State"]["ExitCode"] for name in SERVICES}
    assert codes == dict.fromkeys(SERVICES, 0)
    for backup in (saved, earlier):
        shop.wipe()
        shop.make("restore-backup", f"FROM={backup}")
        shop.wait_for_price(5000)
        assert contents(shop) == before
        shop.wait_for_health()
        assert shop.runs()[-len(runs) :] == runs
    shop.wait_until(lambda: not shop.run_containers(running=True), "no run is at work")
    assert [the_backup(shop, shop.make("backup", "TO=kept", "KEEP=1")) for _ in range(2)][1:] == list(
        (shop.folder / "kept").iterdir()
    )


def test_three_bots_behind_the_proxy_answer_though_one_is_killed(shop: Stack) -> None:
    address = shop.telegram.address
    shop.set(
        SITE_ADDRESS=f"http://{address}",
        WEBHOOK_URL=f"http://{address}:{PROXY_PORT}/telegram",
        WEBHOOK_SECRET="a-secret-of-the-webhook",  # noqa: S106
        HTTP_PORT=PROXY_PORT,
        HTTPS_PORT="8098",
        COMPOSE_PROFILES="webhook",
        BOT_REPLICAS=str(BOTS),
    )
    for _ in range(2):  # the second one changes nothing
        shop.make("up")
        bots = shop.replicas("bot")
        assert len(bots) == BOTS
        assert len(shop.replicas("proxy")) == 1
    shop.wait_for_health(["bot"])
    shop.kill(bots[0])
    assert [shown(5000) in shop.price_answered() for _ in range(2 * BOTS)] == [True] * 2 * BOTS


def the_backup(shop: Stack, said: str) -> Path:
    """The file that `make backup` says it has written."""
    return shop.folder / next(line for line in said.splitlines() if "tar.gz: " in line).split(":")[0]


def save_as_earlier_versions_did(shop: Stack) -> Path:
    """What `make backup` did before `toko backup` existed."""
    folder = shop.folder / "backup-20260101-000000"
    folder.mkdir()
    for file, service, command in EARLIER_BACKUP:
        with (folder / file).open("wb") as target:
            subprocess.run(["docker", "exec", shop.container(service), "sh", "-c", command], stdout=target, check=True)
    return folder


def contents(shop: Stack) -> dict[str, str]:
    """Digests by file name."""
    lines = docker("exec", shop.container("code"), "sh", "-c", CONTENTS).splitlines()
    return {name: digest for digest, name in map(str.split, lines)}
