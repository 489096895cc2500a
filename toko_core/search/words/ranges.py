"""Sorts words by a text, so that the words whose text starts with a prefix are a contiguous range."""

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

HEAD = 8
"""The number of bytes of a text that are its sort key: a big-endian uint64, padded with zeros."""


def heads(texts: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return the sort keys of texts."""
    return np.array([_head(text) for text in texts], np.uint64)


def prefix_range(in_order: "memoryview[int]", prefix: bytes) -> tuple[int, int]:
    """Return the range of the sorted heads that start with a prefix of at most HEAD bytes."""
    head, further = int.from_bytes(prefix, "big"), 8 * (HEAD - len(prefix))
    start = bisect_left(in_order, head << further)
    return start, bisect_left(in_order, (head + 1) << further, start)


def _head(text: bytes) -> int:
    return int.from_bytes(text[:HEAD].ljust(HEAD, b"\0"), "big")
