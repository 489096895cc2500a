"""The distinct words of all names: about 43,000 in 100,000 names, and six times as many in ten times the names."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.text import LONGEST_WORD, skeleton
from toko_core.search.words.matches import PrefixRange
from toko_core.search.words.ranges import HEAD, heads, prefix_range

WORDS_AT_ONCE = 1000
"""While loading, this many words become Python strings at a time, so that other threads can run in between."""
LAST_CHARACTER = "\U0010ffff"
FEW_LETTERS = 4
"""A known word of at most this many letters may still be the prefix of another."""
SHORTEST_PART, SHORTEST_OF_TWO = 2, 6
SHORTEST_PREFIX, SHORTEST_REST = 4, 3
"""The fewest letters of a known prefix, and of the rest after it, to split a word although the rest has no match."""


class Vocabulary:
    """Words sorted by their UTF-8 bytes. The id of a word is its index. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
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
        self._heads = arrays["word_heads"].data

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from distinct words, sorted by their UTF-8 bytes."""
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
        """Return whether all typed words are known, and none can be an abbreviation."""
        return all(word in self._ids and skeleton(word) != word for word in asked)

    def find_prefixes(self, asked: Sequence[str]) -> list[PrefixRange]:
        """Find the words that start with a typed word that may be unfinished: the last, an unknown or a short one."""
        last = len(asked) - 1
        found = []
        for number, word in enumerate(asked):
            if number < last and len(word) > FEW_LETTERS and word in self._ids:
                continue
            encoded = word.encode()
            if len(encoded) <= HEAD:
                start, end = prefix_range(self._heads, encoded)
            elif number == last:
                start = bisect_left(self.words, word)
                end = bisect_left(self.words, word + LAST_CHARACTER, start)
            else:
                continue
            if end > start:
                found.append(PrefixRange(number, start, end))
        return found

    def split(self, word: str, stand_together: Callable[[int, int], bool]) -> tuple[str, str] | None:
        """Split an unknown word into two that were typed as one, if both are known and side by side in some name."""
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
        """Return the longest known prefix of an unknown word and the rest of it, if both are long enough."""
        for place in range(min(len(word), LONGEST_WORD) - SHORTEST_REST, SHORTEST_PREFIX - 1, -1):
            if word[:place] in self._ids:
                return word[:place], word[place:]
        return None

    def split_in_three(self, word: str, stand_together: Callable[[int, int], bool]) -> tuple[str, str, str] | None:
        """Split an unknown word into three, if each stands side by side with the next in some name."""
        for place in range(SHORTEST_PART, min(len(word), LONGEST_WORD) - 2 * SHORTEST_PART + 1):
            if (first := self._ids.get(word[:place])) is None:
                continue
            rest = self.split(word[place:], stand_together)
            if rest is not None and stand_together(first, self._ids[rest[0]]):
                return word[:place], *rest
        return None
