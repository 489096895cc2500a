"""What a sync that died left behind, put right by the next one: who holds the lock knows that nobody else is at work.

Databases and servers that were left over are dealt with where a server is started (`postgres/embedded.py`).
"""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from toko_assets.common.lock import is_alive
from toko_assets.publishing.cleanup import remove_unfinished
from toko_core.files import DataFolder

STARTED_BY = "toko/started_by"
"""Tag of the runs that the `toko` command makes. It makes them while it holds the lock, so they cannot overlap."""

GRACE_SECONDS = 3
"""A run of the web interface is started a moment before it can show its mark."""
STARTING_SECONDS = 180
"""After this long a run's process is not going to come any more."""

DIED = "The run's process died. Nothing was published; the next sync starts from the beginning."

STARTED_STATUSES = (
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
"""Of runs that were launched and have not ended: unlike queued ones, they must have a process."""


def recover(instance: dg.DagsterInstance, folder: DataFolder, own_run: str | None = None) -> list[str]:
    """Remove unfinished files and fail runs whose process is gone; says in a line each what there was.

    To be called by the holder of the lock. `own_run` is the run that is asking.
    """
    done = [f"{path.name} was unfinished and is removed." for path in remove_unfinished(folder)]
    for run in list(_dead_runs(instance, folder, own_run)):
        instance.report_run_failed(run, DIED)
        done.append(f"Run {run.run_id[:8]} died and is marked as failed.")
    return done


def _dead_runs(instance: dg.DagsterInstance, folder: DataFolder, own_run: str | None) -> Iterator[dg.DagsterRun]:
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(STARTED_STATUSES))):
        run = record.dagster_run
        if run.run_id == own_run or is_alive(folder.root, run.run_id):
            continue
        if STARTED_BY in run.tags or _is_dead(record, folder.root):
            yield run


def _is_dead(record: dg.RunRecord, root: Path) -> bool:
    """Of a run of the web interface that shows no mark: not one that is only just starting."""
    if record.dagster_run.status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING):
        return time.time() - record.create_timestamp.timestamp() > STARTING_SECONDS
    begun = record.start_time or 0.0
    while time.time() - begun < GRACE_SECONDS:
        time.sleep(0.1)
        if is_alive(root, record.dagster_run.run_id):
            return False
    return True
