"""Decides which backup to sync now, from what is listed, what is published, and how earlier attempts ended.

The goal: the newest backup is the published one, until a person chooses another. Each decision compares the newest
backup with the published one, not with the runs that were requested earlier. Dagster never runs the same run key twice,
even after a failure, so every attempt has its own key. All functions are pure; the sensor in
`defs/sensors/new_backup.py` calls them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from pydantic import TypeAdapter, ValidationError

from toko_assets.backups.listing import ListedBackup, newest_first
from toko_assets.common.rollback_record import Rejection

DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""How long to wait after the first, second and third attempt at a revision, and after every later one."""

UNREACHABLE = timedelta(hours=1)
"""How long a source may fail before the owners are notified."""

LONGEST_REASON = 300
"""Characters of an error message that the cursor keeps."""


class Ending(Enum):
    """The state of an attempt."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    TRANSIENT = "transient"
    """It failed, and may succeed the next time."""
    PERMANENT = "permanent"
    """It failed, and will fail again until the folder or the settings change."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last run that was requested for a revision."""

    number: int
    """From 1."""
    ending: Ending
    ended: datetime | None
    """None while the run is unfinished."""
    folder: str
    """`folder_mark` of what was listed when the run was requested."""
    settings: str
    """The mark of the settings that were in force then."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The state that the sensor keeps between two ticks. Its size does not depend on the number of backups."""

    seen: str = ""
    """The newest revision at the last tick."""
    published: datetime | None = None
    """When the published backup was last changed. Older ones are not synced, even if the published one is deleted."""
    served: str = ""
    """The newest revision that was ever served. If an older one is served now, a person chose it."""
    asked: str = ""
    """The revision that was last requested."""
    asked_modified: datetime | None = None
    """When that revision was changed. It is kept because a file may be deleted before its run publishes it."""
    failing: datetime | None = None
    """When the source began to fail; None while it works."""
    told: bool = False
    """Whether the owners were notified that the source fails."""
    quiet_until: datetime | None = None
    """The source asked for no requests before this time."""
    stopped: str = ""
    """The mark of the settings with which the source failed permanently."""
    reason: str = ""
    """The last error message of the source."""

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """Parse Dagster's cursor text. A text that this version cannot read counts as no cursor."""
        try:
            return _CURSOR.validate_json(text or "{}")
        except ValidationError:
            return cls()

    def write(self) -> str:
        """Return the cursor as JSON, without the fields that have their default values."""
        return _CURSOR.dump_json(self, exclude_defaults=True).decode()


_CURSOR = TypeAdapter(Cursor)


@dataclass(frozen=True, slots=True)
class Request:
    """A run to request."""

    backup: ListedBackup
    attempt: int
    folder: str
    """`folder_mark` of what is listed now."""
    skipped: tuple[str, ...]
    """Names of other backups that are newer than the published one. They are skipped because this one is newest."""

    @property
    def run_key(self) -> str:
        """The run key, which is never used twice."""
        return f"{self.backup.revision}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now."""

    cursor: Cursor
    request: Request | None
    said: str
    """A sentence that explains why no run is requested; empty if one is."""


def wanted(cursor: Cursor, backups: Sequence[ListedBackup]) -> ListedBackup | None:
    """Return the newest backup, or None if it is older than the published one."""
    newest = next(iter(newest_first(backups)), None)
    if newest and cursor.published and newest.modified < cursor.published:
        return None
    return newest


def decide(
    cursor: Cursor,
    backups: Sequence[ListedBackup],
    *,
    published: str | None,
    rejected: Rejection | None,
    last: Attempt | None,
    busy: bool,
    settings: str,
    now: datetime,
    demo_served: bool = False,
) -> Decision:
    """Decide whether to sync the newest of the listed `backups` now.

    `published` is the served revision, `rejected` what a rollback rejected, `last` the last attempt at the `wanted`
    backup, `busy` whether a run is unfinished, and `settings` the mark of the settings in force. With `demo_served`,
    the served catalogue is the demo's, so a shop's backup is synced whatever its time.
    """
    known = {published or "", rejected.revision if rejected else ""} - {""}
    cursor = _with_published(answered(cursor), backups, known)
    cursor = replace(cursor, published=None) if demo_served else cursor
    newest, before, mark = wanted(cursor, backups), cursor.seen, folder_mark(backups)
    cursor = replace(cursor, seen=newest.revision if newest else "")
    if newest is None:
        return Decision(cursor, None, "There is no backup that is newer than the served one." if backups else EMPTY)
    if newest.revision == published:
        return Decision(replace(cursor, served=newest.revision), None, f"{newest.name} is served.")
    if published and newest.revision == cursor.served:
        return Decision(cursor, None, f"{newest.name} was served; the one chosen since stays until a newer one comes.")
    if rejected and rejected.is_of(newest.revision):
        return Decision(cursor, None, rejected.explain(newest.name))
    if busy:
        return Decision(cursor, None, f"{newest.name} waits: another run is in progress.")
    if not newest.settled and newest.revision != before:
        return Decision(cursor, None, f"{newest.name} is still changing: it is synced once it stops.")
    if last and (reason := _reason_to_wait(newest, last, mark, settings, now)):
        return Decision(cursor, None, reason)
    skipped = tuple(
        backup.name
        for backup in newest_first(backups)
        if backup != newest and (cursor.published is None or backup.modified > cursor.published)
    )
    request = Request(newest, last.number + 1 if last else 1, mark, skipped)
    return Decision(replace(cursor, asked=newest.revision, asked_modified=newest.modified), request, "")


EMPTY = "There is no backup yet."


def _with_published(cursor: Cursor, backups: Sequence[ListedBackup], published: set[str]) -> Cursor:
    """Set `published` to the time of the backup that is served or rejected. The time never decreases.

    The backup is in the listing, or it is the one that was last requested and has been deleted since.
    """
    times = [backup.modified for backup in backups if backup.revision in published]
    if cursor.asked in published and cursor.asked_modified:
        times.append(cursor.asked_modified)
    if cursor.published:
        times.append(cursor.published)
    return replace(cursor, published=max(times, default=None))


def _reason_to_wait(newest: ListedBackup, last: Attempt, mark: str, settings: str, now: datetime) -> str:
    """Explain why there is no further attempt now; return an empty string if there is one."""
    if last.ended is None:
        return f"{newest.name} is being synced."
    if last.ending is Ending.PERMANENT:
        if (last.folder, last.settings) == (mark, settings):
            return f"{newest.name} was rejected, and is not tried again until the folder or the settings change."
        return ""
    due = last.ended + DELAYS[min(last.number, len(DELAYS)) - 1]
    return f"{newest.name} is tried again at {due:%H:%M} UTC." if now < due else ""


def folder_mark(backups: Iterable[ListedBackup]) -> str:
    """Return a mark of the listing that differs whenever a backup appears, disappears or changes."""
    listed = "\n".join(sorted(f"{backup.place}\t{backup.revision}" for backup in backups))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def may_ask(cursor: Cursor, settings: str, now: datetime) -> bool:
    """Whether to query the source: not before `quiet_until`, and not with settings that failed permanently."""
    return cursor.stopped != settings and (cursor.quiet_until is None or now >= cursor.quiet_until)


def answered(cursor: Cursor) -> Cursor:
    """Return the cursor after a successful listing."""
    return replace(cursor, failing=None, told=False, quiet_until=None, stopped="", reason="")


def failed(
    cursor: Cursor, reason: str, *, final: bool, settings: str, now: datetime, quiet: timedelta | None = None
) -> Cursor:
    """Return the cursor after a failed listing.

    A `final` error is permanent: the source is not queried again with these settings. Otherwise the source is left
    alone for `quiet`.
    """
    reason = reason[:LONGEST_REASON]
    same = final == bool(cursor.stopped) and (not final or reason == cursor.reason)
    return replace(
        cursor,
        failing=cursor.failing if same and cursor.failing else now,
        told=cursor.told and same,
        quiet_until=now + quiet if quiet else None,
        stopped=settings if final else "",
        reason=reason,
    )


def to_be_told(cursor: Cursor, now: datetime) -> bool:
    """Whether to notify the owners that the source fails: immediately of a permanent error, else after an hour."""
    if cursor.failing is None or cursor.told:
        return False
    return bool(cursor.stopped) or now - cursor.failing >= UNREACHABLE
