"""Which words of the vocabulary each typed word may mean, and how like it they are.

A match is one whole number: the number of the typed word, the similarity in steps, and the id of the word in the
vocabulary, in this order of weight. Sorting those numbers is all that it takes to have the matches of each typed word
together and the best of them last.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

STEPS = 4095
"""A similarity of 1, which is the word itself."""
STEP_BITS, WORD_BITS = 12, 32
ASKED_BITS = STEP_BITS + WORD_BITS
WORD = (1 << WORD_BITS) - 1
PAIR = ~(STEPS << WORD_BITS)
"""The bits of a match but for its similarity."""
IS_LAST = np.ones(1, bool)
MOST_ASKED = 20
BOUNDS = np.arange(MOST_ASKED + 1) << ASKED_BITS


class Beginning(NamedTuple):
    """All words from `start` up to `end` begin with the typed word number `asked`."""

    asked: int
    start: int
    end: int


class Matches(NamedTuple):
    """The arrays `packed`, `asked`, `word` and `steps` are parallel, ordered by `asked`, then by `steps`."""

    packed: NDArray[np.int64]
    asked: NDArray[np.int64]
    word: NDArray[np.int64]
    steps: NDArray[np.int64]
    bounds: NDArray[np.int64]
    """Where the matches of each typed word start, and where the last one's end."""
    beginnings: list[Beginning]

    @classmethod
    def of(cls, packed: Sequence[NDArray[np.int64]], asked: int, beginnings: list[Beginning]) -> Self:
        """Of packed matches in any order, and the number of typed words."""
        every = np.concatenate(packed)
        every.sort()
        bounds = every.searchsorted(BOUNDS[: asked + 1])
        high = every >> WORD_BITS
        return cls(every, high >> STEP_BITS, every & WORD, high & STEPS, bounds, beginnings)


def best_of_pairs(packed: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Of packed matches of the same two words, which were found in several ways, the most alike; in no order."""
    every = np.concatenate(packed)
    every.sort()
    pair = every & PAIR
    order = pair.argsort(kind="stable")
    pair = pair.take(order)
    is_last = np.append(pair[1:] != pair[:-1], IS_LAST[: len(pair)])
    return every.take(order.compress(is_last))


def steps(similarity: float) -> int:
    """A similarity from 0 to 1 in steps."""
    return int(similarity * STEPS)


def like(similarity: float) -> int:
    """The part of a packed match that is its similarity."""
    return int(similarity * STEPS) << WORD_BITS


def likes(similarities: NDArray[Any]) -> NDArray[np.int64]:
    """The same of many."""
    return (similarities * STEPS).astype(np.int64) << WORD_BITS
