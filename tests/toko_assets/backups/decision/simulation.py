"""A folder, a clock and a sensor around `decide`, and what must hold whatever happens to them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from toko_assets.backups.decision import Attempt, Cursor, Decision, Ending, Request, decide, wanted
from toko_assets.backups.listing import ListedBackup
from toko_assets.common.rollback_record import Rejection

START = datetime(2026, 3, 1, tzinfo=UTC)
DELAYS = {1: timedelta(minutes=1), 2: timedelta(minutes=5), 3: timedelta(minutes=15)}
LATER_DELAY = timedelta(hours=1)


def a_backup(day: int, *, place: str = "", revision: str = "", settled: bool = True) -> ListedBackup:
    """A backup of that day; the larger the day, the newer."""
    place = place or f"/IPOS/{day}.i5bu"
    return ListedBackup(place, revision or f"rev{day}", 1000, START + timedelta(days=day), settled)


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
    newest_published: ListedBackup | None = None
    """Of all that ever were: a rollback does not change it."""
    refused: ListedBackup | None = None
    run: Run | None = None
    attempts: dict[str, Attempt] = field(default_factory=dict)
    listed_at_request: dict[str, frozenset[ListedBackup]] = field(default_factory=dict)
    run_keys: set[str] = field(default_factory=set)
    synced: list[ListedBackup] = field(default_factory=list)
    revisions: int = 0
    cursor: str | None = None
    newest_before: ListedBackup | None = None

    @property
    def newest(self) -> ListedBackup | None:
        """Of what lies in the folder."""
        return max(self.folder.values(), key=lambda backup: backup.modified, default=None)

    @property
    def listed(self) -> frozenset[ListedBackup]:
        """The folder, whether or not its files are settled."""
        return frozenset(a_settled(backup) for backup in self.folder.values())

    def put(self, place: str, day: int, *, settled: bool = True) -> None:
        """Upload a file, or replace the one that lies there."""
        self.revisions += 1
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

    def roll_back(self, steps: int) -> None:
        """Serve what was published so many times before, if there is such a one and no run that holds the lock."""
        if self.run is None and len(self.synced) > steps:
            self.published, self.refused = self.synced[-1 - steps], self.newest_published

    def look(self) -> Decision:
        """One tick of the sensor, with all that must hold of it."""
        cursor, backups = Cursor.read(self.cursor), list(self.folder.values())
        wants = wanted(cursor, backups)
        decision = decide(
            cursor,
            backups,
            published=self.published.revision if self.published else None,
            rejected=a_refusal(self.refused) if self.refused else None,
            last=self.attempts.get(wants.revision) if wants else None,
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
        self.newest_before = self.newest
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
        if newest is not None and self.published != newest:
            assert self._is_refused(newest) or self._is_older(newest) or newest == self.refused

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
            assert backup not in self.synced, "it was synced twice"
            assert not self._is_older(backup), "the published time went backwards"
            self.synced.append(backup)
            self.published = self.newest_published = backup
            self.refused = None

    def _excuse(self) -> str:
        """Why the issue wants no run now; empty if it wants one."""
        newest = self.newest
        if newest is None:
            return "the folder is empty"
        if self.published is not None and newest.revision == self.published.revision:
            return "it is published"
        if newest == self.refused:
            return "a rollback refused it"
        if self._is_older(newest):
            return "what is published, or was, is newer"
        if self.run is not None:
            return "a run is at work"
        if not newest.settled and newest != self.newest_before:
            return "it may still be changing"
        if self._is_refused(newest):
            return "it was refused, and neither the folder nor the settings have changed"
        last = self.attempts.get(newest.revision)
        if last and last.ended and last.ending is Ending.TRANSIENT:
            again = last.ended + DELAYS.get(last.number, LATER_DELAY)
            return f"it is tried again at {again}" if self.now < again else ""
        return ""

    def _is_older(self, backup: ListedBackup) -> bool:
        return self.newest_published is not None and backup.modified < self.newest_published.modified

    def _is_refused(self, backup: ListedBackup) -> bool:
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
