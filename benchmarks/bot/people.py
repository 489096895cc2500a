"""People who search at random times, and a record of the bot's answers."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.bot.shop import Question
from tests.servers.telegram import Event, TelegramServer

FIRST_ID = 1001
MOST_USERS = 10_000
SILENCE_SECONDS = 30.0
"""After this time without any answer, the searches without an answer count as lost."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that somebody sent. Times are from time.monotonic()."""

    user: int
    question: Question
    time: float
    late: float
    """The seconds between the scheduled time and the time at which it was sent, caused by the sender itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot."""

    user: int
    text: str
    time: float


class People:
    """The users of the bot, each in a chat with it."""

    def __init__(self, server: TelegramServer, users: int, questions: Sequence[Question], rng: Random) -> None:
        self._server = server
        self._people = [server.user(user) for user in range(FIRST_ID, FIRST_ID + users)]
        self._rng = rng
        self._questions = [_in_random_order(questions, Random(f"questions {user}")) for user in range(users)]
        self._answers: list[Answer] = []
        self._came = threading.Event()
        server.watch(self._note)

    def arrive(self, searches: int, rate: float) -> tuple[list[Asked], list[Answer]]:
        """Send searches as a Poisson process with `rate` a second on average, each from a random person."""
        moment, moments = 0.0, []
        for _ in range(searches):
            moment += self._rng.expovariate(rate)
            moments.append(moment)
        return self._search(moments, self._rng.choices(range(len(self._people)), k=searches))

    def burst(self, searches: int) -> tuple[list[Asked], list[Answer]]:
        """Send all searches at once. All people take turns, so nobody exceeds the limit per person."""
        return self._search([0.0] * searches, [number % len(self._people) for number in range(searches)])

    def _search(self, moments: Sequence[float], users: Sequence[int]) -> tuple[list[Asked], list[Answer]]:
        first = len(self._answers)
        started = time.monotonic()
        asked = []
        for number, moment in enumerate(moments):
            while (early := started + moment - time.monotonic()) > 0:
                time.sleep(early)
            user = users[number]
            question = next(self._questions[user])
            now = time.monotonic()
            self._people[user].send(question.query)
            asked.append(Asked(self._people[user].user.id, question, now, now - started - moment))
        self._wait_for(first + len(asked))
        return asked, self._answers[first:]

    def _wait_for(self, count: int) -> None:
        """Wait for `count` answers, and then another second for unexpected ones."""
        while len(self._answers) < count:
            self._came.clear()
            if not self._came.wait(SILENCE_SECONDS):
                return
        time.sleep(1.0)

    def _note(self, event: Event) -> None:
        if event.kind == "message" and event.by_bot:
            self._answers.append(Answer(event.chat_id, event.text, event.time))
            self._came.set()


def _in_random_order(questions: Sequence[Question], rng: Random) -> Iterator[Question]:
    """Yield all questions in random order, repeatedly, so that repetitions are as far apart as possible."""
    order = list(questions)
    rng.shuffle(order)
    while True:
        yield from order
