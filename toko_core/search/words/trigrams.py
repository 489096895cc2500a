"""Which words share most trigrams with a typed one: for what no key finds."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.slices import places
from toko_core.search.text import LONGEST_WORD, is_number

SHORTEST = 4
"""Letters of a typed word."""
MOST_FOUND = 30
MOST_SEEN = 20_000
"""Words that are counted, those of the rarest trigrams first."""


class Trigrams:
    """The words that hold each trigram. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the arrays of `build`."""
        self._trigrams = arrays["trigrams"]
        self._starts = arrays["trigram_starts"]
        self._words = arrays["trigram_words"]

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The arrays, of the vocabulary's words, by id."""
        hashes: list[int] = []
        owners: list[int] = []
        for owner, word in enumerate(words):
            if SHORTEST - 1 <= len(word) <= LONGEST_WORD and not is_number(word):
                of_word = _trigrams_of(word)
                hashes += of_word
                owners += [owner] * len(of_word)
        unsorted = np.array(hashes, np.uint32)
        order = np.argsort(unsorted, kind="stable")
        trigrams, starts = np.unique(unsorted[order], return_index=True)
        return {
            "trigrams": trigrams,
            "trigram_starts": np.append(starts, len(order)).astype(np.int32),
            "trigram_words": np.array(owners, np.int32)[order],
        }

    def nearest(self, word: str) -> NDArray[np.int64]:
        """The ids of the words that share most trigrams with this one, and more than one."""
        wanted = np.array(_trigrams_of(word[:LONGEST_WORD]), np.uint32)
        found = np.searchsorted(self._trigrams, wanted)
        known = found[self._trigrams.take(found, mode="clip") == wanted] if len(self._trigrams) else found[:0]
        start = self._starts.take(known)
        count = self._starts.take(known + 1) - start
        rarest = np.argsort(count, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(count.take(rarest)), MOST_SEEN, "right")))]
        shared = np.bincount(self._words.take(places(start.take(rarest), count.take(rarest))))
        best = (shared > 1).nonzero()[0]
        return best[np.argsort(-shared.take(best), kind="stable")[:MOST_FOUND]]


def _trigrams_of(word: str) -> list[int]:
    """Hashes of the distinct trigrams of a word, its beginning and end marked."""
    marked = f" {word} "
    return list({zlib.crc32(marked[i : i + 3].encode()) for i in range(len(marked) - 2)})
