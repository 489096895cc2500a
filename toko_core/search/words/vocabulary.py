"""The distinct words of all names: 100,000 names have some 43,000, and ten times the names have six times the words."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.text import LONGEST_WORD, skeleton
from toko_core.search.words.matches import Beginning
from toko_core.search.words.ranges import HEAD, heads, ranges

WORDS_AT_ONCE = 1000
"""Words made into Python strings at a time while loading, so that other threads get their turn in between."""
FEW_LETTERS = 4
"""A known word of so many may still be the beginning of another."""
SHORTEST_PART, SHORTEST_OF_TWO = 2, 7
SHORTEST_BEGINNING, SHORTEST_REST = 4, 3
"""Letters of a word, and of what was typed behind it, that are taken apart although nothing is like the rest."""


class Vocabulary:
    """Words in the order of their UTF-8 bytes; a word's id is its place. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the arrays of `build`."""
        text = arrays["words"].tobytes()
        self.words: list[str] = []
        self._ids: dict[str, int] = {}
        for start, end in pairwise([*range(0, len(ends := arrays["word_ends"]), WORDS_AT_ONCE), len(ends)]):
            first = int(ends[start - 1]) + 1 if start else 0
            some = text[first : int(ends[end - 1])].decode().split("\n")
            self._ids.update(zip(some, range(start, end), strict=True))
            self.words += some
        self.id_of = self._ids.get
        self.lengths: NDArray[np.uint8] = arrays["word_lengths"]
        self._heads = arrays["word_heads"]

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The arrays, of distinct words in the order of their UTF-8 bytes."""
        encoded = [word.encode() for word in words]
        return {
            "words": np.frombuffer(b"\n".join(encoded), np.uint8),
            "word_ends": np.cumsum([len(word) + 1 for word in encoded], dtype=np.int64) - 1,
            "word_lengths": np.array([min(len(word), 255) for word in words], np.uint8),
            "word_heads": heads(encoded),
        }

    def __len__(self) -> int:
        return len(self.words)

    def are_spelt_out(self, asked: Sequence[str]) -> bool:
        """Whether all typed words are known, and none can be an abbreviation."""
        return all(word in self._ids and skeleton(word) != word for word in asked)

    def beginnings(self, asked: Sequence[str]) -> list[Beginning]:
        """What begins like a typed word that may be unfinished: the last one, an unknown or a short one."""
        last = len(asked) - 1
        numbers = [
            number
            for number, word in enumerate(asked)
            if (number == last or len(word) <= FEW_LETTERS or word not in self._ids) and len(word.encode()) <= HEAD
        ]
        found = ranges(self._heads, [asked[number] for number in numbers])
        return [
            Beginning(number, start, end) for number, (start, end) in zip(numbers, found, strict=True) if end > start
        ]

    def split(self, word: str, stand_together: Callable[[int, int], bool]) -> tuple[str, str] | None:
        """Two words that were typed as one, of an unknown word: both known, and side by side in some name."""
        if len(word) < SHORTEST_OF_TWO:
            return None
        found = [
            (min(place, len(word) - place), word[:place], word[place:])
            for place in range(SHORTEST_PART, min(len(word), LONGEST_WORD) - SHORTEST_PART + 1)
            if (first := self._ids.get(word[:place])) is not None
            and (second := self._ids.get(word[place:])) is not None
            and stand_together(first, second)
        ]
        return max(found)[1:] if found else None

    def split_off(self, word: str) -> tuple[str, str] | None:
        """The longest known beginning of an unknown word, and the rest of it, if both are long enough."""
        for place in range(min(len(word), LONGEST_WORD) - SHORTEST_REST, SHORTEST_BEGINNING - 1, -1):
            if word[:place] in self._ids:
                return word[:place], word[place:]
        return None
