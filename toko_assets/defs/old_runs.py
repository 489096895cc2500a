"""Deletes old runs from Dagster's storage, so that it does not grow forever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable

from toko_assets.defs.dagster_storage import LocalEvents

MOST_AT_ONCE = 50
"""Runs that one call deletes: it takes some milliseconds for each."""


FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True, slots=True)
class Kept:
    """Which runs are kept: at most `runs` of the last `days` days."""

    runs: int
    days: int


def delete_old_runs(instance: dg.DagsterInstance, kept: Kept) -> int:
    """Delete the runs over the limits, the oldest first, with their events and logs. Return how many.

    Unfinished runs are kept, and the last success of each asset.
    """
    last_successes = set(_last_successes(instance))
    most = MOST_AT_ONCE + len(last_successes)
    surplus = instance.get_runs_count(dg.RunsFilter(statuses=FINISHED)) - kept.runs
    expired = dg.RunsFilter(statuses=FINISHED, created_before=datetime.now(UTC) - timedelta(days=kept.days))
    old = dict.fromkeys(_oldest(instance, dg.RunsFilter(statuses=FINISHED), min(surplus, most)))
    old |= dict.fromkeys(_oldest(instance, expired, most))
    deleted = [run for run in old if run not in last_successes][:MOST_AT_ONCE]
    for run in deleted:
        _delete(instance, run)
    if deleted and isinstance(instance.event_log_storage, LocalEvents):
        instance.event_log_storage.shrink()
    return len(deleted)


def _oldest(instance: dg.DagsterInstance, wanted: dg.RunsFilter, most: int) -> list[str]:
    if most <= 0:
        return []
    return [record.dagster_run.run_id for record in instance.get_run_records(wanted, limit=most, ascending=True)]


def _last_successes(instance: dg.DagsterInstance) -> Iterator[str]:
    for asset in instance.get_asset_keys():
        if (last := instance.get_latest_materialization_event(asset)) is not None:
            yield last.run_id


def _delete(instance: dg.DagsterInstance, run_id: str) -> None:
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):  # Dagster itself keeps the evaluations of a deleted run's checks
        executions = AssetCheckExecutionsTable
        with storage.index_connection() as connection:
            connection.execute(executions.delete().where(executions.c.run_id == run_id))
