"""Counts searches in memory, until they are written to the state database. It uses no disk and no clock."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from toko_core.state.demand.queries import is_correction

CORRECTED_WITHIN = timedelta(minutes=1)
"""A query that corrects the last one of the same chat within this time takes its place."""
MOST_CHATS, MOST_WAITING = 5_000, 2_000
"""How many chats are remembered, and how many different queries of a day wait for the database."""


class Outcome(Enum):
    """What a search led to."""

    NOTHING = auto()
    """No product, or none that is exactly it."""
    LISTED = auto()
    """A list, from which products can be opened."""
    UNCOUNTED = auto()
    """The product itself, as for a code, or an answer in another chat; or the query is private. Such a search is not
    counted, and neither is the one that it corrects."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often a query was searched for on a day, and what came of it."""

    day: date
    query: str
    searched: int = 0
    missed: int = 0
    """How often nothing was found, or nothing that is exactly it."""
    opened: int = 0
    """From how many lists of results a product was opened, also on a later day than the search."""


@dataclass(slots=True)
class _Asked:
    """The last search of a chat, which may be corrected yet."""

    query: str
    at: datetime
    outcome: Outcome
    opened: bool = False


class SearchCounter:
    """The counts that are not written yet. `now` is always a time in the shop's time zone, which says the day."""

    def __init__(self) -> None:
        self._last: OrderedDict[int, _Asked] = OrderedDict()
        self._opened: OrderedDict[tuple[int, str], None] = OrderedDict()
        """Chats and the lists from which they opened a product: a list counts once."""
        self._waiting: dict[tuple[date, str], Count] = {}

    def search(self, chat: int, query: str, outcome: Outcome, now: datetime) -> None:
        """Count a search. `query` is in the spelling of `queries.spell`."""
        before = self._last.pop(chat, None)
        if before is not None and not _replaces(query, before, now):
            self._settle(before)
        self._opened.pop((chat, query), None)
        if outcome is not Outcome.UNCOUNTED:
            self._last[chat] = _Asked(query, now, outcome)
            if len(self._last) > MOST_CHATS:
                self._settle(self._last.popitem(last=False)[1])

    def miss(self, query: str, now: datetime) -> None:
        """Count a line of a list of goods for which nothing was found."""
        self._add(Count(now.date(), query, 1, 1))

    def open(self, chat: int, query: str, now: datetime) -> None:
        """Count that a product was opened from a list. The same list of a chat counts once."""
        if self.ignore(chat, query):
            return
        last = self._last.get(chat)
        if last is not None and last.query == query:
            last.opened = True
        else:
            self._add(Count(now.date(), query, opened=1))

    def ignore(self, chat: int, query: str) -> bool:
        """Do not count products that this chat opens from a list from now on. Return whether it was so before."""
        known = (chat, query) in self._opened
        self._opened[chat, query] = None
        if len(self._opened) > MOST_CHATS:
            self._opened.popitem(last=False)
        return known

    def take(self, now: datetime, *, everything: bool = False) -> list[Count]:
        """Return what can be written, and forget it. `everything` includes searches that may be corrected yet."""
        for chat, last in list(self._last.items()):
            if everything or now - last.at > CORRECTED_WITHIN:
                self._settle(self._last.pop(chat))
        taken, self._waiting = list(self._waiting.values()), {}
        return taken

    def put_back(self, counts: Iterable[Count]) -> None:
        """Keep what could not be written."""
        for count in counts:
            self._add(count)

    def _settle(self, asked: _Asked) -> None:
        missed = asked.outcome is Outcome.NOTHING and not asked.opened
        self._add(Count(asked.at.date(), asked.query, 1, int(missed), int(asked.opened)))

    def _add(self, count: Count) -> None:
        key = count.day, count.query
        before = self._waiting.get(key)
        if before is not None:
            count = Count(
                *key, before.searched + count.searched, before.missed + count.missed, before.opened + count.opened
            )
        elif len(self._waiting) >= MOST_WAITING:
            return
        self._waiting[key] = count


def _replaces(query: str, before: _Asked, now: datetime) -> bool:
    """Return whether a search is the one before it, corrected. Who opened a product of that one, asks for another."""
    if before.opened or now - before.at > CORRECTED_WITHIN:
        return False
    return is_correction(before.query, query)
