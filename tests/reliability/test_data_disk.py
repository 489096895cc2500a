"""Runs that Dagster launches with the data folder on another kind of disk, and a whole sync on one that has enough."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.acceptance.places import installed
from tests.backups import a_shop, write_backup
from tests.servers.postgres import real_server
from tests.stand_in_disk import ROOT, on_disk
from tests.toko_assets.defs.sensing import Daemon, a_daemon, an_owner
from toko_assets.defs.failures import failure_outside, first_failure
from toko_assets.defs.reporting import RETRIES, one_line_failures
from toko_assets.postgres.server import PostgresServer

RUN = """
import json, sys
import dagster as dg
from tests.code_location import load_defs
asked = json.loads(sys.argv[1])
with dg.DagsterInstance.get() as instance:
    config = {**asked["config"], "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    load_defs().resolve_job_def("sync").execute_in_process(
        instance=instance, run_config=config, tags=asked["tags"], raise_on_error=False
    )
"""


def run_on(kind: str, daemon: Daemon) -> dg.DagsterRun:
    """The run that the sensor asks for, in a process of its own, on a disk of that kind."""
    request = daemon.ask()
    asked = json.dumps({"config": request.run_config, "tags": request.tags})
    command = on_disk(kind, sys.executable, "-c", RUN, asked)
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return daemon.instance.get_runs(limit=1)[0]


@pytest.mark.parametrize("kind", ["windows", "no-flock"])
def test_a_run_ends_before_its_first_asset_and_is_not_tried_again_until_the_settings_change(
    tmp_path: Path, kind: str
) -> None:
    with an_owner() as owner, a_daemon(tmp_path, **owner.settings) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        daemon.put("toko.i5bu", 1)
        run = run_on(kind, daemon)
        assert run.status == dg.DagsterRunStatus.FAILURE
        steps = daemon.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START)
        assert (list(steps), list(daemon.toko.data.glob("backups"))) == ([], [])
        daemon.tell()
        (ended,) = daemon.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
        failure = failure_outside(ended.get_dagster_event())
        assert failure.said.startswith(f"{daemon.toko.data} is on a disk without file ")
        assert "set TOKO_DATA_DIR to" in failure.said
        (text,) = owner.read()
        assert "Penyimpanan data di server tidak bisa dipakai seperti semestinya. Hubungi teknisi." in text
        assert "DataDiskError" not in text
        assert daemon.looks(timedelta(hours=1)) == {
            "toko.i5bu was rejected, and is not tried again until the folder or the settings change."
        }
        daemon.restart()
        daemon.ask()


def test_with_an_external_postgresql_a_sync_needs_no_file_permissions(postgres: PostgresServer, tmp_path: Path) -> None:
    backup = write_backup(postgres, tmp_path / "a.i5bu", a_shop())
    toko = Path(sys.executable).with_name("toko")
    with real_server(18) as server, installed(tmp_path, **server.settings, PYTHONPATH=str(ROOT)) as here:
        for said in ("Published", "Nothing new"):
            command = on_disk("windows-strict", toko, "sync", "--backup", backup)
            done = subprocess.run(command, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
            assert said in done.stdout
        assert len(here.prices()) == 3


def test_a_catalogue_that_cannot_be_locked_ends_the_run_in_one_line(tmp_path: Path) -> None:
    """Its folder may be a volume of its own, which the trial of the data folder does not reach."""
    held = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.readline()"
    file = tmp_path / "next.duckdb.part"

    @dg.asset(retry_policy=RETRIES)
    def product_catalog() -> None:
        with one_line_failures(), duckdb.connect(file):
            pass

    command = [sys.executable, "-c", held, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        result = dg.materialize([product_catalog], raise_on_error=False)
        holder.kill()
    failure = first_failure(result.all_events)
    assert failure is not None
    assert failure.said.startswith(f"Another program writes to {file}: close it, ")
    assert failure.said.endswith(" Nothing was published.")
    assert failure.final
