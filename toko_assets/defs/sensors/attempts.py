"""Reads the attempts to sync a backup from Dagster's runs and their tags."""

from datetime import UTC, datetime

import dagster as dg

from toko_assets.backups.decision import Attempt, Ending, Request
from toko_assets.defs.assets.raw_backup import BackupConfig, Listed
from toko_assets.defs.failures import AssetFailure, asset_failure, failure_outside
from toko_assets.defs.jobs import recent_sales

REVISION, ATTEMPT, FOLDER, SETTINGS = "toko/revision", "toko/attempt", "toko/folder", "toko/settings"
BACKUP, SKIPPED = "toko/backup", "toko/skipped"
"""Tags of the runs that the sensor requests."""
NAMED = 5
"""How many skipped backups the tag names."""

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def run_request(request: Request, settings: str) -> dg.RunRequest:
    """Return the request for a run that syncs exactly the listed backup. `settings` is the settings' mark."""
    backup, skipped = request.backup, request.skipped
    names = ", ".join(skipped[:NAMED]) + (f" and {len(skipped) - NAMED} more" if len(skipped) > NAMED else "")
    return dg.RunRequest(
        run_key=request.run_key,
        run_config=dg.RunConfig(ops={"raw_backup": BackupConfig(take=Listed.of(backup))}),
        tags={
            BACKUP: backup.name,
            REVISION: backup.revision,
            ATTEMPT: str(request.attempt),
            FOLDER: request.folder,
            SETTINGS: settings,
            **({SKIPPED: names} if skipped else {}),
        },
    )


def is_busy(instance: dg.DagsterInstance) -> bool:
    """Whether a run is queued or in progress, other than of recent_sales, which no sync waits for."""
    running = instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED))
    reading = instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED, job_name=recent_sales.name)) if running else 0
    return running > reading


def last_attempt(instance: dg.DagsterInstance, revision: str) -> Attempt | None:
    """Return the last run that was requested for a revision."""
    records = instance.get_run_records(dg.RunsFilter(tags={REVISION: revision}), limit=2)
    if not records:
        return None
    record, tags = records[0], records[0].dagster_run.tags
    ended = None if record.dagster_run.status in UNFINISHED else run_times(record)[1]
    ending = _ending(instance, record)
    if ending is Ending.DIED and any(_ending(instance, before) is Ending.DIED for before in records[1:]):
        ending = Ending.TRANSIENT
    return Attempt(int(tags[ATTEMPT]), ending, ended, tags[FOLDER], tags[SETTINGS])


def run_times(record: dg.RunRecord | None) -> tuple[datetime, datetime]:
    """Return when a run began and ended; 1970 if it did not."""
    begun, ended = (record.start_time, record.end_time) if record else (None, None)
    return datetime.fromtimestamp(begun or ended or 0, UTC), datetime.fromtimestamp(ended or 0, UTC)


def _ending(instance: dg.DagsterInstance, record: dg.RunRecord) -> Ending:
    run = record.dagster_run
    if run.status in UNFINISHED:
        return Ending.RUNNING
    if run.status == dg.DagsterRunStatus.SUCCESS:
        return Ending.SUCCEEDED
    if run.status == dg.DagsterRunStatus.CANCELED:  # a person cancelled it
        return Ending.PERMANENT
    found = asset_failure(instance, run.run_id) or _failure_outside(instance, run.run_id)
    if found and found.died:
        return Ending.DIED
    return Ending.PERMANENT if found and found.final else Ending.TRANSIENT


def _failure_outside(instance: dg.DagsterInstance, run_id: str) -> AssetFailure | None:
    """Why a run failed without an asset that failed."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return next((failure_outside(entry.dagster_event) for entry in entries if entry.dagster_event), None)
