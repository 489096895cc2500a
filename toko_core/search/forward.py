"""Which words each row has: a forward index, by which rows are compared with a query word by word.

A row has so many slots for the distinct words of its name, and of its labels after them.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.query import Query
from toko_core.search.words.matches import STEP_BITS, STEPS, Beginning, Matches
from toko_core.search.words.ranges import HEAD

SLOT_BITS = 16 - STEP_BITS
"""What was found is kept in 16 bits: the similarity in steps, and how early the slot is."""
SLOTS = 1 << SLOT_BITS
LENGTHS = 64
"""Letters of a word that are told apart: from 0 to one less; a longer word counts as the longest."""
LACKING = 0.5
"""A row lacks a typed word if nothing in it is as like as this."""
IDENTIFIED = -1


class Comparison(NamedTuple):
    """Of each typed word (first axis) and each row (second)."""

    similarity: NDArray[np.float32]
    """Of the row's word that is most like the typed one."""
    earliness: NDArray[np.int16]
    """How many slots follow that word's; IDENTIFIED for a code or barcode."""


class ForwardIndex:
    """The words of each row. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], word_lengths: NDArray[np.uint8]) -> None:
        """From `slots` and `name_lengths` by row, and the letters of the vocabulary's words."""
        self._slots = arrays["slots"].reshape(-1, SLOTS)
        self._name_lengths = arrays["name_lengths"]
        self._word_lengths = np.minimum(word_lengths, LENGTHS - 1).astype(np.int64)
        self._scratch = _Scratch(len(word_lengths) + 1)

    def __len__(self) -> int:
        return len(self._slots)

    def compare(self, query: Query, matches: Matches, rows: NDArray[np.int64]) -> Comparison:
        """How like the query rows are."""
        numbers = self._scratch.numbers
        table = self._number_words(query.asked, matches, numbers)
        found = table.take(numbers.take(self._slots.take(rows, axis=0).T), axis=0)  # slot, row, typed word
        for beginning in matches.beginnings:
            numbers[beginning.start : beginning.end] = 0
        numbers[matches.word] = 0
        found += EARLINESS
        best = np.ascontiguousarray(np.maximum.reduce(found).T[: len(query.asked)])
        similarity = (best >> SLOT_BITS) * np.float32(1 / STEPS)
        earliness = (best & (SLOTS - 1)).view(np.int16)
        for number, having in query.having.items():
            _, here, there = np.intersect1d(rows, having.rows, return_indices=True)
            better = similarity[number, here] < having.similarity[there]
            similarity[number, here[better]] = having.similarity[there[better]]
            earliness[number, here[better]] = IDENTIFIED
        return Comparison(similarity, earliness)

    def slots_meant(self, query: Query, matches: Matches, row: int) -> list[int | None]:
        """Of each typed word, the slot of a row that is most like it."""
        similarity, earliness = self.compare(query, matches, np.array([row], np.int64))
        return [
            SLOTS - 1 - early if alike >= LACKING and early != IDENTIFIED else None
            for alike, early in zip(similarity[:, 0].tolist(), earliness[:, 0].tolist(), strict=True)
        ]

    def meant(self, rows: NDArray[np.int64], earliness: NDArray[np.int16]) -> NDArray[np.int32]:
        """The ids of words of some rows, one of each; of an identifier, any."""
        meant: NDArray[np.int32] = self._slots[rows, SLOTS - 1 - np.maximum(earliness, 0)]
        return meant

    def word(self, row: int, slot: int) -> int:
        """The id of a word of a row."""
        return int(self._slots[row, slot])

    def is_of_name(self, row: int, slot: int) -> bool:
        """Whether a word of a row is one of its name's; its labels' stand behind those."""
        return bool(slot < self._name_lengths[row])

    def _number_words(self, asked: Sequence[str], matches: Matches, numbers: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Give the matched words numbers from 1, in `numbers` by word; answers how like each number each typed word is.

        Words that begin like a typed word, of one length, share a number: they are equally like.
        """
        count = len(matches.word)
        columns = 1 << (len(asked) - 1).bit_length()  # 2, 4, 8 or 16 columns are copied faster than others
        alike = np.zeros((count + 1 + len(matches.beginnings) * LENGTHS, columns), np.uint16)
        if matches.beginnings:
            self._number_beginnings(asked, matches.beginnings, numbers, alike, count + 1)
            alike[1 : count + 1] = alike.take(numbers.take(matches.word), axis=0)
        numbers[matches.word] = np.arange(1, count + 1)
        cell = numbers.take(matches.word)
        cell *= columns
        cell += matches.asked
        flat = alike.ravel()
        like = matches.steps << SLOT_BITS
        flat[cell] = np.maximum(like, flat.take(cell)) if matches.beginnings else like
        return alike

    def _number_beginnings(
        self,
        asked: Sequence[str],
        beginnings: Sequence[Beginning],
        numbers: NDArray[np.int64],
        alike: NDArray[np.uint16],
        base: int,
    ) -> None:
        """The same for the words of beginnings, numbered from `base`."""
        done: list[Beginning] = []
        for beginning in sorted(beginnings, key=lambda b: b.start - b.end):
            start, end = beginning.start, beginning.end
            np.add(self._word_lengths[start:end], base, out=numbers[start:end])
            done.append(beginning)
            for outer in done:  # a longer beginning lies within a shorter one, or apart
                if outer.start <= start and end <= outer.end:
                    like = LAST_BEGINNING_LIKE if outer.asked == len(asked) - 1 else BEGINNING_LIKE
                    alike[base : base + LENGTHS, outer.asked] = like[len(asked[outer.asked])]
            base += LENGTHS


class _Scratch(threading.local):
    """Of a thread: a number for each word, all 0 between uses."""

    def __init__(self, words: int) -> None:
        self.numbers = np.zeros(words, np.int64)


EARLINESS = np.arange(SLOTS - 1, -1, -1, dtype=np.uint16)[:, None, None]
"""Added to similarities by slot: of equally like words of a name, the first is taken."""


def _beginning_like(least: float, per_share: float) -> NDArray[np.uint16]:
    """By letters typed (first axis) and letters of the word (second)."""
    typed, lengths = np.arange(HEAD + 1)[:, None], np.arange(1, LENGTHS + 1)
    shares = np.roll(np.minimum(typed / lengths, 1), 1, axis=1)  # length 0 does not occur
    steps = ((least + per_share * shares) * STEPS).astype(np.uint16)
    return steps << np.uint16(SLOT_BITS)


BEGINNING_LIKE = _beginning_like(0.5, 0.4)
LAST_BEGINNING_LIKE = _beginning_like(0.75, 0.2)
"""How like a beginning and a word are: the word typed last may not be finished."""
