"""What stands for a product in a button: a hash of its `kodeitem`, the same in every catalogue that has it.

That no two products of a catalogue share one is checked before it is published, and once more when it is loaded.
"""

import base64
import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.products import Products
from toko_core.errors import CatalogError

HASH_BYTES = 6
"""Two of 100,000 codes are alike once in 50,000 shops."""


def product_hash(code: str) -> str:
    """Eight characters for a `kodeitem`."""
    return base64.urlsafe_b64encode(_digest(code)).decode()


def look_alikes(codes: Iterable[str]) -> list[int]:
    """The places of the codes whose hash another has too, those of one hash together."""
    hashes, places = _sorted(codes)
    (same,) = (hashes[1:] == hashes[:-1]).nonzero()
    alike: list[int] = places[np.union1d(same, same + 1)].tolist()
    return alike


class ProductHashes:
    """Which product of a catalogue a hash means."""

    def __init__(self, products: Products) -> None:
        """Raises CatalogError if two products have the same hash."""
        self._hashes, self._rows = _sorted(products.code(row) for row in range(len(products)))
        if (self._hashes[1:] == self._hashes[:-1]).any():
            raise CatalogError("Two products of the catalogue have one code, or codes that buttons cannot tell apart.")

    def find(self, product: str) -> int | None:
        """Its product_id, or None if it is gone."""
        wanted = np.uint64(int.from_bytes(base64.urlsafe_b64decode(product), "big"))
        place = int(self._hashes.searchsorted(wanted))
        if place == len(self._hashes) or self._hashes[place] != wanted:
            return None
        return int(self._rows[place])


def _sorted(codes: Iterable[str]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The hashes, ascending, and the place of the code of each."""
    hashes = np.fromiter((int.from_bytes(_digest(code), "big") for code in codes), np.uint64)
    places = hashes.argsort(kind="stable").astype(np.int32)
    return hashes[places], places


def _digest(code: str) -> bytes:
    return hashlib.blake2b(code.encode(errors="replace"), digest_size=HASH_BYTES).digest()
