"""tell_success and tell_failure: the end of a sync notifies the owners. What is said is in `owner_messages.py`."""

from collections.abc import Callable
from datetime import datetime, timedelta

import dagster as dg

from toko_assets.common.notifier import OwnerNotifier
from toko_assets.common.publications import RolledBack, read_publication
from toko_assets.defs.failures import failure_outside
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.defs.rollback_job import CATALOG, rollback_catalog
from toko_assets.defs.sensors import owner_messages
from toko_assets.defs.sensors.attempts import asset_failure, run_times
from toko_assets.defs.sensors.owner_messages import failure_mark

TOLD, FAILURE = "toko/told", "toko/failure"
"""Tags of failed runs: what the owners know of, and of which failure."""
OF_FAILURE, OF_RECOVERY = "failure", "recovery"
"""Values of TOLD: the recovery is still to be announced, or was."""
REMINDED = timedelta(days=1)
"""After so long the same failure is told again."""


def success_sensor() -> dg.SensorDefinition:
    """Once for each run that changed something, or is the first that succeeds after a failure that was told.

    Never returns a SkipReason: of several runs in one tick, Dagster takes no mixture of told and skipped ones.
    """

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the owners in Telegram what a sync changed, that one was rolled back, that syncs succeed "
        "again.",
    )
    def tell_success(
        context: dg.RunStatusSensorContext, notifier: dg.ResourceParam[OwnerNotifier], storage: StorageResource
    ) -> None:
        run, instance = context.dagster_run, context.instance
        publication = read_publication(storage.folder.publications, run.run_id)
        if publication is None:
            context.log.info("The run was no sync: nobody is told.")
            return
        if isinstance(publication, RolledBack):
            text = owner_messages.rolled_back(notifier.shop, notifier.zone, publication)
            notifier.notify(text, context.log.warning)
            return
        begun, ended = run_times(instance.get_run_record_by_id(run.run_id))
        recovered = _unrecovered(instance, ended)
        if publication.changes_nothing and recovered is None:
            context.log.info("Nothing changed: nobody is told.")
            return
        text = owner_messages.published(
            notifier.shop, notifier.zone, publication, ended - begun, recovered=recovered is not None
        )
        if notifier.notify(text, context.log.warning) and recovered:
            instance.add_run_tags(recovered, {TOLD: OF_RECOVERY})

    return tell_success


def failure_sensor(clock: Callable[[], datetime]) -> dg.SensorDefinition:
    """Once for each failure that is not known to the owners yet. Never returns a SkipReason, as tell_success."""

    @dg.run_failure_sensor(
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the owners in Telegram why a sync failed; the same failure again once a day.",
    )
    def tell_failure(context: dg.RunFailureSensorContext, notifier: dg.ResourceParam[OwnerNotifier]) -> None:
        run, instance = context.dagster_run, context.instance
        failure = asset_failure(instance, run.run_id) or failure_outside(context.failure_event)
        if failure.ordered or run.job_name == rollback_catalog.name:
            context.log.info("A person ordered this, and sees it: nobody is told.")
            return
        mark = failure_mark(failure.asset, failure.said)
        if _is_known(instance, mark, clock()):
            context.log.info("The owners know of this failure.")
            return
        text = owner_messages.sync_failed(notifier.shop, failure.asset, failure.said, notifier.link(run.run_id))
        if notifier.notify(text, context.log.warning):
            instance.add_run_tags(run.run_id, {TOLD: OF_FAILURE, FAILURE: mark})

    return tell_failure


def _last_told(instance: dg.DagsterInstance) -> dg.RunRecord | None:
    """The newest failed run that the owners know of."""
    told = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={TOLD: [OF_FAILURE, OF_RECOVERY]})
    return next(iter(instance.get_run_records(told, limit=1)), None)


def _unrecovered(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """The run that failed before, if the owners know of it and of no success since."""
    last = _last_told(instance)
    if last is None or last.dagster_run.tags[TOLD] == OF_RECOVERY or run_times(last)[1] > now:
        return None
    return last.dagster_run.run_id


def _is_known(instance: dg.DagsterInstance, mark: str, now: datetime) -> bool:
    """Whether the last failure that was told is this one, less than a day ago, and no sync succeeded since."""
    last = _last_told(instance)
    if last is None or last.dagster_run.tags.get(FAILURE) != mark:
        return False
    success, ended = instance.get_latest_materialization_event(CATALOG), run_times(last)[1]
    if success and success.timestamp > ended.timestamp():
        return False
    return now - ended < REMINDED
