"""start_recent_sales: the sensor that has the sales read after a publication, at most every SALES_EVERY_HOURS."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg

from toko_assets.defs.jobs import recent_sales
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.sales.store import last_sales
from toko_assets.publishing.served import read_served


def recent_sales_sensor(hours: float, clock: Callable[[], datetime]) -> dg.SensorDefinition:
    """Return the sensor. `hours` is SALES_EVERY_HOURS; 0 switches it off."""

    @dg.sensor(
        job=recent_sales,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING if hours else dg.DefaultSensorStatus.STOPPED,
        description="Starts recent_sales after a publication, at most every SALES_EVERY_HOURS. No sync waits for it.",
    )
    def start_recent_sales(context: dg.SensorEvaluationContext, storage: StorageResource) -> dg.SensorResult:
        """One tick."""
        served, last = read_served(storage.folder), last_sales(storage.folder)
        reason = why_not_now(
            served=served.backup.id if served and served.backup and not served.problem else None,
            read=last.backup.id if last else None,
            started=_last_start(context.instance),
            every=timedelta(hours=hours),
            now=clock(),
        )
        if reason:
            return dg.SensorResult(skip_reason=reason)
        return dg.SensorResult(run_requests=[dg.RunRequest()])

    return start_recent_sales


def why_not_now(
    *, served: str | None, read: str | None, started: datetime | None, every: timedelta, now: datetime
) -> str | None:
    """Return why the sales are not read now, or None to read them.

    `served` and `read` are the ids of the served backup and of the one whose sales were read last. `started` is when
    the last run was started, whether it succeeded or not: a failed one is repeated as rarely.
    """
    if not every:
        return "SALES_EVERY_HOURS is 0: sales are read only by hand."
    if served is None:
        return "No catalogue is served yet."
    if served == read:
        return "The sales of the served backup are read already."
    if started is not None and now < started + every:
        return f"The sales were read at {started:%Y-%m-%d %H:%M} UTC; the next time is {every} later."
    return None


def _last_start(instance: dg.DagsterInstance) -> datetime | None:
    records = instance.get_run_records(dg.RunsFilter(job_name=recent_sales.name), limit=1)
    return records[0].create_timestamp.astimezone(UTC) if records else None
