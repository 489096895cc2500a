"""Checks the backup folder: what is there, and which backup a sync would take."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from toko_assets.backups.folder import FolderSource, unreadable
from toko_assets.backups.listing import ListedBackup
from toko_assets.backups.source import ENDING, NoBackupError
from toko_assets.cli.doctor.candidates import backups_of_shop
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.cli.terminal import short_path
from toko_assets.common.settings import Settings
from toko_assets.ipos.archive.contents import Archive
from toko_assets.ipos.sandbox.archives import verify_backup
from toko_core import BackupError, TokoError
from toko_core.catalog.demo import DEMO_BACKUP

CLOCKS_DIFFER = timedelta(minutes=10)


class OnlyDemoError(NoBackupError):
    """There is no backup but the demo's."""


def look_at_backups(settings: Settings) -> Iterator[Finding]:
    """Read the newest backup to its end, as a sync does. For Dropbox, check the permissions."""
    if settings.backup_source == "dropbox":
        from toko_assets.cli.doctor.dropbox import look_at_dropbox

        yield from look_at_dropbox(settings)
        return
    folder = settings.inbox
    if not folder.exists():
        if settings.backup_folder is None:
            yield wrong("backups", "There is no backup", f"create the folder {folder} for them, or set BACKUP_FOLDER.")
        else:
            yield wrong("backups", f"There is no folder {folder}", "correct BACKUP_FOLDER, or mount its disk.")
        return
    if not folder.is_dir():
        yield wrong("backups", f"{folder} is not a folder", "set BACKUP_FOLDER.")
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield wrong("backups", f"{folder} cannot be read", "set its permissions, or BACKUP_FOLDER.")
        return
    warnings: list[str] = []
    try:
        archive = _newest(settings, FolderSource(folder), warnings.append)
    except TokoError as error:
        yield from (note("backups", warning) for warning in warnings if str(error) not in warning)
        yield (note if isinstance(error, OnlyDemoError) else wrong)("backups", str(error))
        return
    yield from (note("backups", warning) for warning in warnings)
    dumped = archive.dumped_at.replace(tzinfo=ZoneInfo(settings.shop_timezone))
    size = archive.path.stat().st_size
    age = datetime.now(ZoneInfo(settings.shop_timezone)) - dumped
    summary = (
        f"{archive.name} in {short_path(folder)}, {size / 1e6:,.1f} MB, whole, of database {archive.database}, "
        f"made {dumped:%Y-%m-%d %H:%M}"
    )
    if age < -CLOCKS_DIFFER:
        yield note(
            "backups", f"{summary}: in the future. Is SHOP_TIMEZONE the shop's, and the clock of its computer right?"
        )
    else:
        yield good("backups", f"{summary} ({shown_age(age)} ago)")


def _newest(settings: Settings, source: FolderSource, warn: Callable[[str], None]) -> Archive:
    """Return the backup that a sync would take: the newest whole one of the shop. Raises TokoError."""
    problem: TokoError | None = None
    for backup in backups_of_shop(settings, source, warn).selection.suitable:
        try:
            return _whole(backup.listed)
        except BackupError as error:
            warn(f"Skipped: {error}")
            problem = problem or error
    if problem is None and (source.folder / DEMO_BACKUP).exists():
        raise OnlyDemoError(f"There is only the demo's backup in {source.place}: copy one of the shop there.")
    raise problem or NoBackupError(
        f"There is no iPOS backup (*{ENDING}) of the shop in {source.place}: put one there, or set {source.setting}."
    )


def _whole(backup: ListedBackup) -> Archive:
    """Read a backup to its end, in its own folder."""
    try:
        return verify_backup(Path(backup.place), backup.name)
    except OSError as error:
        raise unreadable(backup.place, error) from error


def shown_age(age: timedelta) -> str:
    """Format an age: `3 days`, `5 hours`, `12 minutes`."""
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if (count := age // length) > 0:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
