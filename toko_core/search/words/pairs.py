"""The pairs of words that are side by side in at least one name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS_A_PAIR = 16
HASHES = (0x9E37_79B1, 0x85EB_CA77), (0xC2B2_AE3D, 0x27D4_EB2F), (0x1656_67B1, 0xD3A2_646D)
"""Factors of the left and the right id; each pair of factors is one hash. Odd factors mix the lower bits."""


class WordPairs:
    """A set of pairs of word ids, as a Bloom filter. It is small, with at most one false positive in 200 pairs."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the array that `build` returned."""
        self._bits = arrays["pairs"]
        self._mask = len(self._bits) * 8 - 1

    @staticmethod
    def build(slots: NDArray[np.int32], none: int) -> dict[str, NDArray[Any]]:
        """Build the array from the words of each name, one name a row. An empty slot holds `none`."""
        left, right = slots[:, :-1].ravel().astype(np.int64), slots[:, 1:].ravel().astype(np.int64)
        both = (left != none) & (right != none)
        pairs = np.unique(left[both] * (none + 1) + right[both])
        size = 1 << max(10, int(len(pairs) * BITS_A_PAIR).bit_length())
        bits = np.zeros(size, bool)
        for first, second in HASHES:
            bits[(pairs // (none + 1) * first ^ pairs % (none + 1) * second) & (size - 1)] = True
        return {"pairs": np.packbits(bits, bitorder="little")}

    def stand_together(self, left: int, right: int) -> bool:
        """Return whether the second word follows the first in some name."""
        bits = ((left * first ^ right * second) & self._mask for first, second in HASHES)
        return all(self._bits[bit >> 3] >> (bit & 7) & 1 for bit in bits)
