"""Reads from a run's events why the run failed."""

from collections.abc import Iterable
from dataclasses import dataclass

from dagster import DagsterEvent, DagsterEventType, DagsterInstance
from dagster_shared.error import SerializableErrorInfo

from toko_assets.common.data_disk import DataDiskError

FINAL, ORDERED, REJECTED = "final", "ordered", "rejected"
"""Metadata of a failure. FINAL: a retry is useless until a file or a setting changes. ORDERED: a person caused it.
REJECTED: the backup itself is wrong."""

OF_STORAGE = "sqlalchemy.exc."
"""Errors of this library are those of Dagster's storage: nothing else in a run uses it."""

DETAILS = "The run's log in Dagster's web interface has the details."


@dataclass(frozen=True, slots=True)
class AssetFailure:
    """The failure of the first asset that failed."""

    asset: str
    said: str
    """The message, in one line."""
    final: bool
    ordered: bool = False
    """Whether a person caused the failure: a rollback rejected the backup, or somebody ended the run."""
    rejected: bool = False
    """Whether the backup itself is wrong, so that syncing it again gives the same failure."""
    died: bool = False
    """Whether the run's process died or never started, or Dagster's storage did, so that it can begin again at once."""


def first_failure(events: Iterable[DagsterEvent]) -> AssetFailure | None:
    """Return the first failure in a run's events, or None.

    A run fails without a failed asset if its process died or never started.
    """
    for event in events:
        if event.event_type != DagsterEventType.STEP_FAILURE:
            continue
        failure, asset = event.step_failure_data, str(event.step_key)
        if failure.user_failure_data and failure.user_failure_data.description:
            marks = failure.user_failure_data.metadata
            flags = (bool(mark in marks and marks[mark].value) for mark in (FINAL, ORDERED, REJECTED))
            return AssetFailure(asset, failure.user_failure_data.description, *flags)
        if failure.error:
            if _is_of_storage(failure.error):
                return _lost_storage(asset)
            cause = failure.error.cause or failure.error
            if "Interrupt" in (cause.cls_name or ""):
                return AssetFailure(asset, "Interrupted: nothing was published.", final=False)
            return AssetFailure(asset, _unexpected(asset, cause.message), final=False)
        return AssetFailure(asset, f"{asset} failed. {DETAILS}", final=False)
    return None


def asset_failure(instance: DagsterInstance, run_id: str) -> AssetFailure | None:
    """Return the failure of the first asset that failed in a run; None if none failed."""
    entries = instance.all_logs(run_id, of_type=DagsterEventType.STEP_FAILURE)
    return first_failure(entry.dagster_event for entry in entries if entry.dagster_event)


def failure_outside(event: DagsterEvent) -> AssetFailure:
    """Describe a failed run in which no asset failed, from its failure event. It names the job in place of an asset."""
    job, failure = event.job_name, event.job_failure_data
    if failure and failure.error:
        if _is_of_storage(failure.error):
            return _lost_storage(job)
        cause = failure.error.cause or failure.error
        if cause.cls_name == DataDiskError.__name__:  # it ends a run before its first asset
            return AssetFailure(job, cause.message.strip().partition(": ")[2], final=True)
        return AssetFailure(job, _unexpected(job, cause.message), final=False)
    return AssetFailure(job, event.message or f"{job} failed. {DETAILS}", final=False, died=True)


def _is_of_storage(error: SerializableErrorInfo | None) -> bool:
    while error and not error.message.startswith(OF_STORAGE):
        error = error.cause
    return error is not None


def _lost_storage(what: str) -> AssetFailure:
    return AssetFailure(what, f"{what} failed: Dagster's storage was lost. {DETAILS}", final=False, died=True)


def _unexpected(what: str, message: str) -> str:
    return f"{what} failed: {message.strip().splitlines()[0]} {DETAILS}"
