"""Sorts words by a text, so that the words whose text starts with a prefix are a contiguous range."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEAD = 8
"""The number of bytes of a text that are its sort key: a big-endian uint64, padded with zeros."""


def heads(texts: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return the sort keys of texts."""
    return np.array([_head(text) for text in texts], np.uint64)


def ranges(in_order: NDArray[Any], prefixes: Sequence[str]) -> list[tuple[int, int]]:
    """Return the range of the sorted heads that start with each prefix. A prefix has at most HEAD bytes."""
    bounds: list[int] = []
    for prefix in prefixes:
        encoded = prefix.encode()
        least = _head(encoded)
        bounds += (least, least + (1 << 8 * (HEAD - len(encoded))))  # no byte of UTF-8 is high enough for an overflow
    found = in_order.searchsorted(np.array(bounds, np.uint64)).tolist()
    return list(zip(found[::2], found[1::2], strict=True))


def _head(text: bytes) -> int:
    return int.from_bytes(text[:HEAD].ljust(HEAD, b"\0"), "big")
