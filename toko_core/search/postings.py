"""The rows of each word, and the choice of the rows that are worth comparing with a query.

For each typed word, the rows of the words that it may mean are collected, beginning with the rarest typed word, until
there are enough. The cost grows with the number of typed words and with the number of names that contain them, up to a
limit that grows more slowly than the number of names.
"""

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.language.packs import PACKS
from toko_core.search.query import Query
from toko_core.search.slices import slice_indices
from toko_core.search.text import is_number
from toko_core.search.words.matches import ALL_STEPS, STEPS, WORD_BITS, Matches, PrefixRange, like, steps
from toko_core.search.words.senses import BRAND, CATEGORY

ROWS, ROWS_GROW, FEWEST_ROWS = 2.5, 0.602, 2_000
"""How many rows are collected for a query: `ROWS * rows ** ROWS_GROW`, which is 2,600 of 100,000 and 10,000 of
1,000,000, but at least FEWEST_ROWS."""
LEVELS = 511
"""The sum of a row that has all typed words. Of rows whose sums differ by less than a level, the first are chosen."""
PREFIX_SHARE = 0.7
"""The similarity of every word that has a typed word as prefix, while rows are collected."""
SIMILAR = steps(0.7)
"""A typed word without a match of at least this similarity is unknown: it may name what the shop does not sell."""
CERTAIN = steps(0.9)
AS_GOOD = like(0.06)
"""A word whose similarity is this much lower than that of the best one still counts as meant."""
FEW_ASKED, WIDER = 2, 2
"""With at most FEW_ASKED typed words none can be ignored. If they are common, WIDER times as many rows are read, and
the additional ones count if they were also collected for another typed word."""
UNKNOWN = 0.6
"""The weight of a typed word without any match, as a share of the highest possible weight."""
NUMBER = 0.6
"""The weight of a number, as a share of that of an equally rare word: the right product in another size ranks above
another product in that size."""
CATEGORY_WEIGHT, BRAND_WEIGHT = 0.6, 1.3
"""Factors of the weight of a word that names a kind of product, next to other words, and of a known brand."""
BRAND_EVIDENCE = 1.5
"""The factor of a brand's evidence: without the brand, a row is not what was meant, whatever else it has."""


class Weighed(NamedTuple):
    """The weight of each typed word, and how many rows may have it."""

    weights: list[float]
    """By typed word: the fewer rows have what it probably means, the higher its weight."""
    by_rarity: list[float]
    """By typed word: the weight that its rarity alone gives it."""
    best: list[int]
    """By typed word: the steps of its best match."""
    frequency: NDArray[np.int64]
    """By match: how many rows have its word."""
    before: list[int]
    """By match: the sum of the frequencies before it. The last entry is the sum of all frequencies."""


class _Taken(NamedTuple):
    """The rows that are read within a budget."""

    counts: NDArray[np.int64]
    """By match: how many of its rows are read."""
    spans: dict[int, slice]
    """By number of a typed word: which rows are read of the words that have it as prefix."""
    skipped: NDArray[np.int64] | int = 0
    """By match: how many of its rows are skipped before those."""

    def without(self, fewer: "_Taken") -> "_Taken":
        """Return the rows that were not read within a smaller budget."""
        spans = {
            number: slice(fewer.spans[number].stop if number in fewer.spans else span.start, span.stop)
            for number, span in self.spans.items()
        }
        return _Taken(self.counts - fewer.counts, spans, fewer.counts)


class _Part(NamedTuple):
    """Rows of a typed word, and what each is worth for it. The last entry of a row has its highest value."""

    number: int
    """The number of the typed word."""
    rows: NDArray[np.int64]
    values: NDArray[np.int32]


class Postings:
    """The rows of each word of the vocabulary. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], rows: int) -> None:
        """Use the arrays that `build` returned, and the number of rows."""
        self._count = rows
        self._frequency = arrays["frequency"].astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self._frequency)])
        self._start_of = self._starts.data  # for single words
        self._rows = arrays["rows"].astype(np.int64)
        self._most_rows = max(FEWEST_ROWS, int(ROWS * rows**ROWS_GROW))
        self._scratch = _Scratch(rows)

    @staticmethod
    def build(slots: NDArray[np.int32], vocabulary: int) -> dict[str, NDArray[Any]]:
        """Build the arrays from the words of each row. An empty slot holds the size of the vocabulary.

        Among the rows of a word, those come first in which it is early, and then those with a short name.
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
        """Compute the weight of each typed word."""
        frequency = self._frequency.take(matches.word)
        before = [0, *frequency.cumsum().tolist()]
        best, found = _found(matches, before)
        for prefix in matches.prefixes:
            number = prefix.asked
            if best[number] < CERTAIN or number == len(query.asked) - 1:
                found[number] += self._size(prefix)
        for number, having in query.having.items():
            found[number] = min(found[number], len(having.rows)) or len(having.rows)
        for sense in query.senses:
            for number in sense.numbers:
                found[number] += sense.spread
        unknown = int((self._count + 1) ** (1 - UNKNOWN))
        weights = [log((self._count + 1.1) / min(rows or unknown, self._count)) for rows in found]
        for number, word in enumerate(query.asked):
            if number not in query.having and (is_number(word) or (word in PACKS and len(found) > 1)):
                weights[number] *= NUMBER
        by_rarity = weights
        if any(sense.kind for sense in query.senses):
            weights = [
                weight if number in query.having else weight * factor
                for number, (weight, factor) in enumerate(zip(weights, _factors(query), strict=True))
            ]
        return Weighed(weights, by_rarity, best, frequency, before)

    def weigh_evidence(self, query: Query, matches: Matches, weighed: Weighed) -> list[float]:
        """Return by typed word how much it says that a row without it is not meant.

        A word that names nothing in the shop says the most, although it weighs little.
        """
        rarest = log(self._count + 1.1)
        similar = {*query.having, *query.phrases, *(prefix.asked for prefix in matches.prefixes)}
        similar.update(n for n, word in enumerate(query.asked) if is_number(word) or word in PACKS)
        brands = {number for sense in query.senses if sense.kind & BRAND for number in sense.numbers}
        return [
            (BRAND_EVIDENCE if number in brands else 1)
            * max(weight, by_rarity if best >= SIMILAR or number in similar else rarest)
            for number, (weight, by_rarity, best) in enumerate(
                zip(weighed.weights, weighed.by_rarity, weighed.best, strict=True)
            )
        ]

    def collect(
        self, query: Query, matches: Matches, weighed: Weighed, kept: int, *, are_rows: bool = False
    ) -> NDArray[np.int64]:
        """Choose the rows that are worth comparing with the query, at most `kept`, in ascending order.

        Each match gives its value to the rows with its word. The rows of the `kept` highest values are chosen, so a row
        takes a place for each of its matches. With `are_rows` it takes one place, which costs more than it brings as
        long as few rows are kept.
        """
        level = LEVELS / sum(weighed.weights)
        levels = [weight * level for weight in weighed.weights]
        havings = [*query.having.items(), *query.phrases.items()]
        left = self._most_rows - sum(len(having.rows) for having in query.having.values())
        taken = self._within_budget(matches, weighed, left)
        parts = self._parts(matches, taken, levels)
        for number, having in havings:
            parts.append(_Part(number, having.rows, (having.similarity * levels[number]).astype(np.int32)))
        if weighed.before[-1] > left and len(levels) <= FEW_ASKED:
            wider = self._within_budget(matches, weighed, WIDER * self._most_rows)
            rows = np.concatenate([part.rows for part in parts])
            parts += self._scratch.among(self._parts(matches, wider.without(taken), levels), rows)
        return self._highest(parts, query, kept, are_rows=are_rows)

    def begun(self, words: Sequence[int]) -> NDArray[np.int64]:
        """Return the rows of the rarest of these words.

        If there are too many, return rows of the first word: those in which it is early and whose name is short.
        """
        sizes = [min(self._start_of[word + 1] - self._start_of[word], self._most_rows) for word in words]
        size = min(sizes)
        start = self._start_of[words[sizes.index(size)]]
        return self._rows[start : start + size]

    def _parts(self, matches: Matches, taken: "_Taken", levels: list[float]) -> list[_Part]:
        """Return the rows of the matches of each typed word, and then those of words with a prefix."""
        level = np.array([each / STEPS for each in levels]).take(matches.asked)
        values = (matches.steps * level).astype(np.int32).repeat(taken.counts)
        rows = self._rows.take(slice_indices(self._starts.take(matches.word) + taken.skipped, taken.counts))
        behind = taken.counts.cumsum().data
        ends = [behind[bound - 1] if bound else 0 for bound in matches.bounds]
        parts = [
            _Part(number, rows[start:end], values[start:end])
            for number, (start, end) in enumerate(pairwise(ends))
            if end > start
        ]
        for number, span in taken.spans.items():
            begun = self._rows[span]
            parts.append(_Part(number, begun, np.array([levels[number] * PREFIX_SHARE], np.int32).repeat(len(begun))))
        return parts

    def _size(self, prefix: PrefixRange) -> int:
        return self._start_of[prefix.end] - self._start_of[prefix.start]

    def _within_budget(self, matches: Matches, weighed: Weighed, left: int) -> "_Taken":
        """Choose how many rows of each match to read, and which rows of the words with each prefix."""
        bounds = matches.bounds
        before = [weighed.before[bound] for bound in bounds]
        count = weighed.frequency.copy()
        spans = {p.asked: (self._start_of[p.start], self._start_of[p.end]) for p in matches.prefixes}
        sizes = [
            behind - first + (spans[number][1] - spans[number][0] if number in spans else 0)
            for number, (first, behind) in enumerate(pairwise(before))
        ]
        taken: dict[int, slice] = {}
        for number in sorted(range(len(sizes)), key=sizes.__getitem__):
            size = before[number + 1] - before[number]
            if size > max(left, 0):  # only the most similar words, and the last of them in part
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

    def _highest(self, parts: Sequence[_Part], query: Query, kept: int, *, are_rows: bool) -> NDArray[np.int64]:
        """Return the rows with the highest sums, ascending.

        If a typed word has senses, which often stand side by side, or if only one was typed, a row's highest value for
        each word counts. Otherwise all values do: hardly any row has two, and adding them is faster.
        """
        rows = np.concatenate([part.rows for part in parts]) if parts else NO_ROWS
        if len(rows) > kept:
            sums = self._scratch.sums
            if query.senses or len(query.asked) == 1:
                of_numbers: list[list[_Part]] = [[] for _ in query.asked]
                for part in parts:
                    of_numbers[part.number].append(part)
                for number, of_number in enumerate(of_numbers):
                    _add_highest(sums, of_number, are_new=number == 0)
            else:
                np.add.at(sums, rows, np.concatenate([part.values for part in parts]))
            level = sums.take(rows)
            if are_rows:
                places = np.arange(len(rows), dtype=np.int32)
                sums[rows[::-1]] = places[::-1]  # of several assignments the last stays
                is_first = sums.take(rows) == places
                rows, level = rows.compress(is_first), level.compress(is_first)
            sums[rows] = 0
            kept = min(kept, len(rows))
            enough = np.partition(level, -kept)[-kept]
            best, equal = rows.compress(level > enough), rows.compress(level == enough)
            rows = np.concatenate([best, equal[: kept - len(best)]])
        rows = np.sort(rows)
        return np.concatenate([rows[:1], rows[1:].compress(rows[1:] != rows[:-1])])


class _Scratch(threading.local):
    """An array for each thread, with a sum for each row. All sums are 0 between uses."""

    def __init__(self, rows: int) -> None:
        self.sums = np.zeros(rows, np.int32)

    def among(self, parts: Sequence[_Part], rows: NDArray[np.int64]) -> list[_Part]:
        """Return the entries whose row is one of `rows`."""
        self.sums[rows] = 1
        found = [(part, self.sums.take(part.rows) > 0) for part in parts]
        self.sums[rows] = 0
        return [_Part(p.number, p.rows.compress(there), p.values.compress(there)) for p, there in found]


def _add_highest(sums: NDArray[np.int32], parts: Sequence[_Part], *, are_new: bool) -> None:
    """Add the highest value of each row to its sum. If a row is assigned several times, the last assignment stays.

    `are_new` is whether all sums are still 0.
    """
    totals = [part.values if are_new else sums.take(part.rows) + part.values for part in parts]
    for number, (part, total) in enumerate(zip(parts, totals, strict=True)):
        sums[part.rows] = np.maximum(sums.take(part.rows), total) if number else total


def _factors(query: Query) -> list[float]:
    """Return the factor of the weight of each typed word, by what kind of word it is."""
    kinds = [0] * len(query.asked)
    for sense in query.senses:
        for number in sense.numbers:
            kinds[number] |= sense.kind
    of_category = CATEGORY_WEIGHT if len(kinds) > 1 else 1
    return [of_category if kind & CATEGORY else BRAND_WEIGHT if kind & BRAND else 1 for kind in kinds]


def _found(matches: Matches, before: list[int]) -> tuple[list[int], list[int]]:
    """Return for each typed word the steps of its best match, and how many rows have that match or one as good."""
    best, found = [], []
    packed = matches.packed.data
    for start, end in pairwise(matches.bounds):
        last = packed[end - 1] if end > start else 0
        found.append(before[end] - before[bisect_left(packed, last - AS_GOOD, start, end)])
        best.append(last >> WORD_BITS & ALL_STEPS)
    return best, found


NO_ROWS = np.empty(0, np.int64)
