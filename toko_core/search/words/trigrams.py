"""Finds the words that share the most trigrams with a typed word, if no key finds any."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.slices import slice_indices
from toko_core.search.text import LONGEST_WORD, is_number

SHORTEST = 4
"""The fewest letters of a typed word."""
MOST_FOUND = 30
MOST_SEEN = 20_000
"""The most words that are counted, beginning with the words of the rarest trigrams."""


class Trigrams:
    """The words that contain each trigram. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        self._trigrams = arrays["trigrams"]
        self._starts = arrays["trigram_starts"]
        self._words = arrays["trigram_words"]

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the vocabulary's words, by id."""
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
        """Return the ids of the words that share the most trigrams with this one, at least two."""
        wanted = np.array(_trigrams_of(word[:LONGEST_WORD]), np.uint32)
        found = np.searchsorted(self._trigrams, wanted)
        known = found[self._trigrams.take(found, mode="clip") == wanted] if len(self._trigrams) else found[:0]
        start = self._starts.take(known)
        count = self._starts.take(known + 1) - start
        rarest = np.argsort(count, kind="stable")
        rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(count.take(rarest)), MOST_SEEN, "right")))]
        shared = np.bincount(self._words.take(slice_indices(start.take(rarest), count.take(rarest))))
        best = (shared > 1).nonzero()[0]
        return best[np.argsort(-shared.take(best), kind="stable")[:MOST_FOUND]]


def _trigrams_of(word: str) -> list[int]:
    """Hash the distinct trigrams of a word whose start and end are marked with blanks."""
    marked = f" {word} "
    return list({zlib.crc32(marked[i : i + 3].encode()) for i in range(len(marked) - 2)})
