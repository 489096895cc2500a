"""Those who search: they arrive at random, and keep what the bot answers."""

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
"""What has not been answered when nothing has come for so long is lost."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search that somebody has sent; moments are time.monotonic()."""

    user: int
    question: Question
    time: float
    late: float
    """Seconds after the moment at which it was to be sent: the sender's own slowness."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot."""

    user: int
    text: str
    time: float


class People:
    """The users of the bot, in a chat with it each."""

    def __init__(self, server: TelegramServer, users: int, questions: Sequence[Question], rng: Random) -> None:
        self._server = server
        self._people = [server.user(user) for user in range(FIRST_ID, FIRST_ID + users)]
        self._rng = rng
        self._questions = [_in_random_order(questions, Random(f"questions {user}")) for user in range(users)]
        self._answers: list[Answer] = []
        self._came = threading.Event()
        server.watch(self._note)

    def arrive(self, searches: int, rate: float) -> tuple[list[Asked], list[Answer]]:
        """So many searches a second on average, whoever it is that sends each: a Poisson process."""
        moment, moments = 0.0, []
        for _ in range(searches):
            moment += self._rng.expovariate(rate)
            moments.append(moment)
        return self._search(moments, self._rng.choices(range(len(self._people)), k=searches))

    def burst(self, searches: int) -> tuple[list[Asked], list[Answer]]:
        """All at once, of everybody in turn: nobody sends more than the bot takes of one person."""
        return self._search([0.0] * searches, [number % len(self._people) for number in range(searches)])

    def _search(self, moments: Sequence[float], users: Sequence[int]) -> tuple[list[Asked], list[Answer]]:
        first = len(self._answers)
        begun = time.monotonic()
        asked = []
        for number, moment in enumerate(moments):
            while (early := begun + moment - time.monotonic()) > 0:
                time.sleep(early)
            user = users[number]
            question = next(self._questions[user])
            now = time.monotonic()
            self._people[user].send(question.query)
            asked.append(Asked(self._people[user].user.id, question, now, now - begun - moment))
        self._wait_for(first + len(asked))
        return asked, self._answers[first:]

    def _wait_for(self, count: int) -> None:
        """Until so many answers have come, and a moment more, in which further ones would."""
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
    """All of them, again and again: what somebody searches twice lies as far apart as can be."""
    order = list(questions)
    rng.shuffle(order)
    while True:
        yield from order
