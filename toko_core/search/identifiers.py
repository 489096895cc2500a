"""Finds rows by a complete barcode, code or serial number, or by the last digits of a barcode."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SERIAL = np.dtype([("hash", np.uint64), ("row", np.int32)])
LAST_DIGITS = range(4, 7)
"""The numbers of last digits by which a barcode can be found."""
MOST_BY_LAST_DIGITS = 500
"""The most rows that are found by last digits."""
NONE = np.empty(0, np.int64)
NOT_WRITTEN = re.compile(r"[\s\-]")
LONGEST = 64
SHORTEST_SERIAL = 4
"""The fewest characters of a serial number that can be found."""


class Identifiers:
    """The rows of each code and barcode. Several rows may have the same identifier."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        self._hashes = arrays["identifier_hashes"]
        self._rows = arrays["identifier_rows"]
        self._endings = arrays["endings"]
        self._ending_rows = arrays["ending_rows"]
        self._serials: NDArray[np.uint64] | None = arrays.get("serial_hashes")
        """None if the shop has no serial numbers."""
        self._serial_rows = arrays.get("serial_rows", NONE)

    @staticmethod
    def build(barcodes: Iterable[tuple[str, int]], codes: Iterable[tuple[str, int]]) -> dict[str, NDArray[Any]]:
        """Build the arrays from pairs of an identifier and its row."""
        barcodes = [(_plain(code), row) for code, row in barcodes]
        whole = [*barcodes, *((_plain(code), row) for code, row in codes)]
        hashes = np.array([_hash(code) for code, _ in whole], np.uint64)
        rows = np.array([row for _, row in whole], np.int32)
        order = np.lexsort((rows, hashes))
        numbers = [(code, row) for code, row in barcodes if code.isdecimal() and len(code) > LAST_DIGITS[-1]]
        endings = np.array([_ending(code) for code, _ in numbers], np.uint32)
        ending_rows = np.array([row for _, row in numbers], np.int32)
        by_ending = np.lexsort((ending_rows, endings))
        return {
            "identifier_hashes": hashes[order],
            "identifier_rows": rows[order],
            "endings": endings[by_ending],
            "ending_rows": ending_rows[by_ending],
        }

    @staticmethod
    def build_serials(serials: Iterable[tuple[str, int]]) -> dict[str, NDArray[Any]]:
        """Build the arrays of pairs of a serial number and its row: 12 bytes each. None if there are no pairs."""
        pairs = np.fromiter(((_hash(_folded(number)), row) for number, row in serials), SERIAL)
        if not len(pairs):
            return {}
        pairs.sort(order=("hash", "row"))
        return {"serial_hashes": pairs["hash"].copy(), "serial_rows": pairs["row"].copy()}

    def find_serial(self, text: str) -> NDArray[np.int64]:
        """Return the rows, ascending, with this serial number, in any letter case."""
        if self._serials is None or not SHORTEST_SERIAL <= len(number := _folded(text)) <= LONGEST:
            return NONE
        wanted = np.uint64(_hash(number))
        start, end = self._serials.searchsorted(wanted), self._serials.searchsorted(wanted, "right")
        return np.unique(self._serial_rows[start:end]).astype(np.int64)

    def find_whole(self, text: str) -> NDArray[np.int64]:
        """Return the rows, ascending, with this code, barcode or serial number.

        Blanks, dashes and leading zeros of codes and barcodes are ignored.
        """
        if self._serials is not None and len(serial := self.find_serial(text)):
            return np.union1d(serial, self._find_code(text))
        return self._find_code(text)

    def _find_code(self, text: str) -> NDArray[np.int64]:
        code = _plain(text)
        if not code or len(code) > LONGEST or not len(self._hashes):
            return NONE
        wanted = np.uint64(_hash(code))
        start = int(self._hashes.searchsorted(wanted))
        if start == len(self._hashes) or self._hashes[start] != wanted:
            return NONE
        return np.unique(self._rows[start : self._hashes.searchsorted(wanted, "right")]).astype(np.int64)

    def find_by_ending(self, digits: str) -> NDArray[np.int64]:
        """Return the rows, ascending, with a barcode that ends in these digits, if LAST_DIGITS has their number."""
        if len(digits) not in LAST_DIGITS or not (digits.isascii() and digits.isdecimal()):
            return NONE
        rest = 10 ** (LAST_DIGITS[-1] - len(digits))
        least = int(digits[::-1]) * rest
        start = self._endings.searchsorted(np.uint32(least))
        end = self._endings.searchsorted(np.uint32(least + rest - 1), "right")
        return np.unique(self._ending_rows[start : min(end, start + MOST_BY_LAST_DIGITS)]).astype(np.int64)


def _folded(number: str) -> str:
    return number.strip().upper()


def _plain(code: str) -> str:
    plain = NOT_WRITTEN.sub("", code.casefold())
    return plain.lstrip("0") or plain[:1] if plain.isdecimal() else plain


def _hash(code: str) -> int:
    """Return a hash of 64 bits: among a million barcodes, two are equal in one of 40 million catalogues."""
    return int.from_bytes(hashlib.blake2b(code.encode(errors="replace"), digest_size=8).digest(), "big")


def _ending(code: str) -> int:
    """Return the last six digits in reverse order, so that equal endings are adjacent after sorting."""
    return int(code[: -LAST_DIGITS[-1] - 1 : -1])
