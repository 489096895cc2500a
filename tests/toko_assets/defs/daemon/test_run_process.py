"""A run's process imports our code, not what the run's row in Dagster's storage names."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
from dagster._core.code_pointer import CodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.test_utils import create_run_for_test

from tests.toko_assets.defs.daemon.shop import Shop, a_shop
from toko_assets.defs.daemon.run_process import execute_run

EVIL = """
import pathlib, dagster as dg
pathlib.Path({mark!r}).touch()
@dg.op
def steal(): ...
@dg.job
def sync(): steal()
defs = dg.Definitions(jobs=[sync])
"""


def hostile_run(shop: Shop, folder: Path, mark: Path) -> dg.DagsterRun:
    """A run of a job named sync, whose row names a file of somebody else."""
    file = folder / "evil.py"
    file.write_text(EVIL.format(mark=str(mark)))
    pointer = CodePointer.from_python_file(str(file), "defs", str(folder))
    origin = JobPythonOrigin("sync", RepositoryPythonOrigin(sys.executable, pointer))
    starting = dg.DagsterRunStatus.STARTING
    run: dg.DagsterRun = create_run_for_test(shop.instance, "sync", job_code_origin=origin, status=starting)
    return run


def test_a_row_that_names_a_file_of_somebody_else_runs_our_job(tmp_path: Path) -> None:
    mark = tmp_path / "taken over"
    with a_shop(tmp_path) as shop:
        run = hostile_run(shop, tmp_path, mark)
        command = [sys.executable, "-m", execute_run.__module__, run.run_id]
        ended = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
        assert ended.returncode == 1, ended.stderr
        assert not mark.exists()
        errors = [event.dagster_event for event in shop.instance.all_logs(run.run_id) if event.dagster_event]
        assert "raw_backup" in {event.step_key for event in errors if event.is_step_failure}
        found = shop.instance.get_run_by_id(run.run_id)
        assert found is not None
        assert found.status == dg.DagsterRunStatus.FAILURE
