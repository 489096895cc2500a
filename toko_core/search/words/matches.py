"""Matches: the words of the vocabulary that each typed word may mean, and the similarity of each.

A match is packed into one integer. From the highest bits to the lowest, it holds the number of the typed word, the
similarity in steps, and the id of the word in the vocabulary. Sorting these integers groups the matches of each typed
word, with the best match last.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

STEPS = 4094
"""The steps of a similarity of 1, which means the same word. Steps are even numbers."""
REPLACED = 1
"""Added to the steps of a match that replaces a known word with one that differs by a typo."""
STEP_BITS, WORD_BITS = 12, 32
ASKED_BITS = STEP_BITS + WORD_BITS
ALL_STEPS = (1 << STEP_BITS) - 1
WORD = (1 << WORD_BITS) - 1
PAIR = ~(ALL_STEPS << WORD_BITS)
"""All bits of a match except its similarity."""
IS_LAST = np.ones(1, bool)
MOST_ASKED = 20
BOUNDS = np.arange(MOST_ASKED + 1) << ASKED_BITS


class Having(NamedTuple):
    """Rows, ascending, and the similarity of each to what was typed."""

    rows: NDArray[np.int64]
    similarity: NDArray[np.float32]


class PrefixRange(NamedTuple):
    """The words with ids from `start` up to `end`: all have the typed word number `asked` as prefix."""

    asked: int
    start: int
    end: int


class Matches(NamedTuple):
    """All matches. `packed`, `asked`, `word` and `steps` are parallel arrays, sorted by `asked`, then by `steps`."""

    packed: NDArray[np.int64]
    asked: NDArray[np.int64]
    word: NDArray[np.int64]
    steps: NDArray[np.int64]
    bounds: list[int]
    """The index at which the matches of each typed word start, and the end of the last word's matches."""
    prefixes: list[PrefixRange]
    replaces: bool = False
    """Whether some matches replace known words."""

    @classmethod
    def of(
        cls, packed: Sequence[NDArray[np.int64]], asked: int, prefixes: list[PrefixRange], *, replaces: bool = False
    ) -> Self:
        """Sort packed matches, which may be in any order. `asked` is the number of typed words."""
        every = np.concatenate(packed)
        every.sort()
        bounds = every.searchsorted(BOUNDS[: asked + 1]).tolist()
        high = every >> WORD_BITS
        return cls(every, high >> STEP_BITS, every & WORD, high & ALL_STEPS, bounds, prefixes, replaces)


def best_of_pairs(packed: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Keep the most similar of the packed matches of the same two words, which may be found in several ways.

    The result is not sorted.
    """
    every = np.concatenate(packed)
    every.sort()
    pair = every & PAIR
    order = pair.argsort(kind="stable")
    pair = pair.take(order)
    is_last = np.append(pair[1:] != pair[:-1], IS_LAST[: len(pair)])
    return every.take(order.compress(is_last))


def steps(similarity: float) -> int:
    """Convert a similarity from 0 to 1 to steps."""
    return int(similarity * STEPS) & ~REPLACED


def like(similarity: float) -> int:
    """Return the part of a packed match that holds its similarity."""
    return steps(similarity) << WORD_BITS


def likes(similarities: NDArray[Any]) -> NDArray[np.int64]:
    """Do the same for an array of similarities."""
    return ((similarities * STEPS).astype(np.int64) & ~REPLACED) << WORD_BITS
