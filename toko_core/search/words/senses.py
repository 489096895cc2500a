"""What typed words and phrases may mean besides themselves: synonyms, words written as one or apart, initials.

A sense of one word is a word of the vocabulary. The rows of a sense of several words, such as `pasta gigi` for `odol`,
are collected when the index is built.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from toko_core.search.words.matches import ASKED_BITS, STEPS, WORD, Having

CATEGORY, BRAND = 1, 2
"""The kinds of a typed word, as bits."""


class Sense(NamedTuple):
    """What a typed word or phrase may mean besides itself."""

    numbers: range
    """The numbers of the typed words."""
    key: int
    """The index of the word or phrase among the stored keys."""
    kind: int
    """CATEGORY, BRAND, both or neither."""
    spread: int
    """How many rows have a word or phrase of the same meaning; of a category, also the rows with its brands."""


class Senses:
    """The senses of typed words and phrases. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build_senses` returned. The catalogue of an earlier version has none, and no senses."""
        self.are_known = "sense_keys" in arrays
        """Whether the catalogue has senses; one of an earlier version has not."""
        text = arrays["sense_keys"].tobytes().decode() if self.are_known else ""
        self._keys = dict(zip(text.split("\n"), range(text.count("\n") + 1), strict=True)) if text else {}
        self._longest: dict[str, int] = {}
        """By first word of the keys of several words: how many words the longest has."""
        for phrase in filter(lambda key: " " in key, self._keys):
            first, *further = phrase.split(" ")
            self._longest[first] = max(self._longest.get(first, 1), 1 + len(further))
        if self._keys:
            self._kinds: list[int] = arrays["sense_kinds"].tolist()
            self._spread: list[int] = arrays["sense_spread"].tolist()
            self._word_starts: list[int] = arrays["sense_word_starts"].tolist()
            self._words = arrays["sense_words"].astype(np.int64)
            self._row_starts: list[int] = arrays["sense_row_starts"].tolist()
            self._rows: NDArray[np.int32] = arrays["sense_rows"]
            self._steps: NDArray[np.uint16] = arrays["sense_row_steps"]

    def find(self, asked: Sequence[str]) -> list[Sense]:
        """Find the typed words and phrases that have senses."""
        found = []
        for first, word in enumerate(asked):
            if (key := self._keys.get(word)) is not None:
                found.append(Sense(range(first, first + 1), key, self._kinds[key], self._spread[key]))
            if (longest := self._longest.get(word)) is None:
                continue
            for count in range(2, min(longest, len(asked) - first) + 1):
                key = self._keys.get(" ".join(asked[first : first + count]))
                if key is not None:
                    found.append(Sense(range(first, first + count), key, self._kinds[key], self._spread[key]))
        return found

    def words(self, found: Sequence[Sense]) -> list[NDArray[np.int64]]:
        """Return the packed matches of senses of one word."""
        packed = []
        for sense in found:
            start, end = self._word_starts[sense.key], self._word_starts[sense.key + 1]
            if end > start:
                packed += [self._words[start:end] + (n << ASKED_BITS) for n in sense.numbers]
        return packed

    def rows(self, found: Sequence[Sense]) -> dict[int, Having]:
        """Return by number of a typed word: the rows of its senses of several words."""
        of_numbers: dict[int, Having] = {}
        for sense in found:
            start, end = self._row_starts[sense.key], self._row_starts[sense.key + 1]
            if end > start:
                similarity = (self._steps[start:end] / STEPS).astype(np.float32)
                own = Having(self._rows[start:end].astype(np.int64), similarity)
                for number in sense.numbers:
                    of_numbers[number] = _merge(of_numbers[number], own) if number in of_numbers else own
        return of_numbers

    def is_meant_by(self, sense: Sense, row: int, words: Collection[int]) -> bool:
        """Return whether a row, which has these words of the vocabulary, has what a typed word may mean.

        The category of a brand that was typed is not that brand.
        """
        if sense.kind == BRAND:
            return False
        start, end = self._word_starts[sense.key], self._word_starts[sense.key + 1]
        if any(word & WORD in words for word in self._words[start:end].tolist()):
            return True
        start, end = self._row_starts[sense.key], self._row_starts[sense.key + 1]
        return row in self._rows[start:end]


def _merge(*every: Having) -> Having:
    """Merge the rows of several senses. A row of more than one keeps the highest similarity."""
    rows, similarity = (np.concatenate(parts) for parts in zip(*every, strict=True))
    order = np.lexsort((-similarity, rows))
    rows, similarity = rows[order], similarity[order]
    is_first = np.append(True, rows[1:] != rows[:-1])
    return Having(rows[is_first], similarity[is_first])
