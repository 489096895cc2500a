"""A new backup starts a sync; a sync's end tells the owners. What is decided and said is in modules without Dagster."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import dagster as dg

from toko_assets.backups.decision import Attempt, Cursor, Ending, Request, decide, failed, may_ask, to_be_told
from toko_assets.backups.listing import QuietError
from toko_assets.backups.source import left_out
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.defs.failures import AssetFailure, failure_outside, first_failure
from toko_assets.defs.jobs import sync
from toko_assets.defs.recovery import recover
from toko_assets.defs.resources import BackupSource, OwnerNotifier, StorageResource
from toko_assets.defs.rollback_job import CATALOG, ROLLED_BACK_FROM, rollback_catalog
from toko_assets.defs.sensors import owner_messages
from toko_assets.defs.sensors.owner_messages import failure_mark
from toko_assets.defs.sensors.run_metadata import published, rolled_back
from toko_assets.publishing.rejected import rejection_in_force
from toko_assets.publishing.served import read_served
from toko_core.errors import PermanentError, TokoError
from toko_core.files import DataFolder

REVISION, ATTEMPT, FOLDER, SETTINGS = "toko/revision", "toko/attempt", "toko/folder", "toko/settings"
BACKUP, SKIPPED = "toko/backup", "toko/skipped"
"""Tags of the runs that the sensor asks for."""
TOLD, FAILURE = "toko/told", "toko/failure"
"""Tags of failed runs: what the owners know of, and of which failure."""
OF_FAILURE, OF_RECOVERY = "failure", "recovery"
"""Values of TOLD: the recovery is still to be announced, or was."""

SETTINGS_IN_FORCE = uuid4().hex[:12]
"""Settings are read once, when this code is loaded: a restart may have brought others."""


def clock() -> datetime:
    """The time now."""
    return datetime.now(UTC)


UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
NAMED = 5
REMINDED = timedelta(days=1)
"""After so long the same failure is told again."""


@dg.sensor(
    job=sync,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks for a new backup every 30 seconds, and syncs the newest until it is the one that is served, "
    "unless a rollback refused it.",
)
def new_backup(
    context: dg.SensorEvaluationContext,
    backup_source: BackupSource,
    storage: StorageResource,
    notifier: OwnerNotifier,
) -> dg.SensorResult:
    """One look."""
    now, cursor = clock(), Cursor.read(context.cursor)
    _fail_lost_runs(context, storage)
    if not may_ask(cursor, SETTINGS_IN_FORCE, now):
        return _nothing(cursor, _still_failing(cursor))
    try:
        listing = backup_source.listing()
    except TokoError as error:
        return _source_failed(context, notifier, cursor, error, now)
    announced = not cursor.told or notifier.tell(owner_messages.source_answers(notifier.shop), context.log.warning)
    newest = listing.backups[0] if listing.backups else None
    decision = decide(
        cursor,
        listing.backups,
        published=_served_revision(storage.folder),
        refused=rejection_in_force(storage.folder),
        last=_last_attempt(context.instance, newest.revision) if newest else None,
        busy=context.instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED)) > 0,
        settings=SETTINGS_IN_FORCE,
        now=now,
    )
    cursor = replace(decision.cursor, told=not announced)  # what was not announced is tried again at the next look
    if decision.request is None:
        return _nothing(cursor, decision.said)
    for name in listing.conflicted:
        context.log.warning(left_out(name))
    return dg.SensorResult(run_requests=[_run_request(decision.request)], cursor=cursor.write())


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells the owners in Telegram what a sync changed, that one was rolled back, that syncs succeed again.",
)
def tell_success(context: dg.RunStatusSensorContext, notifier: OwnerNotifier, storage: StorageResource) -> None:
    """Once for each run that changed something, or is the first that succeeds after a failure that was told.

    Never answers a SkipReason: of several runs in one tick, Dagster takes no mixture of told and skipped ones.
    """
    run, instance = context.dagster_run, context.instance
    catalogue = _catalogue(instance, run.run_id)
    if catalogue is None:
        context.log.info("The run was no sync: nobody is told.")
        return
    zone = ZoneInfo(storage.timezone)
    if ROLLED_BACK_FROM in catalogue:
        notifier.tell(owner_messages.rolled_back(notifier.shop, zone, rolled_back(catalogue)), context.log.warning)
        return
    told = published(catalogue)
    begun, ended = _times(instance.get_run_record_by_id(run.run_id))
    recovered = _unrecovered(instance, ended)
    if told.changes_nothing and recovered is None:
        context.log.info("Nothing changed: nobody is told.")
        return
    text = owner_messages.published(notifier.shop, zone, told, ended - begun, recovered=recovered is not None)
    if notifier.tell(text, context.log.warning) and recovered:
        instance.add_run_tags(recovered, {TOLD: OF_RECOVERY})


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells the owners in Telegram why a sync failed; the same failure again once a day.",
)
def tell_failure(context: dg.RunFailureSensorContext, notifier: OwnerNotifier) -> None:
    """Once for each failure that is not known to them yet. Never answers a SkipReason, as tell_success."""
    run, instance = context.dagster_run, context.instance
    failure = _failure(instance, run.run_id) or failure_outside(context.failure_event)
    if failure.ordered or run.job_name == rollback_catalog.name:
        context.log.info("A person ordered this, and sees it: nobody is told.")
        return
    mark = failure_mark(failure.asset, failure.said)
    if _is_known(instance, mark):
        context.log.info("The owners know of this failure.")
        return
    text = owner_messages.sync_failed(notifier.shop, failure.asset, failure.said, notifier.link(run.run_id))
    if notifier.tell(text, context.log.warning):
        instance.add_run_tags(run.run_id, {TOLD: OF_FAILURE, FAILURE: mark})


def _served_revision(folder: DataFolder) -> str | None:
    served = read_served(folder)
    return served.revision if served else None


def _nothing(cursor: Cursor, said: str) -> dg.SensorResult:
    return dg.SensorResult(skip_reason=said, cursor=cursor.write())


def _source_failed(
    context: dg.SensorEvaluationContext, notifier: OwnerNotifier, cursor: Cursor, error: TokoError, now: datetime
) -> dg.SensorResult:
    """A reason in the list of ticks, not an error; the owners hear of it when it lasts."""
    cursor = failed(
        cursor,
        str(error),
        final=isinstance(error, PermanentError),
        settings=SETTINGS_IN_FORCE,
        now=now,
        quiet=error.quiet if isinstance(error, QuietError) else None,
    )
    if to_be_told(cursor, now):
        text = owner_messages.source_fails(
            notifier.shop, ZoneInfo(notifier.timezone), str(error), cursor.failing or now, final=bool(cursor.stopped)
        )
        cursor = replace(cursor, told=notifier.tell(text, context.log.warning))
    return _nothing(cursor, _still_failing(cursor))


def _still_failing(cursor: Cursor) -> str:
    since = f" (since {cursor.failing:%Y-%m-%d %H:%M} UTC)" if cursor.failing else ""
    if cursor.stopped:
        return f"Not asked again until the settings change and Dagster is restarted: {cursor.reason}{since}"
    return f"{cursor.reason}{since}"


def _run_request(request: Request) -> dg.RunRequest:
    backup, skipped = request.backup, request.skipped
    names = ", ".join(skipped[:NAMED]) + (f" and {len(skipped) - NAMED} more" if len(skipped) > NAMED else "")
    return dg.RunRequest(
        run_key=request.run_key,
        run_config={"ops": {"raw_backup": {"config": {"file": backup.place, "revision": backup.revision}}}},
        tags={
            BACKUP: backup.name,
            REVISION: backup.revision,
            ATTEMPT: str(request.attempt),
            FOLDER: request.folder,
            SETTINGS: SETTINGS_IN_FORCE,
            **({SKIPPED: names} if skipped else {}),
        },
    )


def _last_attempt(instance: dg.DagsterInstance, revision: str) -> Attempt | None:
    """From the run that was asked for last."""
    records = instance.get_run_records(dg.RunsFilter(tags={REVISION: revision}), limit=1)
    if not records:
        return None
    record, tags = records[0], records[0].dagster_run.tags
    status = record.dagster_run.status
    ended = None if status in UNFINISHED else _times(record)[1]
    return Attempt(int(tags[ATTEMPT]), _ending(instance, record), ended, tags[FOLDER], tags[SETTINGS])


def _ending(instance: dg.DagsterInstance, record: dg.RunRecord) -> Ending:
    run = record.dagster_run
    if run.status in UNFINISHED:
        return Ending.RUNNING
    if run.status == dg.DagsterRunStatus.SUCCESS:
        return Ending.SUCCEEDED
    if run.status == dg.DagsterRunStatus.CANCELED:  # by a person
        return Ending.PERMANENT
    failure = _failure(instance, run.run_id)
    return Ending.PERMANENT if failure and failure.final else Ending.PASSING


def _failure(instance: dg.DagsterInstance, run_id: str) -> AssetFailure | None:
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return first_failure(entry.dagster_event for entry in entries if entry.dagster_event)


def _fail_lost_runs(context: dg.SensorEvaluationContext, storage: StorageResource) -> None:
    """A run whose process died would stay `started` for ever, and hold up all that are queued behind it."""
    if not context.instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED)):
        return
    root = storage.folder.root
    try:
        with sync_lock(root, None):
            for line in recover(context.instance, storage.folder):
                context.log.warning(line)
    except SyncRunningError:
        return


def _catalogue(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, dg.MetadataValue] | None:
    """The metadata of the run's catalogue; None if it has none."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = entry.dagster_event
        if event is not None and event.asset_key == CATALOG:
            return event.step_materialization_data.materialization.metadata
    return None


def _last_told(instance: dg.DagsterInstance) -> dg.RunRecord | None:
    """The newest failed run that the owners know of."""
    told = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={TOLD: [OF_FAILURE, OF_RECOVERY]})
    return next(iter(instance.get_run_records(told, limit=1)), None)


def _unrecovered(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """The run that failed before, if the owners know of it and of no success since."""
    last = _last_told(instance)
    if last is None or last.dagster_run.tags[TOLD] == OF_RECOVERY or _times(last)[1] > now:
        return None
    return last.dagster_run.run_id


def _is_known(instance: dg.DagsterInstance, mark: str) -> bool:
    """Whether the last failure that was told is this one, less than a day ago, and no sync succeeded since."""
    last = _last_told(instance)
    if last is None or last.dagster_run.tags.get(FAILURE) != mark:
        return False
    success, ended = instance.get_latest_materialization_event(CATALOG), _times(last)[1]
    if success and success.timestamp > ended.timestamp():
        return False
    return clock() - ended < REMINDED


def _times(record: dg.RunRecord | None) -> tuple[datetime, datetime]:
    """When a run began and ended; 1970 if it did not."""
    begun, ended = (record.start_time, record.end_time) if record else (None, None)
    return datetime.fromtimestamp(begun or ended or 0, UTC), datetime.fromtimestamp(ended or 0, UTC)
