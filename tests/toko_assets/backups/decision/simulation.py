"""A folder, a clock and a sensor around `decide`, and what must hold whatever happens to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from toko_assets.backups.decision import Attempt, Cursor, Decision, Ending, Request, decide
from toko_assets.backups.headers import dated
from toko_assets.backups.listing import DatedBackup, ListedBackup
from toko_assets.common.rollback_record import Rejection
from toko_assets.ipos.archive.contents import Header

START = datetime(2026, 3, 1, tzinfo=UTC)
DELAYS = {1: timedelta(minutes=1), 2: timedelta(minutes=5), 3: timedelta(minutes=15)}
LATER_DELAY = timedelta(hours=1)
LONG_ENOUGH = timedelta(minutes=1)
"""After this, a file that is no whole backup will not become one by itself."""


def a_backup(day: int, *, place: str = "", revision: str = "", settled: bool = True) -> ListedBackup:
    """A backup of that day; the larger the day, the newer."""
    place = place or f"/IPOS/{day}.i5bu"
    return ListedBackup(place, revision or f"rev{day}", 1000, START + timedelta(days=day), settled)


@cache
def with_header(backup: ListedBackup) -> DatedBackup:
    """A backup whose header has the time of the file: it was dumped into its place."""
    header = Header("1.12", 4, "gzip", backup.modified.replace(tzinfo=None), "i5_TOKO", "9.5.3")
    return dated(backup, header, backup.modified, ZoneInfo("UTC"))


def newer_than(backups: Iterable[ListedBackup], served: ListedBackup | None) -> list[DatedBackup]:
    """Those that are newer than what is served, newest first."""
    newer = list(backups)
    if served is not None:
        time, place = served.modified, order(served)
        newer = [backup for backup in newer if backup.modified >= time and order(backup) > place]  # few are hashed
    return [with_header(backup) for backup in sorted(newer, key=order, reverse=True)]


@cache
def order(backup: ListedBackup) -> tuple[datetime, str]:
    """That of `with_header(backup).order`, which takes longer."""
    return backup.modified, backup.name


@dataclass
class Run:
    """A sync at work."""

    request: Request
    fetched: bool = False


@dataclass
class Simulation:
    """Backups come and go, runs begin and end, and `look` is what the sensor does."""

    folder: dict[str, ListedBackup] = field(default_factory=dict)
    gone: list[ListedBackup] = field(default_factory=list)
    now: datetime = START
    settings: str = "settings 0"
    published: ListedBackup | None = None
    refused: ListedBackup | None = None
    run: Run | None = None
    attempts: dict[str, Attempt] = field(default_factory=dict)
    listed_at_request: dict[str, frozenset[ListedBackup]] = field(default_factory=dict)
    run_keys: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    """Revisions that the checks rejected."""
    exceed: ListedBackup | None = None
    """What a backup must be newer than: the served one, or the newest that was listed when a person chose that."""
    synced: list[ListedBackup] = field(default_factory=list)
    revisions: int = 0
    cursor: str | None = None
    unfinished: set[str] = field(default_factory=set)
    """Revisions whose file is not whole."""
    newest_before: tuple[ListedBackup, datetime] | None = None
    """That of the last look, and since when it is the newest at every look."""

    @property
    def newest(self) -> ListedBackup | None:
        """Of what lies in the folder, is newer than what is served, and was not rejected."""
        return next((backup.listed for backup in self._newer if backup.listed.revision not in self.rejected), None)

    @property
    def _newer(self) -> list[DatedBackup]:
        return newer_than(self.folder.values(), self.exceed)

    @property
    def listed(self) -> frozenset[ListedBackup]:
        """The folder, whether or not its files are settled."""
        return frozenset(a_settled(backup) for backup in self.folder.values())

    def put(self, place: str, day: int, *, settled: bool = True, whole: bool = True) -> None:
        """Upload a file, or replace the one that lies there."""
        self.revisions += 1
        if not whole:
            self.unfinished.add(f"rev{self.revisions}")
        modified = START + timedelta(days=day, microseconds=self.revisions)
        self.folder[place] = ListedBackup(place, f"rev{self.revisions}", 1000, modified, settled)

    def settle(self) -> None:
        """No file is still being written."""
        self.folder = {place: a_settled(backup) for place, backup in self.folder.items()}

    def delete(self, place: str) -> None:
        """It may come back."""
        self.gone.append(self.folder.pop(place))

    def restore(self) -> None:
        """Put back what was deleted last, as it was, where no other file has its place."""
        if self.gone:
            backup = self.gone.pop()
            self.folder.setdefault(backup.place, backup)

    def wait(self, time: timedelta) -> None:
        """Nothing happens for a while."""
        self.now += time

    def fetch(self) -> None:
        """The run has its file, or fails because it is there no more."""
        if self.run is None or self.run.fetched:
            return
        self.run.fetched = a_settled(self.run.request.backup) in self.listed
        if not self.run.fetched:
            self._end(self.run, Ending.TRANSIENT)

    def finish(self, ending: Ending) -> None:
        """The run ends, if there is one: so, or for want of its file."""
        self.fetch()
        if self.run is not None:
            self._end(self.run, ending)

    def reject(self) -> None:
        """The checks reject the backup that the run took."""
        self.fetch()
        if self.run is not None:
            self.rejected.add(self.run.request.backup.revision)
            self._end(self.run, Ending.PERMANENT)

    def choose(self, place: str) -> None:
        """A person has a backup synced, older or newer, if no run holds the lock."""
        backup = a_settled(self.folder[place])
        if self.run is None and self.refused is None:
            listed = sorted(self.folder.values(), key=order)
            self.published, self.exceed = backup, listed[-1]

    def roll_back(self, steps: int) -> None:
        """Serve what was published so many times before, if there is such a one and no run that holds the lock."""
        if self.run is None and len(self.synced) > steps:
            self.refused = max(filter(None, (self.refused, self.published)), key=order, default=None)
            self.published = self.exceed = self.synced[-1 - steps]

    def look(self) -> Decision:
        """One tick of the sensor, with all that must hold of it."""
        decision = decide(
            Cursor.read(self.cursor),
            list(self.folder.values()),
            self._newer,
            served=self.published.name if self.published else "",
            rolled_back=a_refusal(self.refused) if self.refused else None,
            is_rejected=self.rejected.__contains__,
            is_whole=lambda backup: backup.revision not in self.unfinished,
            last_attempt=self.attempts.get,
            busy=self.run is not None,
            settings=self.settings,
            now=self.now,
        )
        excuse = self._excuse()
        if decision.request is None:
            assert excuse, f"{self.newest} was missed: {decision.said}"
            assert decision.said
        else:
            assert not excuse, f"{decision.request.backup} was asked for, but {excuse}"
            self._begin(decision.request)
        self.cursor = decision.cursor.write()
        assert len(self.cursor.encode()) < 400
        newest = self.newest
        self.newest_before = (newest, self._seen_since(newest)) if newest else None
        return decision

    def come_to_rest(self) -> None:
        """Nothing happens any more but looks, and every run succeeds; then all must be as it should."""
        self.settle()
        for _ in range(3):
            self.finish(Ending.SUCCEEDED)
            self.wait(LATER_DELAY)
            self.look()
        assert self.run is None, "the last look asked for a run"
        newest = self.newest
        assert newest is None or self._is_covered(newest) or self._gave_up(newest)

    def _begin(self, request: Request) -> None:
        assert request.backup == self.newest
        revision = request.backup.revision
        last = self.attempts.get(revision)
        assert request.attempt == (last.number + 1 if last else 1)
        assert request.run_key == f"{revision}:{request.attempt}"
        assert request.run_key not in self.run_keys
        self.run_keys.add(request.run_key)
        self.attempts[revision] = Attempt(request.attempt, Ending.RUNNING, None, request.folder, self.settings)
        self.listed_at_request[revision] = self.listed
        self.run = Run(request)

    def _end(self, run: Run, ending: Ending) -> None:
        backup, self.run = a_settled(run.request.backup), None
        begun = self.attempts[backup.revision]
        self.attempts[backup.revision] = Attempt(begun.number, ending, self.now, begun.folder, begun.settings)
        if ending is Ending.SUCCEEDED:
            assert self.exceed is None or order(backup) > order(self.exceed)
            self.synced.append(backup)
            self.published = self.exceed = backup
            self.refused = None

    def _excuse(self) -> str:
        """Why no run is wanted now; empty if one is."""
        newest = self.newest
        if newest is None:
            return "nothing is newer than what is served and not rejected"
        if self._is_covered(newest):
            return "a rollback rejected it, or a newer one"
        if self.run is not None:
            return "a run is at work"
        unfinished = not newest.settled and newest.revision in self.unfinished
        if unfinished and self.now - self._seen_since(newest) < LONG_ENOUGH:
            return "it is still changing"
        if self._gave_up(newest):
            return "it failed, and neither the folder nor the settings have changed"
        last = self.attempts.get(newest.revision)
        if last and last.ended and last.ending is Ending.TRANSIENT:
            again = last.ended + DELAYS.get(last.number, LATER_DELAY)
            return f"it is tried again at {again}" if self.now < again else ""
        return ""

    def _seen_since(self, newest: ListedBackup) -> datetime:
        """Since when every look saw it as the newest; now if the last one did not."""
        return self.newest_before[1] if self.newest_before and self.newest_before[0] == newest else self.now

    def _is_covered(self, backup: ListedBackup) -> bool:
        return self.refused is not None and backup.modified <= self.refused.modified

    def _gave_up(self, backup: ListedBackup) -> bool:
        last = self.attempts.get(backup.revision)
        return (
            last is not None
            and last.ending is Ending.PERMANENT
            and last.settings == self.settings
            and self.listed_at_request[backup.revision] == self.listed
        )


def a_refusal(backup: ListedBackup, *, chosen: tuple[str, ...] = ()) -> Rejection:
    """Of a backup whose content is named after its revision."""
    return Rejection(
        "catalog.duckdb", backup.name, backup.revision, f"sha {backup.revision}", backup.modified, START, chosen
    )


def a_settled(backup: ListedBackup) -> ListedBackup:
    """The same, no longer written."""
    return ListedBackup(backup.place, backup.revision, backup.size, backup.modified)
