"""The vocabulary in the order of its consonant skeletons."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.text import is_number, skeleton
from toko_core.search.words.ranges import heads, ranges

MOST_FOUND = 600
"""Words; a skeleton of two consonants may begin thousands of words, and means none of them."""


class SkeletonOrder:
    """Which words' skeletons begin with some consonants. Safe to use from many threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the arrays of `build`."""
        self._words = arrays["skeleton_order"]
        self._heads = arrays["skeleton_heads"]
        self.lengths: NDArray[np.uint8] = arrays["skeleton_lengths"]
        """Consonants of each word, by its id."""

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The arrays, of the vocabulary's words, by id."""
        skeletons = [b"" if is_number(word) else skeleton(word).encode() for word in words]
        order = sorted(range(len(words)), key=skeletons.__getitem__)
        return {
            "skeleton_order": np.array(order, np.int32),
            "skeleton_heads": heads(skeletons[i] for i in order),
            "skeleton_lengths": np.array([min(len(s), 255) for s in skeletons], np.uint8),
        }

    def begun_by(self, skeletons: Sequence[str]) -> list[NDArray[np.int32]]:
        """The words that each of some skeletons begins, of at most HEAD bytes each; none if there are too many."""
        return [
            self._words[start : end if end - start <= MOST_FOUND else start]
            for start, end in ranges(self._heads, skeletons)
        ]
