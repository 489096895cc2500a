"""Which backup to sync now: pure functions of what is listed, what is published, and how earlier attempts ended.

What is wanted is that the newest backup is the one that is published, until a person chooses another. That is compared,
not what was once asked for: Dagster never runs the same run key twice, failed or not, so every attempt has a key of its
own. `sensors.py` is around this.
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
"""After the first, second and third attempt at a revision, and after every later one."""

UNREACHABLE = timedelta(hours=1)
"""So long a source may fail before the owners hear of it."""

LONGEST_REASON = 300
"""Characters."""


class Ending(Enum):
    """How an attempt stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    TRANSIENT = "transient"
    """Failed, and may well succeed the next time."""
    PERMANENT = "permanent"
    """Failed, and will again until the folder or the settings change."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last run that was asked for a revision."""

    number: int
    """From 1."""
    ending: Ending
    ended: datetime | None
    """None while it is running."""
    folder: str
    """`folder_mark` of what was listed when it was asked for."""
    settings: str
    """Which settings were in force then."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is kept from one look to the next: as much for one backup as for a thousand."""

    seen: str = ""
    """The newest revision at the last look."""
    published: datetime | None = None
    """When the published backup was changed last. Older ones are not wanted, though a newer one be deleted."""
    served: str = ""
    """The newest revision that was served: if an older one is now, a person chose it."""
    asked: str = ""
    """The revision that was last asked for."""
    asked_modified: datetime | None = None
    """When that was changed: it may be published after it was deleted."""
    failing: datetime | None = None
    """Since when the source fails."""
    told: bool = False
    """Whether the owners know that it fails."""
    quiet_until: datetime | None = None
    """The source is not asked before: it said so."""
    stopped: str = ""
    """The settings with which it refuses for good."""
    reason: str = ""
    """What it said last."""

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """From Dagster's text; one that this version cannot read counts as a first look."""
        try:
            return _CURSOR.validate_json(text or "{}")
        except ValidationError:
            return cls()

    def write(self) -> str:
        """As JSON, without what is as at the first look."""
        return _CURSOR.dump_json(self, exclude_defaults=True).decode()


_CURSOR = TypeAdapter(Cursor)


@dataclass(frozen=True, slots=True)
class Request:
    """A run to ask for."""

    backup: ListedBackup
    attempt: int
    folder: str
    """`folder_mark` of what is listed."""
    skipped: tuple[str, ...]
    """Names of other backups that are newer than the published one: passed over, as this one is newer still."""

    @property
    def run_key(self) -> str:
        """Never used twice."""
        return f"{self.backup.revision}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now."""

    cursor: Cursor
    request: Request | None
    said: str
    """Why nothing is asked for, in a sentence."""


def wanted(cursor: Cursor, backups: Sequence[ListedBackup]) -> ListedBackup | None:
    """The newest backup, unless it is older than the published one."""
    newest = next(iter(newest_first(backups)), None)
    if newest and cursor.published and newest.modified < cursor.published:
        return None
    return newest


def decide(
    cursor: Cursor,
    backups: Sequence[ListedBackup],
    *,
    published: str | None,
    refused: Rejection | None,
    last: Attempt | None,
    busy: bool,
    settings: str,
    now: datetime,
    demo_served: bool = False,
) -> Decision:
    """Whether to sync the newest of the listed `backups` now.

    `published` is the revision that is served, `refused` what a rollback refused, `last` the last attempt at the
    `wanted` backup, `busy` whether a run is unfinished, `settings` which settings are in force. `demo_served`: the
    served catalogue is the demo's, so that a shop's backup is wanted whatever its time.
    """
    known = {published or "", refused.revision if refused else ""} - {""}
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
    if refused and refused.is_of(newest.revision):
        return Decision(cursor, None, refused.said(newest.name))
    if busy:
        return Decision(cursor, None, f"{newest.name} waits: a run is at work.")
    if not newest.settled and newest.revision != before:
        return Decision(cursor, None, f"{newest.name} is taken when it has stopped changing.")
    if last and (waiting := _waits(newest, last, mark, settings, now)):
        return Decision(cursor, None, waiting)
    skipped = tuple(
        backup.name
        for backup in newest_first(backups)
        if backup != newest and (cursor.published is None or backup.modified > cursor.published)
    )
    request = Request(newest, last.number + 1 if last else 1, mark, skipped)
    return Decision(replace(cursor, asked=newest.revision, asked_modified=newest.modified), request, "")


EMPTY = "There is no backup yet."


def _with_published(cursor: Cursor, backups: Sequence[ListedBackup], published: set[str]) -> Cursor:
    """Remember when what is served, or was refused, was changed: listed, or asked for and deleted. Never goes back."""
    times = [backup.modified for backup in backups if backup.revision in published]
    if cursor.asked in published and cursor.asked_modified:
        times.append(cursor.asked_modified)
    if cursor.published:
        times.append(cursor.published)
    return replace(cursor, published=max(times, default=None))


def _waits(newest: ListedBackup, last: Attempt, mark: str, settings: str, now: datetime) -> str:
    """Why there is no further attempt now; empty if there is."""
    if last.ended is None:
        return f"{newest.name} is being synced."
    if last.ending is Ending.PERMANENT:
        if (last.folder, last.settings) == (mark, settings):
            return f"{newest.name} was refused, and is not tried again until the folder or the settings change."
        return ""
    due = last.ended + DELAYS[min(last.number, len(DELAYS)) - 1]
    return f"{newest.name} is tried again at {due:%H:%M} UTC." if now < due else ""


def folder_mark(backups: Iterable[ListedBackup]) -> str:
    """Another text whenever a backup comes, goes or changes."""
    listed = "\n".join(sorted(f"{backup.place}\t{backup.revision}" for backup in backups))
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def may_ask(cursor: Cursor, settings: str, now: datetime) -> bool:
    """Whether the source is asked at all: not while it wants quiet, nor, with the same settings, after a refusal."""
    return cursor.stopped != settings and (cursor.quiet_until is None or now >= cursor.quiet_until)


def answered(cursor: Cursor) -> Cursor:
    """The source answers (again)."""
    return replace(cursor, failing=None, told=False, quiet_until=None, stopped="", reason="")


def failed(
    cursor: Cursor, reason: str, *, final: bool, settings: str, now: datetime, quiet: timedelta | None = None
) -> Cursor:
    """The source did not answer: `final` if asking again is useless, else to be left alone for `quiet`."""
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
    """Whether the owners should hear that the source fails: at once of a refusal, else after an hour."""
    if cursor.failing is None or cursor.told:
        return False
    return bool(cursor.stopped) or now - cursor.failing >= UNREACHABLE
