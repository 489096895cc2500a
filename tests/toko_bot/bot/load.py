"""People who search at random, with a check that each gets the answer to their query."""

import itertools
import threading
from collections import Counter
from contextlib import AbstractContextManager
from random import Random

from tests.servers.telegram import Event, Person, TelegramServer
from tests.toko_bot.bot.shop import FILLER
from toko_bot.replies.layout import query_of

RATE = 40.0
"""Searches a second of all people together, as a Poisson process."""
ANSWER_SECONDS = 60.0


class Load(AbstractContextManager["Load"]):
    """People who search until the block ends. At its end it waits for all answers."""

    def __init__(self, server: TelegramServer, people: list[Person]) -> None:
        self._server = server
        self._people = people
        self._random = Random(len(people))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._search, daemon=True)
        self._asked: dict[tuple[int, str], str] = {}
        """The expected price by chat and query. No chat sends a query twice."""
        self._answers: Counter[tuple[int, str]] = Counter()
        self._wrong: list[str] = []
        server.watch(self._note)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if kind is None:
            self._server.wait_until(lambda: not self.unanswered, "all searches are answered", ANSWER_SECONDS)

    def stop(self) -> None:
        """Stop all searches."""
        self._end.set()
        self._thread.join()

    def wait_for_searches(self, searches: int) -> None:
        """Wait until this many more searches were sent."""
        until = len(self._asked) + searches
        self._server.wait_until(lambda: len(self._asked) >= until, f"{searches} searches", ANSWER_SECONDS)

    @property
    def unanswered(self) -> list[tuple[int, str]]:
        return [one for one in self._asked if not self._answers[one]]

    @property
    def wrong(self) -> list[str]:
        """Answers that came twice or have the wrong price."""
        twice = [f"{one} was answered {count} times" for one, count in self._answers.items() if count > 1]
        return self._wrong + twice

    def _search(self) -> None:
        questions = list(itertools.product(self._people, FILLER))
        self._random.shuffle(questions)
        for person, item in questions:
            if self._end.wait(self._random.expovariate(RATE)):
                return
            price = item.prices[0][-1]
            assert price is not None
            self._asked[person.chat.id, item.namaitem.lower()] = f"Rp1.{price[1:]}"
            person.send(item.namaitem.lower())

    def _note(self, event: Event) -> None:
        if event.kind != "message" or not event.by_bot:
            return
        asked = (event.chat_id, query_of(event.text) or "")
        if asked in self._asked:
            self._answers[asked] += 1
            if self._asked[asked] not in event.text:
                self._wrong.append(event.text)
