"""Cleans up after a crashed sync. The lock guarantees that no other sync is running.

Leftover databases and servers are removed where a server is started (`postgres/embedded.py`).
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster._core.launcher.base import WorkerStatus

from toko_assets.common.lock import is_alive
from toko_assets.common.process import is_running
from toko_assets.publishing.cleanup import remove_unfinished
from toko_core.files import DataFolder

STARTED_BY, COMMAND = "toko/started_by", "toko"
"""Tag of the runs that somebody starts outside the web interface, and its value for those of the `toko` command. The
bot's /sinkron has another value."""

PROCESS = "toko/process"
"""The tag that names the process of a run on this machine: its id and when it was started, since ids are used again."""

GRACE_SECONDS = 15
"""A run from the web interface has the status STARTED before it can write its mark: seconds on a busy machine."""
STARTING_SECONDS = 180
"""This long after its launch, a run's process will not start any more."""

DIED = "The run's process died. Nothing was published; the next sync starts from the beginning."

HEALTH = {WorkerStatus.FAILED: False, WorkerStatus.NOT_FOUND: False}
"""Whether a run's container is alive, by what the launcher of containers says; True if it runs, or if only the daemon,
which watches it, may ask Docker."""

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
        if is_of_command(run) or _is_dead(instance, record, folder.root):
            yield run


def process_of(run: dg.DagsterRun) -> int | None:
    """Return the id of a run's process on this machine; None if it has ended, or nobody recorded it."""
    identity = json.loads(run.tags.get(PROCESS, "null"))
    return identity[0] if identity and is_running(*identity) else None


def _is_dead(instance: dg.DagsterInstance, record: dg.RunRecord, root: Path) -> bool:
    """Whether a run that Dagster launched, and that has no mark, is dead: neither about to begin nor about to end.

    A run may wait in the queue for hours before it is launched, which changes its record. It gives its mark back before
    it records its end.
    """
    run = record.dagster_run
    if run.status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING):
        return time.time() - record.update_timestamp.timestamp() > STARTING_SECONDS
    has_worker = _has_worker(instance, run)
    if has_worker is not None:
        return not has_worker
    begun = record.start_time or 0.0
    while time.time() - begun < GRACE_SECONDS:
        time.sleep(0.1)
        if is_alive(root, run.run_id):
            return False
    return True


def _has_worker(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool | None:
    """Whether the container or process of a run that has begun is alive; None if nobody knows."""
    if process_of(run) is not None:
        return True
    launcher = instance.run_launcher
    if not launcher.supports_check_run_worker_health:
        return None
    return HEALTH.get(launcher.check_run_worker_health(run).status, True)
