"""Remembers what people search for and open, and writes it to the state database: no search waits for that."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from toko_core.state.database import StateDatabase, StateError
from toko_core.state.demand.counts import Outcome, SearchCounter
from toko_core.state.demand.queries import is_counted, key_of, spell
from toko_core.state.demand.store import DAYS_KEPT, Demand, Kind, Wanted
from toko_core.state.recents import MOST_KEPT, RecentProducts

log = logging.getLogger(__name__)

WRITE_EVERY = 60.0
READ_SECONDS = 1.0
"""How long /start waits for the database, which another process may hold locked."""
MOST_PEOPLE = 5_000
"""How many people's opened products wait for the database."""


class Usage:
    """Counts searches by day, and lists the products that each person opened last.

    `search` and `open` only change the memory. What waits there is written once a minute and when the bot stops; if
    the database cannot be used, it waits on, as far as the limits of memory let it.
    """

    def __init__(self, state: StateDatabase, zone: ZoneInfo, of_settings: frozenset[int]) -> None:
        """`of_settings` are the ids of the people whom `.env` names."""
        self._zone = zone
        self._demand = Demand(state)
        self._recents = RecentProducts(state, of_settings)
        self._counter = SearchCounter()
        self._opened: OrderedDict[int, list[str]] = OrderedDict()
        self._writing = asyncio.Lock()
        self._pruned: date | None = None

    def search(self, chat_id: int, asked: str, outcome: Outcome, *, scanned: bool = False) -> None:
        """Count a search. `asked` is what somebody wants, without its quantity, or a code that was scanned."""
        query = spell(asked)
        if not is_counted(query, scanned=scanned):
            outcome = Outcome.UNCOUNTED
        self._counter.search(chat_id, query, outcome, self._now())

    def miss(self, asked: Iterable[str]) -> None:
        """Count lines of a list of goods, without their quantities, for which nothing was found."""
        for query in dict.fromkeys(map(key_of, asked)):
            if query is not None:
                self._counter.miss(query, self._now())

    def open(self, chat_id: int, user_id: int, kodeitem: str, asked: str = "") -> None:
        """Remember that somebody opened a product, from the list of results of what was `asked` there."""
        opened = self._opened.pop(user_id, [])
        self._opened[user_id] = [*(code for code in opened if code != kodeitem), kodeitem][-MOST_KEPT:]
        if len(self._opened) > MOST_PEOPLE:
            self._opened.popitem(last=False)
        if (query := key_of(asked)) is not None:
            self._counter.open(chat_id, query, self._now())

    def ignore(self, chat_id: int, asked: str) -> None:
        """Do not count what is opened next in a list of results that nobody searched for."""
        if (query := key_of(asked)) is not None:
            self._counter.ignore(chat_id, query)

    async def recent(self, user_id: int) -> list[str]:
        """Return the products that somebody opened, by `kodeitem`, the last one first.

        Other replicas know them within a minute. If the database cannot be used now, it is what this one knows.
        """
        try:
            stored = await asyncio.wait_for(asyncio.to_thread(self._recents.newest, user_id), READ_SECONDS)
        except (StateError, TimeoutError) as error:
            log.error("The products that user %d opened cannot be read: %s", user_id, error or "no response")
            stored = []
        return list(dict.fromkeys([*reversed(self._opened.get(user_id, [])), *stored]))

    async def most(self, kind: Kind, days: int, limit: int, offset: int) -> tuple[int, list[Wanted]]:
        """Return how many queries there are of a kind in the last days, and a part of them, the most frequent first.

        Raises StateError.
        """
        await self.write(everything=True)
        since = self._now().date() - timedelta(days=min(days, DAYS_KEPT) - 1)
        return await asyncio.to_thread(self._demand.most, kind, since, limit, offset)

    async def keep_writing(self) -> None:
        """Write what waits, once a minute, forever."""
        while True:
            await asyncio.sleep(WRITE_EVERY)
            await asyncio.shield(self.write())  # at the end, `write` waits for one that has begun

    async def write(self, *, everything: bool = False) -> None:
        """Write what waits; once a day also remove what is too old.

        `everything` includes searches that may be corrected yet, and removes nothing.
        """
        async with self._writing:
            now = self._now()
            counts = self._counter.take(now, everything=everything)
            if counts and not await self._try(lambda: self._demand.add(counts)):
                self._counter.put_back(counts)
            opened = dict(self._opened)
            if opened and await self._try(lambda: self._recents.add(opened, now)):
                for user_id, codes in opened.items():
                    if self._opened.get(user_id) is codes:  # nothing was opened meanwhile
                        del self._opened[user_id]
            if not everything and self._pruned != now.date() and await self._try(lambda: self._prune(now)):
                self._pruned = now.date()

    def _prune(self, now: datetime) -> None:
        self._demand.prune(now.date())
        self._recents.prune(now)

    async def _try(self, work: Callable[[], None]) -> bool:
        """Do the work in a thread. Return whether it need not be tried again."""
        try:
            await asyncio.to_thread(work)
        except StateError as error:
            log.error("Searches and opened products wait for the state database: %s", error)
            return False
        except Exception:
            log.exception("Searches or opened products could not be written, and are lost")
        return True

    def _now(self) -> datetime:
        return datetime.now(self._zone)
