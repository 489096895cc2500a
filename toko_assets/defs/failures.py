"""Why a run failed, read from its events."""

from collections.abc import Iterable
from dataclasses import dataclass

from dagster import DagsterEvent, DagsterEventType

from toko_assets.common.data_disk import DataDiskError

FINAL, ORDERED = "final", "ordered"
"""Metadata of a failure: whether trying again is useless until a file or a setting changes; whether
a person ordered it."""

DETAILS = "The run's log in Dagster's web interface has the details."


@dataclass(frozen=True, slots=True)
class AssetFailure:
    """The first asset that failed."""

    asset: str
    said: str
    """One line."""
    final: bool
    ordered: bool = False
    """It is what a person ordered: a rollback refuses the backup, or the run was ended."""


def first_failure(events: Iterable[DagsterEvent]) -> AssetFailure | None:
    """Of a run's events in their order; None if no asset failed: the run's process died, or never came up."""
    for event in events:
        if event.event_type != DagsterEventType.STEP_FAILURE:
            continue
        failure, asset = event.step_failure_data, str(event.step_key)
        if failure.user_failure_data and failure.user_failure_data.description:
            marks = failure.user_failure_data.metadata
            final, ordered = (bool(mark in marks and marks[mark].value) for mark in (FINAL, ORDERED))
            return AssetFailure(asset, failure.user_failure_data.description, final, ordered)
        if failure.error:
            cause = failure.error.cause or failure.error
            if "Interrupt" in (cause.cls_name or ""):
                return AssetFailure(asset, "Interrupted: nothing was published.", final=False)
            return AssetFailure(asset, _unexpected(asset, cause.message), final=False)
        return AssetFailure(asset, f"{asset} failed. {DETAILS}", final=False)
    return None


def failure_outside(event: DagsterEvent) -> AssetFailure:
    """Of a run in which no asset failed, from the event of its failure: named after the job."""
    job, failure = event.job_name, event.job_failure_data
    if failure and failure.error:
        cause = failure.error.cause or failure.error
        if cause.cls_name == DataDiskError.__name__:  # it ends a run before its first asset
            return AssetFailure(job, cause.message.strip().partition(": ")[2], final=True)
        return AssetFailure(job, _unexpected(job, cause.message), final=False)
    return AssetFailure(job, event.message or f"{job} failed. {DETAILS}", final=False)


def _unexpected(what: str, message: str) -> str:
    return f"{what} failed: {message.strip().splitlines()[0]} {DETAILS}"
