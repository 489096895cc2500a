"""new_backup: a new backup starts a sync. `backups/decision.py` makes the decisions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

import dagster as dg

from toko_assets.backups.decision import Cursor, decide, failed, may_ask, to_be_told
from toko_assets.backups.listing import QuietError
from toko_assets.backups.shop_database import NoShopDatabaseError
from toko_assets.backups.source import BackupSource, left_out
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.common.notifier import OwnerNotifier
from toko_assets.defs.assets.external_assets import BACKUP_FOLDER
from toko_assets.defs.jobs import sync
from toko_assets.defs.recovery import recover
from toko_assets.defs.rejections import rejection
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.defs.sensors import NEW_BACKUP, owner_messages
from toko_assets.defs.sensors.attempts import is_busy, last_attempt, run_request
from toko_assets.defs.sensors.notices import notices
from toko_assets.publishing.candidates import Candidates, find_candidates
from toko_assets.publishing.rejected import rejection_in_force
from toko_core import PermanentError, TokoError
from toko_core.files import DataFolder
from toko_core.state.outbox import Message

HEADER_SECONDS = 20.0
"""How long one tick reads headers: a tick has a minute."""
DATA_VERSION = "dagster/data_version"
"""Dagster's tag for the data version of an observation."""


def new_backup_sensor(clock: Callable[[], datetime]) -> dg.SensorDefinition:
    """Return the sensor. Each load of the code gets a new settings mark, because the settings may have changed."""
    settings = uuid4().hex[:12]

    @dg.sensor(
        name=NEW_BACKUP,
        job=sync,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for a new backup every 30 seconds, and at once when the folder changes. Syncs the shop's "
        "newest one, and retries until it is served, unless its checks or a rollback rejected it. Skips backups of "
        "other databases, and older ones.",
    )
    def new_backup(
        context: dg.SensorEvaluationContext,
        backup_source: dg.ResourceParam[BackupSource],
        storage: StorageResource,
        notifier: dg.ResourceParam[OwnerNotifier],
    ) -> dg.SensorResult:
        """One tick."""
        now, before = clock(), Cursor.read(context.cursor)
        _fail_lost_runs(context, storage.folder)
        if not may_ask(before, settings, now):
            return _skip(before, _describe_failure(before))
        try:
            listing = backup_source.listing()
            found = find_candidates(
                storage.folder, backup_source, listing, storage.shop, storage.zone, now, seconds=HEADER_SECONDS
            )
        except TokoError as error:
            return _report_failing_source(context, notifier, before, error, settings, now)
        undecided = _undecided(found)
        served = found.served.backup if found.served and found.served.revision and not found.served.is_demo else None
        decision = decide(
            before,
            listing.backups,
            [] if undecided else found.newer,
            served=served.name if served else "",
            rolled_back=rejection_in_force(storage.folder),
            is_rejected=lambda revision: rejection(context.instance, revision, storage.rules) is not None,
            is_whole=backup_source.is_whole,
            last_attempt=partial(last_attempt, context.instance),
            busy=is_busy(context.instance),
            settings=settings,
            now=now,
        )
        _notify(context, notifier, before, found)
        cursor = decision.cursor
        observed = _observations(found, before, cursor)
        if decision.request is None:
            return _skip(cursor, undecided or decision.said, observed)
        for warning in left_out(listing):
            context.log.warning(warning)
        return dg.SensorResult(
            run_requests=[run_request(decision.request, settings)], cursor=cursor.write(), asset_events=observed
        )

    return new_backup


def _notify(context: dg.SensorEvaluationContext, notifier: OwnerNotifier, before: Cursor, found: Candidates) -> None:
    """Notify the owners that the source works again, if they know that it failed, and of what is listed."""
    if not notifier.is_set_up:  # each tick would log it
        return
    answers = Message(f"source:answers after {before.failing}", owner_messages.source_answers(notifier.shop))
    listed = notices(notifier.shop, notifier.zone, found)
    notifier.notify(context.log.warning, *([answers] if before.told else []), *listed)


def _undecided(found: Candidates) -> str:
    """Return why no backup can be chosen yet; an empty text if one can."""
    if found.unread and found.shop.name is None:
        return f"Reading the headers of the backups: {found.unread} are left."
    try:
        found.check_chosen()
    except NoShopDatabaseError as error:
        return str(error)
    return ""


def _observations(found: Candidates, before: Cursor, cursor: Cursor) -> Sequence[dg.AssetObservation]:
    """Return an observation of the backup folder if a backup of the shop arrived, so that the lineage shows when."""
    arrived = next((b.listed for b in found.selection.suitable if b.listed.revision == cursor.seen), None)
    if arrived is None or before.seen == cursor.seen:
        return []
    return [
        dg.AssetObservation(
            BACKUP_FOLDER,
            description=f"{arrived.name} is the newest backup.",
            metadata={
                "file": arrived.name,
                "dagster/size_bytes": arrived.size,
                "modified": dg.TimestampMetadataValue(arrived.modified.timestamp()),
            },
            tags={DATA_VERSION: arrived.revision},
        )
    ]


def _skip(cursor: Cursor, reason: str, observed: Sequence[dg.AssetObservation] = ()) -> dg.SensorResult:
    return dg.SensorResult(skip_reason=reason, cursor=cursor.write(), asset_events=list(observed))


def _report_failing_source(
    context: dg.SensorEvaluationContext,
    notifier: OwnerNotifier,
    before: Cursor,
    error: TokoError,
    settings: str,
    now: datetime,
) -> dg.SensorResult:
    """Return a skip reason, not an error, for the list of ticks. Notify the owners if the failure lasts."""
    cursor = failed(
        before,
        str(error),
        final=isinstance(error, PermanentError),
        settings=settings,
        now=now,
        quiet=error.quiet if isinstance(error, QuietError) else None,
    )
    if to_be_told(cursor, now):
        text = owner_messages.source_fails(
            notifier.shop, notifier.zone, str(error), cursor.failing or now, final=bool(cursor.stopped)
        )
        occasion = cursor.stopped or cursor.failing
        notifier.notify(context.log.warning, Message(f"source:fails {occasion}", text))
        cursor = replace(cursor, told=True)
    return _skip(cursor, _describe_failure(cursor))


def _describe_failure(cursor: Cursor) -> str:
    since = f" (since {cursor.failing:%Y-%m-%d %H:%M} UTC)" if cursor.failing else ""
    if cursor.stopped:
        return f"Not tried again until the settings change and Dagster is restarted: {cursor.reason}{since}"
    return f"{cursor.reason}{since}"


def _fail_lost_runs(context: dg.SensorEvaluationContext, folder: DataFolder) -> None:
    """Fail runs whose process died. They would stay STARTED forever and block all queued runs."""
    if not is_busy(context.instance):
        return
    try:
        with sync_lock(folder.root, None):
            for line in recover(context.instance, folder):
                context.log.warning(line)
    except SyncRunningError:
        return
