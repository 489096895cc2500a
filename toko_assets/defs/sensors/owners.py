"""tell_success and tell_failure: sensors that notify the owners when a sync ends. `owner_messages.py` has the texts.

A message counts as sent once it is stored: deliver_messages sends what Telegram did not take at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import dagster as dg

from toko_assets.common.notifier import Asking, OwnerNotifier
from toko_assets.common.publications import Blocked, RolledBack, read_publication
from toko_assets.defs.failures import AssetFailure, asset_failure, failure_outside
from toko_assets.defs.jobs import recent_sales
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.defs.rollback_job import CATALOG, rollback_catalog
from toko_assets.defs.sensors import owner_messages
from toko_assets.defs.sensors.attempts import run_times
from toko_assets.defs.sensors.owner_messages import failure_mark
from toko_assets.defs.sensors.questions import LIMITS, ask_to_publish
from toko_core.state.decisions import DECISION
from toko_core.state.outbox import Message

TOLD, FAILURE = "toko/told", "toko/failure"
"""Tags of failed runs that the owners were notified of: the last notification, and the mark of the failure."""
OF_FAILURE, OF_RECOVERY = "failure", "recovery"
"""Values of TOLD: the owners were notified of the failure only, or also of the recovery."""
REMIND_AFTER = timedelta(days=1)
"""After this time the owners are notified of the same failure again."""


def success_sensor() -> dg.SensorDefinition:
    """Return the sensor that notifies of each run that changed something, or that is the first success after a failure.

    The sensor never returns a SkipReason: if one tick handles several runs, Dagster does not accept a mixture of runs
    with and without one.
    """

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Notifies the owners in Telegram of what a sync changed, of a rollback, and of the first success "
        "after a failure.",
    )
    def tell_success(
        context: dg.RunStatusSensorContext, notifier: dg.ResourceParam[OwnerNotifier], storage: StorageResource
    ) -> None:
        run, instance = context.dagster_run, context.instance
        publication = read_publication(storage.folder.publications, run.run_id)
        if publication is None or isinstance(publication, Blocked):
            context.log.info("The run was not a sync: nobody is notified.")
            return
        if isinstance(publication, RolledBack):
            text = owner_messages.rolled_back(notifier.shop, notifier.zone, publication)
            notifier.notify(context.log.warning, Message(f"run:{run.run_id}", text))
            return
        begun, ended = run_times(instance.get_run_record_by_id(run.run_id))
        recovered = _unrecovered(instance, ended)
        if publication.changes_nothing and recovered is None:
            context.log.info("Nothing changed: nobody is notified.")
            return
        text = owner_messages.published(
            notifier.shop, notifier.zone, publication, ended - begun, recovered=recovered is not None
        )
        notifier.notify(context.log.warning, Message(f"run:{run.run_id}", text))
        if recovered:
            instance.add_run_tags(recovered, {TOLD: OF_RECOVERY})

    return tell_success


def failure_sensor(clock: Callable[[], datetime]) -> dg.SensorDefinition:
    """Return the sensor that notifies of each new failure. Like tell_success, it never returns a SkipReason."""

    @dg.run_failure_sensor(
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Notifies the owners in Telegram of why a sync failed; of the same failure at most once a day.",
    )
    def tell_failure(
        context: dg.RunFailureSensorContext, notifier: dg.ResourceParam[OwnerNotifier], storage: StorageResource
    ) -> None:
        run, instance = context.dagster_run, context.instance
        failure = asset_failure(instance, run.run_id) or failure_outside(context.failure_event)
        if run.job_name == rollback_catalog.name and DECISION in run.tags:  # the others read that it was decided
            link = notifier.link(run.run_id)
            text = owner_messages.rollback_failed(notifier.shop, failure.said, link)
            notifier.notify(context.log.warning, Message(f"run:{run.run_id}", text))
            return
        if failure.ordered or run.job_name in (rollback_catalog.name, recent_sales.name):
            context.log.info("A person sees this failure, or it stops no prices: nobody is notified.")
            return
        found = read_publication(storage.folder.publications, run.run_id)
        blocked = found if isinstance(found, Blocked) else None
        mark = failure_mark(failure.asset, failure.said, blocked.backup.id if blocked else "")
        if _was_notified(instance, mark, clock()):
            context.log.info("The owners were already notified of this failure.")
            return
        notifier.notify(context.log.warning, _failure_message(notifier, run.run_id, failure, blocked))
        instance.add_run_tags(run.run_id, {TOLD: OF_FAILURE, FAILURE: mark})

    return tell_failure


def _failure_message(
    notifier: OwnerNotifier, run_id: str, failure: AssetFailure, blocked: Blocked | None
) -> Message | Asking:
    """Return the message about a failed run: a question, if the checks blocked a backup that an owner may publish."""
    link = notifier.link(run_id)
    text = owner_messages.sync_failed(notifier.shop, failure.asset, failure.said, link)
    if blocked is None:
        return Message(f"run:{run_id}", text, urgent=failure.rejected and failure.asset in LIMITS)
    question = owner_messages.publication_blocked(notifier.shop, notifier.zone, blocked, failure.said, link)
    return ask_to_publish(blocked, run_id, question, text)


def _last_notified(instance: dg.DagsterInstance) -> dg.RunRecord | None:
    """Return the newest failed run that the owners were notified of."""
    notified = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={TOLD: [OF_FAILURE, OF_RECOVERY]})
    return next(iter(instance.get_run_records(notified, limit=1)), None)


def _unrecovered(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """Return the id of the last failed run, if the owners were notified of it and of no success since then."""
    last = _last_notified(instance)
    if last is None or last.dagster_run.tags[TOLD] == OF_RECOVERY or run_times(last)[1] > now:
        return None
    return last.dagster_run.run_id


def _was_notified(instance: dg.DagsterInstance, mark: str, now: datetime) -> bool:
    """Whether the owners were notified of this failure less than a day ago, and no sync has succeeded since then."""
    last = _last_notified(instance)
    if last is None or last.dagster_run.tags.get(FAILURE) != mark:
        return False
    success, ended = instance.get_latest_materialization_event(CATALOG), run_times(last)[1]
    if success and success.timestamp > ended.timestamp():
        return False
    return now - ended < REMIND_AFTER
