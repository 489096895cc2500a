"""A forward index: the words of each row, with which rows are compared with a query word by word.

A row has SLOTS slots for the distinct words of its name, followed by those of its labels.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.query import Query
from toko_core.search.words.matches import REPLACED, STEP_BITS, STEPS, Matches, PrefixRange

SLOT_BITS = 16 - STEP_BITS
"""A comparison of two words takes 16 bits: the similarity in steps, and in the low bits how early the slot is."""
SLOTS = 1 << SLOT_BITS
LENGTHS = 64
"""Word lengths are distinguished from 0 to LENGTHS - 1 letters; a longer word counts as one of the longest."""
LACKING = 0.5
"""A row lacks a typed word if none of its words has at least this similarity to it."""
IDENTIFIED = -1
MOST_REPLACED = 1
"""A row counts as having a typo of a known word only if it has at most this many of them: somebody who types two known
words does not mean two others."""


class Comparison(NamedTuple):
    """The best match of each typed word (first axis) in each row (second axis)."""

    similarity: NDArray[np.float32]
    """The similarity of the row's word that is most similar to the typed one."""
    earliness: NDArray[np.int16]
    """The number of slots after that word's slot; IDENTIFIED for a code, a barcode or a phrase."""


class ForwardIndex:
    """The words of each row. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], word_lengths: NDArray[np.uint8]) -> None:
        """Use the arrays `slots` and `name_lengths`, by row, and the number of letters of each word by its id."""
        self._slots = arrays["slots"].reshape(-1, SLOTS)
        self._name_lengths = arrays["name_lengths"]
        self._filled = np.add.reduce(self._slots < len(word_lengths), axis=1, dtype=np.uint8)
        self._word_lengths = np.minimum(word_lengths, LENGTHS - 1).astype(np.int64)
        self._scratch = _Scratch(len(word_lengths) + 1)

    def __len__(self) -> int:
        return len(self._slots)

    def compare(self, query: Query, matches: Matches, rows: NDArray[np.int64]) -> Comparison:
        """Compare each of these rows with the query."""
        numbers = self._scratch.numbers
        table = self._number_words(query.asked, matches, numbers)
        longest = max(int(np.maximum.reduce(self._filled.take(rows))), 1)  # the slots after it are empty in all rows
        slots = self._slots.take(rows, axis=0).T[:longest]
        found = table.take(numbers.take(slots), axis=0)  # slot, row, typed word
        for prefix in matches.prefixes:
            numbers[prefix.start : prefix.end] = 0
        numbers[matches.word] = 0
        found += EARLINESS[:longest]
        best = np.ascontiguousarray(np.maximum.reduce(found).T[: len(query.asked)])
        like = best >> SLOT_BITS
        if matches.replaces:
            replaced = like & REPLACED
            like -= replaced
            like *= (np.add.reduce(replaced) <= MOST_REPLACED) | (replaced == 0)
        similarity = like * np.float32(1 / STEPS)
        earliness = (best & (SLOTS - 1)).view(np.int16)
        for number, having in (*query.having.items(), *query.phrases.items()):
            there = having.rows.searchsorted(rows)
            here = (having.rows.take(there, mode="clip") == rows).nonzero()[0]
            if len(here):
                alike = having.similarity.take(there.take(here))
                better = (similarity[number].take(here) < alike).nonzero()[0]
                here = here.take(better)
                similarity[number, here] = alike.take(better)
                earliness[number, here] = IDENTIFIED
        return Comparison(similarity, earliness)

    def among(self, rows: NDArray[np.int64], name: Sequence[int]) -> NDArray[np.int64]:
        """Return those of the rows whose name has exactly these words, by id and in this order."""
        rows = rows.compress(self._name_lengths.take(rows) == len(name))
        if not len(rows):
            return rows
        is_name = self._slots.take(rows, axis=0)[:, : len(name)] == np.array(name, np.int32)
        return rows.compress(np.logical_and.reduce(is_name, axis=1))

    def match_slots(self, query: Query, matches: Matches, row: int) -> list[int | None]:
        """Return for each typed word the most similar slot of a row, or None if the row lacks the word."""
        similarity, earliness = self.compare(query, matches, np.array([row], np.int64))
        return [
            SLOTS - 1 - early if alike >= LACKING and early != IDENTIFIED else None
            for alike, early in zip(similarity[:, 0].tolist(), earliness[:, 0].tolist(), strict=True)
        ]

    def words_at(self, rows: NDArray[np.int64], earliness: NDArray[np.int16]) -> NDArray[np.int32]:
        """Return one word id for each row, from the slot that `earliness` gives.

        A row that a code or barcode found has no such slot; its last slot is used.
        """
        meant: NDArray[np.int32] = self._slots[rows, SLOTS - 1 - np.maximum(earliness, 0)]
        return meant

    def words(self, row: int) -> list[int]:
        """Return the ids of the words of a row."""
        return [word for word in self._slots[row].tolist() if word < len(self._word_lengths)]

    def word(self, row: int, slot: int) -> int:
        """Return the id of the word in a slot of a row."""
        return int(self._slots[row, slot])

    def is_of_name(self, row: int, slot: int) -> bool:
        """Return whether a slot holds a word of the row's name. The words of its labels follow those."""
        return bool(slot < self._name_lengths[row])

    def _number_words(self, asked: Sequence[str], matches: Matches, numbers: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Number the matched words from 1, in `numbers` by word id.

        Returns the similarity of each number (first axis) to each typed word (second axis). Words of the same length
        that have a typed word as prefix share a number, because they are equally similar to it.
        """
        count = len(matches.word)
        columns = 1 << (len(asked) - 1).bit_length()  # 2, 4, 8 or 16 columns are copied faster than others
        alike = np.zeros((count + 1 + len(matches.prefixes) * LENGTHS, columns), np.uint16)
        if matches.prefixes:
            self._number_prefixes(asked, matches.prefixes, numbers, alike, count + 1)
            alike[1 : count + 1] = alike.take(numbers.take(matches.word), axis=0)
        numbers[matches.word] = np.arange(1, count + 1)
        cell = numbers.take(matches.word)
        cell *= columns
        cell += matches.asked
        flat = alike.ravel()
        like = matches.steps << SLOT_BITS
        flat[cell] = np.maximum(like, flat.take(cell)) if matches.prefixes else like
        return alike

    def _number_prefixes(
        self,
        asked: Sequence[str],
        prefixes: Sequence[PrefixRange],
        numbers: NDArray[np.int64],
        alike: NDArray[np.uint16],
        base: int,
    ) -> None:
        """Do the same for the words in ranges of a prefix, with numbers from `base`."""
        done: list[PrefixRange] = []
        for prefix in sorted(prefixes, key=lambda p: p.start - p.end):
            start, end = prefix.start, prefix.end
            np.add(self._word_lengths[start:end], base, out=numbers[start:end])
            done.append(prefix)
            for outer in done:  # the range of a longer prefix is within that of a shorter one, or disjoint
                if outer.start <= start and end <= outer.end:
                    like = LAST_PREFIX_LIKE if outer.asked == len(asked) - 1 else PREFIX_LIKE
                    alike[base : base + LENGTHS, outer.asked] = like[min(len(asked[outer.asked]), LENGTHS - 1)]
            base += LENGTHS


class _Scratch(threading.local):
    """An array for each thread, with a number for each word. All numbers are 0 between uses."""

    def __init__(self, words: int) -> None:
        self.numbers = np.zeros(words, np.int64)


EARLINESS = np.arange(SLOTS - 1, -1, -1, dtype=np.uint16)[:, None, None]
"""Added to the similarities by slot, so that the first of equally similar words of a name wins."""


def _prefix_like(least: float, per_share: float) -> NDArray[np.uint16]:
    """Return the similarity of a prefix by letters typed (first axis) and letters of the word (second axis)."""
    typed, lengths = np.arange(LENGTHS)[:, None], np.arange(1, LENGTHS + 1)
    shares = np.roll(np.minimum(typed / lengths, 1), 1, axis=1)  # length 0 does not occur
    steps = ((least + per_share * shares) * STEPS).astype(np.uint16)
    return (steps & ~np.uint16(REPLACED)) << np.uint16(SLOT_BITS)


PREFIX_LIKE = _prefix_like(0.5, 0.4)
LAST_PREFIX_LIKE = _prefix_like(0.75, 0.2)
"""The similarity of a prefix and a word. It is higher for the last typed word, which may be unfinished."""
