"""Reads the headers of listed backups, each revision once: records/headers.json keeps what they say."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from toko_assets.backups.listing import DatedBackup, ListedBackup
from toko_assets.backups.source import BackupSource, GoneError, NoBackupError, UnreadableError
from toko_assets.common.records import read_record, write_record
from toko_assets.ipos.archive.contents import Header, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.reader import HEADER_BYTES, read_header

RECORD = "headers"


@dataclass(frozen=True, slots=True)
class SeenBackup:
    """A revision whose beginning was read."""

    place: str
    revision: str
    first_seen: datetime
    header: Header | None


@dataclass(frozen=True, slots=True)
class SeenBackups:
    """All revisions of the last listing whose beginnings were read."""

    backups: tuple[SeenBackup, ...] = ()


@dataclass(frozen=True, slots=True)
class DatedListing:
    """The backups of a listing with their headers."""

    backups: Sequence[DatedBackup]
    unread: int
    """How many headers are still to be read."""


def read_headers(
    source: BackupSource,
    listed: Iterable[ListedBackup],
    records: Path,
    zone: ZoneInfo,
    now: datetime,
    *,
    seconds: float | None = None,
    keep: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> DatedListing:
    """Return the listed backups with their headers; after `seconds`, the other headers stay unread.

    `records` is the folder that keeps headers that were read; with `keep=False`, nothing is written there. `zone` is
    the shop's time zone. A file that is gone by now is left out, and one that cannot be read has no header. Raises as
    `source.head`.
    """
    listed = list(listed)
    kept = read_record(records, RECORD, SeenBackups) or SeenBackups()
    stored = {(seen.place, seen.revision): seen for seen in kept.backups}
    known = {backup: seen for backup in listed if (seen := stored.get((backup.place, backup.revision)))}
    unknown = [backup for backup in listed if backup not in known]
    begun, unread, unreadable = time.monotonic(), 0, []
    try:
        for backup in unknown:
            if seconds is not None and time.monotonic() > begun + seconds:
                unread += 1
                continue
            progress(f"Reading the header of {backup.name}")
            try:
                known[backup] = SeenBackup(backup.place, backup.revision, now, _header(source, backup))
            except UnreadableError:  # not kept, because it may be readable the next time
                unreadable.append(dated(backup, None, now, zone))
            except GoneError:
                continue
    finally:
        seen_now = SeenBackups(tuple(known[backup] for backup in listed if backup in known))
        if keep and seen_now != kept:
            write_record(records, RECORD, seen_now)
    found = [
        dated(backup, known[backup].header, known[backup].first_seen, zone) for backup in listed if backup in known
    ]
    return DatedListing([*found, *unreadable], unread)


def first_seen(backup: ListedBackup, records: Path, now: datetime) -> datetime:
    """Return when this revision was listed for the first time: now, if its header was never read."""
    kept = read_record(records, RECORD, SeenBackups) or SeenBackups()
    times = (s.first_seen for s in kept.backups if (s.place, s.revision) == (backup.place, backup.revision))
    return next(times, now)


def dated(backup: ListedBackup, header: Header | None, first_seen: datetime, zone: ZoneInfo) -> DatedBackup:
    """Combine a listed backup with its header, whose time is that of the shop's clock."""
    dumped_at = header.dumped_at.replace(tzinfo=zone) if header else backup.modified
    return DatedBackup(backup, header, dumped_at, first_seen)


def _header(source: BackupSource, backup: ListedBackup) -> Header | None:
    try:
        return read_header(source.head(backup, HEADER_BYTES), backup.name)
    except (IncompleteBackupError, NotABackupError, NoBackupError):
        return None
