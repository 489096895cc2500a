"""How many requests a key may make, and how many it made."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from toko_core.people.keys import Keys
from toko_core.state.database import StateError
from toko_web.api.problems import TOO_MANY, ProblemError

log = logging.getLogger(__name__)

BURST = 120
"""Requests that a key may make at once, after it has made none for a while."""
PER_SECOND = 20
"""Requests a second that a key may make on average."""
WINDOW = BURST // PER_SECOND
"""Seconds after which a key without requests may make BURST again."""
WRITE_SECONDS = 30.0
"""Seconds between two writes of the counts. What was counted since the last one is lost if the process is killed."""

KEPT = timedelta(days=90)
"""How long the counts of a day are kept."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """A token bucket for each key, in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str, tokens: int = 1) -> dict[str, str]:
        """Take the tokens of one request of a key. Returns the headers that say what is left.

        Raises ProblemError if there are not enough.
        """
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(BURST, now))
        bucket.tokens = min(BURST, bucket.tokens + (now - bucket.at) * PER_SECOND)
        bucket.at = now
        headers = {"RateLimit-Policy": f'"key";q={BURST};w={WINDOW}'}
        if bucket.tokens < tokens:
            seconds = int((tokens - bucket.tokens) / PER_SECOND) + 1
            headers |= {"RateLimit": f'"key";r=0;t={seconds}', "Retry-After": str(seconds)}
            raise ProblemError(
                TOO_MANY, f"The key {name} may make {BURST} requests at once and {PER_SECOND} a second.", headers
            )
        bucket.tokens -= tokens
        full = int((BURST - bucket.tokens) / PER_SECOND) + 1
        return headers | {"RateLimit": f'"key";r={int(bucket.tokens)};t={full}'}


class Uses:
    """Counts the requests of each key, and adds them to the state database from time to time."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._counted: Counter[tuple[date, str]] = Counter()
        self._pruned: date | None = None

    def add(self, name: str, day: date) -> None:
        """Count a request of a key on a day of the shop."""
        self._counted[day, name] += 1

    async def write_forever(self) -> None:
        """Write what was counted every WRITE_SECONDS, and once more when this is cancelled."""
        try:
            while True:
                await asyncio.sleep(WRITE_SECONDS)
                counted, self._counted = self._counted, Counter()
                self._counted += await asyncio.to_thread(self._write, counted)
        finally:
            self._write(self._counted)

    def _write(self, counted: Counter[tuple[date, str]]) -> Counter[tuple[date, str]]:
        """Add what was counted to the state database. Returns what could not be written, for the next time."""
        left: Counter[tuple[date, str]] = Counter()
        for day in sorted({day for day, _ in counted}):
            uses = {name: number for (of, name), number in counted.items() if of == day}
            try:
                self._keys.count(uses, day)
                if self._pruned is None or day > self._pruned:
                    self._keys.prune(day - KEPT)
                    self._pruned = day
            except StateError as error:
                log.warning("The requests of the API's keys are not counted yet: %s", error)
                left.update({(day, name): number for name, number in uses.items()})
        return left
