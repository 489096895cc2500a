"""Which rows hold each word, and the rows that are worth comparing with a query.

The rows of the words that the typed ones may mean are collected, those of the rarest typed word first, until there are
enough: what that costs grows with the number of typed words, and with the number of names that hold them up to a limit
that grows more slowly than the number of names.
"""

import threading
from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.query import Query
from toko_core.search.slices import places
from toko_core.search.text import is_number
from toko_core.search.words.matches import STEPS, WORD_BITS, Beginning, Matches, like, steps

ROWS, ROWS_GROW, FEWEST_ROWS = 2.93, 0.602, 2_000
"""Rows that are collected for a query: `ROWS * rows ** ROWS_GROW`, 3,000 of 100,000, 12,000 of 1,000,000; not fewer."""
LEVELS = 511
"""Of a row that has all that was typed: finding the highest sums by counting costs a third of sorting."""
BEGINNING_SHARE = 0.7
"""How alike any word of a beginning counts while rows are collected."""
CERTAIN = steps(0.9)
AS_GOOD = like(0.06)
"""Words this much less alike than the best one still count as what was meant."""
FEW_ASKED, WIDER = 2, 2
"""Of so few typed words none can be spared: of a common one, as many rows again are seen, and those of them count that
are collected for another typed word."""
UNKNOWN = 0.6
"""Of the highest possible weight: what a typed word counts that nothing is like."""
NUMBER = 0.6
"""What a number counts, beside a word as rare: the right product in another size beats another product in that size."""


class Weighed(NamedTuple):
    """What each typed word counts, and how many rows may have it."""

    weights: list[float]
    """More, the fewer rows have what the typed word probably means."""
    frequency: NDArray[np.int64]
    """Of each match: how many rows have its word."""
    before: list[int]
    """The frequencies added up before each match; one more at the end, their sum."""


class _Taken(NamedTuple):
    """Rows that are taken under a budget."""

    counts: NDArray[np.int64]
    """How many rows of each match."""
    spans: dict[int, slice]
    """Which rows of what begins like a typed word, by its number."""
    skipped: NDArray[np.int64] | int = 0
    """How many rows of each match come before those."""

    def without(self, fewer: "_Taken") -> "_Taken":
        """The others, of those that were taken under a smaller budget."""
        spans = {
            number: slice(fewer.spans[number].stop if number in fewer.spans else span.start, span.stop)
            for number, span in self.spans.items()
        }
        return _Taken(self.counts - fewer.counts, spans, fewer.counts)


class Postings:
    """The rows of each word of the vocabulary. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], rows: int) -> None:
        """From the arrays of `build`, and the number of rows."""
        self._count = rows
        self._frequency = arrays["frequency"].astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self._frequency)])
        self._rows = arrays["rows"].astype(np.int64)
        self._most_rows = max(FEWEST_ROWS, int(ROWS * rows**ROWS_GROW))
        self._scratch = _Scratch(rows)

    @staticmethod
    def build(slots: NDArray[np.int32], vocabulary: int) -> dict[str, NDArray[Any]]:
        """The arrays, of the words of each row; an empty slot holds the size of the vocabulary.

        The rows of a word come first where it comes early, in a short name.
        """
        filled = slots < vocabulary
        row, slot = np.nonzero(filled)
        word = slots[filled]
        order = np.lexsort((filled.sum(axis=1)[row], slot, word))
        row, word = row[order], word[order]
        _, once = np.unique(word.astype(np.int64) * len(slots) + row, return_index=True)
        once.sort()
        row, word = row[once], word[once]
        return {"frequency": np.bincount(word, minlength=vocabulary).astype(np.int32), "rows": row.astype(np.int32)}

    def weigh(self, query: Query, matches: Matches) -> Weighed:
        """What each typed word counts."""
        frequency = self._frequency.take(matches.word)
        before = [0, *frequency.cumsum().tolist()]
        best, found = _found(matches, before)
        for beginning in matches.beginnings:
            number = beginning.asked
            if best[number] < CERTAIN or number == len(query.asked) - 1:
                found[number] += self._size(beginning)
        for number, having in query.having.items():
            found[number] = min(found[number], len(having.rows)) or len(having.rows)
        unknown = int((self._count + 1) ** (1 - UNKNOWN))
        weights = [log((self._count + 1.1) / min(rows or unknown, self._count)) for rows in found]
        for number, word in enumerate(query.asked):
            if is_number(word) and number not in query.having:
                weights[number] *= NUMBER
        return Weighed(weights, frequency, before)

    def collect(self, query: Query, matches: Matches, weighed: Weighed, kept: int) -> NDArray[np.int64]:
        """The most promising rows, ascending: those that the `kept` highest entries are of.

        A row has an entry for each match that it holds.
        """
        level = LEVELS / sum(weighed.weights)
        levels = [weight * level for weight in weighed.weights]
        left = self._most_rows - sum(len(having.rows) for having in query.having.values())
        taken = self._within_budget(matches, weighed, left)
        rows, values = self._entries(matches, taken, levels)
        if query.having:
            rows = np.concatenate([rows, *(having.rows for having in query.having.values())])
            worth = [np.full(len(having.rows), levels[number], np.int32) for number, having in query.having.items()]
            values = np.concatenate([values, *worth])
        if weighed.before[-1] > left and len(levels) <= FEW_ASKED:
            wider = self._within_budget(matches, weighed, WIDER * self._most_rows)
            more, worth_more = self._entries(matches, wider.without(taken), levels)
            again = self._scratch.among(more, rows)
            rows = np.concatenate([rows, more.compress(again)])
            values = np.concatenate([values, worth_more.compress(again)])
        return self._highest(rows, values, kept)

    def _entries(
        self, matches: Matches, taken: "_Taken", levels: list[float]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Rows of matches and beginnings, and what each is worth."""
        value = matches.steps * np.array([each / STEPS for each in levels]).take(matches.asked)
        values = value.astype(np.int32).repeat(taken.counts)
        rows = self._rows.take(places(self._starts.take(matches.word) + taken.skipped, taken.counts))
        if taken.spans:
            begun = [self._rows[span] for span in taken.spans.values()]
            worth = [int(levels[number] * BEGINNING_SHARE) for number in taken.spans]
            rows = np.concatenate([rows, *begun])
            values = np.concatenate([values, np.array(worth, np.int32).repeat([len(each) for each in begun])])
        return rows, values

    def _size(self, beginning: Beginning) -> int:
        return int(self._starts[beginning.end] - self._starts[beginning.start])

    def _within_budget(self, matches: Matches, weighed: Weighed, left: int) -> "_Taken":
        """How many rows of each match to take, and which rows of what begins like each typed word."""
        bounds = matches.bounds.tolist()
        before = [weighed.before[bound] for bound in bounds]
        count = weighed.frequency.copy()
        spans = {b.asked: (int(self._starts[b.start]), int(self._starts[b.end])) for b in matches.beginnings}
        sizes = [
            behind - first + (spans[number][1] - spans[number][0] if number in spans else 0)
            for number, (first, behind) in enumerate(pairwise(before))
        ]
        taken: dict[int, slice] = {}
        for number in sorted(range(len(sizes)), key=sizes.__getitem__):
            size = before[number + 1] - before[number]
            if size > max(left, 0):  # the most alike words alone, the last one in part
                start, end = bounds[number], bounds[number + 1]
                least = min(bisect_left(weighed.before, before[number + 1] - left), end - 1)
                count[start:least] = 0
                count[least:end] = np.minimum(count[least:end], max(left, 0))
            left -= size
            if number in spans and left > 0:
                first, behind = spans[number]
                taken[number] = slice(first, min(behind, first + left))
                left -= behind - first
        return _Taken(count, taken)

    def _highest(self, rows: NDArray[np.int64], values: NDArray[np.int32], kept: int) -> NDArray[np.int64]:
        """Of rows that may come several times, each with a value: those of the highest sums, ascending."""
        if len(rows) > kept:
            sums = self._scratch.sums
            np.add.at(sums, rows, values)
            level = sums.take(rows)
            sums[rows] = 0
            above = np.bincount(level)[::-1].cumsum()  # entries of the highest level, of the two highest …
            enough = len(above) - 1 - int(above.searchsorted(kept))
            high = (level >= enough).nonzero()[0]
            level = level.take(high)
            best = (level > enough).nonzero()[0]
            equal = (level == enough).nonzero()[0][: kept - len(best)]
            rows = rows.take(high.take(np.concatenate([best, equal])))
            rows.sort()
        else:
            rows = np.sort(rows)
        is_first = np.concatenate([IS_FIRST, rows[1:] != rows[:-1]])
        return rows.compress(is_first)


class _Scratch(threading.local):
    """Of a thread: a sum for each row, all 0 between uses."""

    def __init__(self, rows: int) -> None:
        self.sums = np.zeros(rows, np.int32)

    def among(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some rows are also among others."""
        self.sums[others] = 1
        found = self.sums.take(rows) > 0
        self.sums[others] = 0
        return found


def _found(matches: Matches, before: list[int]) -> tuple[list[int], list[int]]:
    """Of each typed word: the steps of the best match, and how many rows have it or one as good."""
    bounds = matches.bounds.tolist()
    best, found = [0] * (len(bounds) - 1), [0] * (len(bounds) - 1)
    if len(matches.packed):
        last = matches.packed.take(matches.bounds[1:] - 1)
        as_good = matches.packed.searchsorted(last - AS_GOOD).tolist()
        for number, (start, end) in enumerate(pairwise(bounds)):
            if end > start:
                found[number] = before[end] - before[max(start, as_good[number])]
                best[number] = int(last[number]) >> WORD_BITS & STEPS
    return best, found


IS_FIRST = np.ones(1, bool)
