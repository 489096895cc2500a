"""Limits how often something may be tried: a number of attempts at once, and after these one in a while."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

MOST_KEYS = 10_000
"""How many keys are remembered. The one that tried the longest time ago makes place for the next."""


@dataclass
class Throttle:
    """The attempts of each key, in the memory of this process. It is for one thread, such as the event loop."""

    burst: int
    """How many attempts a key has at once."""
    every: float
    """The seconds after which it has one more."""
    most_keys: int = MOST_KEYS
    _spent: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)
    """When each key tried last, and how many attempts it had spent then."""

    def take(self, key: Hashable) -> float:
        """Count an attempt before it is made. Return 0 if it may be made, else the seconds until the next one may."""
        now = time.monotonic()
        spent = self._now_spent(key, now)
        if spent > self.burst - 1:
            return (spent - self.burst + 1) * self.every
        self._put(key, now, spent + 1)
        return 0.0

    def give_back(self, key: Hashable) -> None:
        """Take back that an attempt was made, because it was a right one."""
        now = time.monotonic()
        self._put(key, now, max(self._now_spent(key, now) - 1, 0.0))

    def forget(self, key: Hashable) -> None:
        """Take back all attempts of a key."""
        self._spent.pop(key, None)

    def _now_spent(self, key: Hashable, now: float) -> float:
        last, spent = self._spent.get(key, (now, 0.0))
        return max(spent - (now - last) / self.every, 0.0)

    def _put(self, key: Hashable, now: float, spent: float) -> None:
        self._spent.pop(key, None)
        if spent > 0:
            self._spent[key] = (now, spent)
        while len(self._spent) > self.most_keys:
            self._spent.popitem(last=False)
