"""Identifies a product in a button by a hash of its `kodeitem`, which is the same in every catalogue.

No two products of a catalogue may share a hash. This is checked before a catalogue is published, and again when it is
loaded.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from toko_core import CatalogError
from toko_core.catalog.products import Products

HASH = re.compile(r"[\w-]{8}", re.ASCII)
"""How the hash of a product looks."""
HASH_BYTES = 6
"""Among 100,000 codes, two have the same hash in one of 50,000 shops."""


def product_hash(code: str) -> str:
    """Return the hash of a `kodeitem`, in eight characters."""
    return base64.urlsafe_b64encode(_digest(code)).decode()


def look_alikes(codes: Iterable[str]) -> list[int]:
    """Return the indices of the codes that share their hash with another code, grouped by hash."""
    hashes, places = _sorted(codes)
    (same,) = (hashes[1:] == hashes[:-1]).nonzero()
    alike: list[int] = places[np.union1d(same, same + 1)].tolist()
    return alike


class ProductHashes:
    """Maps hashes to the products of a catalogue."""

    def __init__(self, products: Products) -> None:
        """Hash the codes of all products. Raises CatalogError if two products have the same hash."""
        self._hashes, self._rows = _sorted(products.code(row) for row in range(len(products)))
        if (self._hashes[1:] == self._hashes[:-1]).any():
            raise CatalogError("Two products of the catalogue have the same code, or codes with the same hash.")

    def find(self, product: str) -> int | None:
        """Return the product_id for a hash, or None if the catalogue has no such product, or no hash is like that."""
        if not HASH.fullmatch(product):
            return None
        wanted = np.uint64(_number(product))
        place = int(self._hashes.searchsorted(wanted))
        if place == len(self._hashes) or self._hashes[place] != wanted:
            return None
        return int(self._rows[place])

    def after(self, product: str | None, most: int) -> list[int]:
        """Return the product_ids of the next products in the order of hashes, at most `most` of them.

        `product` is the hash after which they come, also of a product that the catalogue no longer has; None starts
        with the first one. The order is the same in every catalogue.
        """
        start = 0 if product is None else int(self._hashes.searchsorted(np.uint64(_number(product)), "right"))
        return [int(row) for row in self._rows[start : start + most]]


def _sorted(codes: Iterable[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return the hashes, ascending, and the index of the code of each."""
    hashes = np.fromiter((int.from_bytes(_digest(code), "big") for code in codes), np.uint64)
    places = hashes.argsort(kind="stable").astype(np.int32)
    return hashes[places], places


def _number(product: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(product), "big")


def _digest(code: str) -> bytes:
    return hashlib.blake2b(code.encode(errors="replace"), digest_size=HASH_BYTES).digest()
