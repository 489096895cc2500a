"""Words in the order of a text of theirs: those whose text begins with something are a contiguous range."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEAD = 8
"""Bytes of a text that are its sorting key: a uint64, big-endian, padded with zeros."""


def heads(texts: Iterable[bytes]) -> NDArray[np.uint64]:
    """The sorting keys of texts."""
    return np.array([_head(text) for text in texts], np.uint64)


def ranges(in_order: NDArray[Any], beginnings: Sequence[str]) -> list[tuple[int, int]]:
    """Of sorted heads: where those of the texts are that begin with each of some others, of at most HEAD bytes each."""
    bounds: list[int] = []
    for beginning in beginnings:
        encoded = beginning.encode()
        least = _head(encoded)
        bounds += (least, least + (1 << 8 * (HEAD - len(encoded))))  # no byte of UTF-8 is so high that this overflows
    found = in_order.searchsorted(np.array(bounds, np.uint64)).tolist()
    return list(zip(found[::2], found[1::2], strict=True))


def _head(text: bytes) -> int:
    return int.from_bytes(text[:HEAD].ljust(HEAD, b"\0"), "big")
