"""Keeps lists of the catalogue that is served, so that each is computed once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from toko_core.catalog.live import Served

MOST = 64
"""The most lists that are kept. One of 100,000 products takes 400 kB."""
Value = TypeVar("Value")


class KeptLists:
    """What was computed of one catalogue. A new catalogue starts with nothing, and the old one is let go.

    Threads may compute the same list at the same time; that does no harm.
    """

    def __init__(self) -> None:
        self._of: tuple[Served | None, OrderedDict[Hashable, Any]] = None, OrderedDict()

    def get(self, served: Served, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept of a catalogue under a key, or make it."""
        owner, kept = self._of
        if owner is not served:
            kept = OrderedDict()
            self._of = served, kept
        found = kept.get(key)
        if found is None:
            found = kept[key] = make()
            while len(kept) > MOST:
                kept.popitem(last=False)
        return cast(Value, found)
