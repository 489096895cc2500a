"""Which words stand side by side in some name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS_A_PAIR = 16
"""One pair in so many is said to stand together that does not."""
LEFT, RIGHT = 0x9E37_79B1, 0x85EB_CA77
"""Odd numbers: multiplying with them mixes the lower bits."""


class WordPairs:
    """A set of pairs of word ids, as bits at a hash of each pair: small, and wrong once in BITS_A_PAIR."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """From the array of `build`."""
        self._bits = arrays["pairs"]
        self._mask = len(self._bits) * 8 - 1

    @staticmethod
    def build(slots: NDArray[np.int32], none: int) -> dict[str, NDArray[Any]]:
        """The arrays, of the words of names, a row each; `none` is in empty slots."""
        left, right = slots[:, :-1].ravel().astype(np.int64), slots[:, 1:].ravel().astype(np.int64)
        both = (left != none) & (right != none)
        pairs = np.unique(left[both] * (none + 1) + right[both])
        size = 1 << max(10, int(len(pairs) * BITS_A_PAIR).bit_length())
        bits = np.zeros(size, bool)
        bits[(pairs // (none + 1) * LEFT ^ pairs % (none + 1) * RIGHT) & (size - 1)] = True
        return {"pairs": np.packbits(bits, bitorder="little")}

    def stand_together(self, left: int, right: int) -> bool:
        """Whether the second word follows the first in some name."""
        bit = (left * LEFT ^ right * RIGHT) & self._mask
        return bool(self._bits[bit >> 3] >> (bit & 7) & 1)
