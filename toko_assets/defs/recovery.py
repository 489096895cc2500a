"""Cleans up after a crashed sync. The lock guarantees that no other sync is running.

Leftover databases and servers are removed where a server is started (`postgres/embedded.py`).
"""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster._core.launcher.base import WorkerStatus

from toko_assets.common.lock import is_alive
from toko_assets.publishing.cleanup import remove_unfinished
from toko_core.files import DataFolder

STARTED_BY, COMMAND = "toko/started_by", "toko"
"""Tag of the runs that somebody starts outside the web interface, and its value for those of the `toko` command. The
bot's /sync has another value."""

GRACE_SECONDS = 15
"""A run from the web interface has the status STARTED before it can write its mark: seconds on a busy machine."""
STARTING_SECONDS = 180
"""This long after its launch, a run's process will not start any more."""

DIED = "The run's process died. Nothing was published; the next sync starts from the beginning."

STARTED_STATUSES = (
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
"""Statuses of runs that were launched and have not ended. Unlike queued runs, they must have a process."""


def recover(instance: dg.DagsterInstance, folder: DataFolder, own_run: str | None = None) -> list[str]:
    """Remove unfinished files and fail runs whose process is gone. Return a line about each.

    The caller must hold the lock. `own_run` is the caller's run.
    """
    done = [f"{path.name} was unfinished and has been removed." for path in remove_unfinished(folder)]
    for run in list(_dead_runs(instance, folder, own_run)):
        instance.report_run_failed(run, DIED)
        done.append(f"Run {run.run_id[:8]} died and has been marked as failed.")
    return done


def is_of_command(run: dg.DagsterRun) -> bool:
    """Whether the `toko` command runs this in its own process.

    It starts a run while it holds the lock, so two of them never overlap. A run that Dagster launches may have the same
    tags: the web interface copies them when somebody repeats a run.
    """
    return run.tags.get(STARTED_BY) == COMMAND and run.remote_job_origin is None


def _dead_runs(instance: dg.DagsterInstance, folder: DataFolder, own_run: str | None) -> Iterator[dg.DagsterRun]:
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(STARTED_STATUSES))):
        run = record.dagster_run
        if run.run_id == own_run or is_alive(folder.root, run.run_id):
            continue
        if is_of_command(run) or _has_no_worker(instance, run) or _is_dead(record, folder.root):
            yield run


def _has_no_worker(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the run launcher knows that the run's container is gone. The launcher of processes does not know."""
    launcher = instance.run_launcher
    if not launcher.supports_check_run_worker_health or run.status != dg.DagsterRunStatus.STARTED:
        return False
    return launcher.check_run_worker_health(run).status in (WorkerStatus.FAILED, WorkerStatus.NOT_FOUND)


def _is_dead(record: dg.RunRecord, root: Path) -> bool:
    """Whether a web interface's run without a mark is dead, and not just starting.

    A run may wait in the queue for hours before it is launched, which changes its record.
    """
    if record.dagster_run.status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING):
        return time.time() - record.update_timestamp.timestamp() > STARTING_SECONDS
    begun = record.start_time or 0.0
    while time.time() - begun < GRACE_SECONDS:
        time.sleep(0.1)
        if is_alive(root, record.dagster_run.run_id):
            return False
    return True
