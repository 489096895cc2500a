"""Decides which backup to sync now, from what is listed, what is published, and how earlier attempts ended.

The goal: the newest backup of the shop that is not rejected is the published one, until a person chooses another. Each
decision compares the backups with the published one, not with the runs that were requested earlier. Dagster never runs
the same run key twice, even after a failure, so every attempt has its own key. All functions are pure; the sensor in
`defs/sensors/new_backup.py` calls them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from pydantic import TypeAdapter, ValidationError

from toko_assets.backups.listing import SETTLED, DatedBackup, ListedBackup
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
    DIED = "died"
    """Its process died, and that of the attempt before it did not: it is repeated at once."""
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
    """The state that the sensor keeps between two ticks. Its size does not depend on the number of backups.

    Version 0.2.0 kept more fields, which are ignored: the order of backups is that of their headers now.
    """

    seen: str = ""
    """The newest revision of the shop at the last tick."""
    changing_since: datetime | None = None
    """When that revision was first seen, if its file may still be written."""
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
    """Names of the other backups that are newer than the published one. Older ones are skipped, newer ones rejected."""

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


def decide(
    cursor: Cursor,
    backups: Iterable[ListedBackup],
    newer: Sequence[DatedBackup],
    *,
    served: str,
    rolled_back: Rejection | None,
    is_rejected: Callable[[str], bool],
    is_whole: Callable[[ListedBackup], bool],
    last_attempt: Callable[[str], Attempt | None],
    busy: bool,
    settings: str,
    now: datetime,
) -> Decision:
    """Decide whether to sync now, and which backup.

    `backups` are all that are listed, `newer` the shop's that are newer than the served one, newest first. `served` is
    the name of the served backup, empty if there is none. `rolled_back` is what a rollback rejected. `is_rejected`
    tells whether the checks rejected a revision, `is_whole` whether a file that may still be written is complete
    already, `last_attempt` returns the last run that was requested for a revision. With `busy`, a run is unfinished.
    `settings` is the mark of the settings in force.
    """
    mark, cursor = folder_mark(backups), answered(cursor)
    wanted = next((backup for backup in newer if not is_rejected(backup.listed.revision)), None)
    newest = wanted or next(iter(newer), None)
    cursor = _see(cursor, newest.listed if newest else None, now)
    if wanted is None:
        return Decision(cursor, None, _nothing_wanted(newer, served))
    listed, name = wanted.listed, wanted.name
    if rolled_back and (rolled_back.is_of(listed.revision) or _is_covered(rolled_back, wanted)):
        return Decision(cursor, None, rolled_back.explain(name, itself=rolled_back.is_of(listed.revision)))
    if busy:
        return Decision(cursor, None, f"{name} waits: another run is in progress.")
    if cursor.changing_since and now - cursor.changing_since < SETTLED and not is_whole(listed):
        return Decision(cursor, None, f"{name} is still changing: it is synced once it stops.")
    last = last_attempt(listed.revision)
    if last and (reason := _reason_to_wait(listed, last, mark, settings, now)):
        return Decision(cursor, None, reason)
    skipped = tuple(backup.name for backup in newer if backup != wanted)
    return Decision(cursor, Request(listed, last.number + 1 if last else 1, mark, skipped), "")


def _see(cursor: Cursor, newest: ListedBackup | None, now: datetime) -> Cursor:
    """Return the cursor with the newest revision.

    A revision that was seen for long enough counts as written, also if the file's time is ahead of this clock.
    """
    if newest is None or newest.settled:
        return replace(cursor, seen=newest.revision if newest else "", changing_since=None)
    since = cursor.changing_since if newest.revision == cursor.seen else None
    return replace(cursor, seen=newest.revision, changing_since=since or now)


EMPTY = "There is no backup yet."


def _nothing_wanted(newer: Sequence[DatedBackup], served: str) -> str:
    is_served = f"{served} is served." if served else ""
    if newer:
        return f"{newer[0].name} was rejected by its checks: see its run, or run `toko sync`. {is_served}".strip()
    return is_served or EMPTY


def _is_covered(rolled_back: Rejection, backup: DatedBackup) -> bool:
    """Whether a rollback also rejected this backup, as one that is no newer than the rejected one."""
    return not rolled_back.chosen and backup.header is not None and rolled_back.covers("", backup.dumped_at)


def _reason_to_wait(newest: ListedBackup, last: Attempt, mark: str, settings: str, now: datetime) -> str:
    """Explain why there is no further attempt now; return an empty string if there is one."""
    if last.ended is None:
        return f"{newest.name} is being synced."
    if last.ending is Ending.PERMANENT:
        if (last.folder, last.settings) == (mark, settings):
            return f"{newest.name} was rejected, and is not tried again until the folder or the settings change."
        return ""
    if last.ending is Ending.DIED:
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
