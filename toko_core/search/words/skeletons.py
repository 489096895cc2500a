"""The vocabulary, sorted by consonant skeleton."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toko_core.search.text import is_number, skeleton
from toko_core.search.words.ranges import HEAD, heads, prefix_range

MOST_FOUND = 600
"""The most words for a prefix. Thousands of skeletons may start with the same two consonants, too many to be useful."""


class SkeletonOrder:
    """Finds the words whose skeleton starts with given consonants. Thread-safe."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        self._words = arrays["skeleton_order"]
        self._heads = arrays["skeleton_heads"].data
        self.lengths: NDArray[np.uint8] = arrays["skeleton_lengths"]
        """The number of consonants of each word, by its id."""

    @staticmethod
    def build(words: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Build the arrays from the vocabulary's words, by id."""
        skeletons = [b"" if is_number(word) else skeleton(word).encode() for word in words]
        order = sorted(range(len(words)), key=skeletons.__getitem__)
        return {
            "skeleton_order": np.array(order, np.int32),
            "skeleton_heads": heads(skeletons[i] for i in order),
            "skeleton_lengths": np.array([min(len(s), 255) for s in skeletons], np.uint8),
        }

    def starting_with(self, consonants: str) -> NDArray[np.int32]:
        """Return the words whose skeleton starts with these, but none if there are more than MOST_FOUND.

        There are also none if the consonants take more than HEAD bytes.
        """
        encoded = consonants.encode()
        start, end = prefix_range(self._heads, encoded) if len(encoded) <= HEAD else (0, 0)
        return self._words[start : end if end - start <= MOST_FOUND else start]
