"""Runs that are forked from a warm process: their ends, kills and interruptions, with a real daemon."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import FOLDER, dropbox_server
from tests.toko_assets.defs.daemon.shop import Shop, a_shop, running_daemon
from tests.waiting import wait_until
from toko_assets.defs.recovery import PROCESS
from toko_assets.defs.sensors.attempts import REVISION

FAILED, CANCELED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED
DOWNLOAD = "files/download"


@pytest.fixture(scope="module")
def dropbox() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, dropbox: DropboxServer) -> Iterator[Shop]:
    """With a running daemon, and backups in Dropbox."""
    folder = tmp_path_factory.mktemp("shop")
    settings = {**dropbox.settings, **dropbox.environment}
    with a_shop(folder, max_runs=2, **settings) as shop, running_daemon(folder / "daemon.log"):
        wait_until(lambda: len(shop.ticks) >= 1)
        yield shop


WARM_DUCKDB = """
import toko_assets.defs.daemon.warm, duckdb
print(duckdb.connect().execute("SELECT current_setting('enable_progress_bar')").fetchone()[0])
"""


def begun(shop: Shop, dropbox: DropboxServer) -> tuple[dg.DagsterRun, int]:
    """Upload a backup. Returns its run and the run's process, which waits for the download."""
    dropbox.fail(DOWNLOAD, "none")  # the sensor reads the header
    dropbox.fail(DOWNLOAD, "stall", times=None)
    before = len(dropbox.requests)
    revision = dropbox.put(f"{FOLDER}/toko.i5bu", os.urandom(20)).rev
    dropbox.wait_for_request(DOWNLOAD, after=before, timeout=90, where=lambda asked: not asked.range)
    run = shop.wait_for_run(revision)
    return run, json.loads(run.tags[PROCESS])[0]


def status(shop: Shop, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = shop.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def test_each_run_is_a_fork_of_the_same_process_and_ends_with_its_run(shop: Shop, dropbox: DropboxServer) -> None:
    parents, processes = set(), set()
    for _ in range(2):
        run, process = begun(shop, dropbox)
        parents.add(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        processes.add(process)
        dropbox.heal()
        wait_until(lambda run=run: status(shop, run) == FAILED)  # type: ignore[misc]
        wait_until(lambda process=process: not Path(f"/proc/{process}").exists())  # type: ignore[misc]
    assert (len(parents), len(processes)) == (1, 2)


def test_a_killed_run_has_failed_and_is_begun_again_at_once(shop: Shop, dropbox: DropboxServer) -> None:
    run, process = begun(shop, dropbox)
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: status(shop, run) == FAILED)
    dropbox.heal()
    wait_until(lambda: len(shop.runs(run.tags[REVISION])) == 2)
    wait_until(lambda: all(each.is_finished for each in shop.runs(run.tags[REVISION])))


def test_a_run_that_a_person_stops_ends_and_is_canceled(shop: Shop, dropbox: DropboxServer) -> None:
    run, process = begun(shop, dropbox)
    assert shop.instance.run_launcher.terminate(run.run_id)
    wait_until(lambda: status(shop, run) in (CANCELED, FAILED))
    wait_until(lambda: not Path(f"/proc/{process}").exists())
    assert not shop.instance.run_launcher.terminate(run.run_id)
    dropbox.heal()


def test_a_warm_process_draws_no_progress_bars() -> None:
    done = subprocess.run([sys.executable, "-c", WARM_DUCKDB], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
