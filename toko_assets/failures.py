"""Why a run failed, read from its events."""

from collections.abc import Iterable
from dataclasses import dataclass

from dagster import DagsterEvent, DagsterEventType

FINAL = "final"
"""Metadata of a failure: whether trying again is useless until a file or a setting changes."""

DETAILS = "The run's log in Dagster's web interface has the details."


@dataclass(frozen=True, slots=True)
class AssetFailure:
    """The first asset that failed."""

    asset: str
    said: str
    """One line."""
    final: bool


def first_failure(events: Iterable[DagsterEvent]) -> AssetFailure | None:
    """Of a run's events in their order; None if no asset failed: the run's process died, or never came up."""
    for event in events:
        if event.event_type != DagsterEventType.STEP_FAILURE:
            continue
        failure, asset = event.step_failure_data, str(event.step_key)
        if failure.user_failure_data and failure.user_failure_data.description:
            final = failure.user_failure_data.metadata.get(FINAL)
            return AssetFailure(asset, failure.user_failure_data.description, bool(final and final.value))
        if failure.error:
            cause = failure.error.cause or failure.error
            if "Interrupt" in (cause.cls_name or ""):
                return AssetFailure(asset, "Interrupted: nothing was published.", final=False)
            return AssetFailure(
                asset, f"{asset} failed: {cause.message.strip().splitlines()[0]} {DETAILS}", final=False
            )
        return AssetFailure(asset, f"{asset} failed. {DETAILS}", final=False)
    return None
