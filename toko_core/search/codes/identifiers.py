"""Finds rows by a complete barcode, code or serial number, or by the last digits of a barcode or code."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SERIAL = np.dtype([("hash", np.uint64), ("row", np.int32)])
LAST_DIGITS = range(4, 7)
"""The numbers of last digits by which a barcode or a code can be found."""
MOST_BY_LAST_DIGITS = 500
"""The most rows that are found by last digits."""
NONE = np.empty(0, np.int64)
NOT_WRITTEN = re.compile(r"[\s\-]")
DIGITS_AT_END = re.compile(r"[0-9]+\Z")
LONGEST = 64
SHORTEST_SERIAL = 4
"""The fewest characters of a serial number that can be found."""
CASE_BITS = 16
LOW = (1 << CASE_BITS) - 1
AS_WRITTEN, IN_OTHER_CASE, ALIKE = range(3)
"""How near a code is to what was typed. Alike: but for blanks, dashes and leading zeros."""


class Identifiers:
    """The rows of each code and barcode. Several rows may have the same identifier."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Use the arrays that `build` returned."""
        self._hashes = arrays["identifier_hashes"]
        self._rows = arrays["identifier_rows"]
        self._written: NDArray[np.uint32] | None = arrays.get("identifier_written")
        """None in the index of an earlier version: then all codes that are alike are equally near."""
        self._endings = [
            (arrays[endings], arrays[rows])
            for endings, rows in (("endings", "ending_rows"), ("code_endings", "code_ending_rows"))
            if endings in arrays  # an earlier version has none of codes
        ]
        self._serials: NDArray[np.uint64] | None = arrays.get("serial_hashes")
        """None if the shop has no serial numbers."""
        self._serial_rows = arrays.get("serial_rows", NONE)
        self._sold_last = arrays["unsold"]

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return len(self._hashes) > 0 or self._serials is not None

    @staticmethod
    def build(barcodes: Iterable[tuple[str, int]], codes: Iterable[tuple[str, int]]) -> dict[str, NDArray[Any]]:
        """Build the arrays from pairs of an identifier and its row."""
        barcodes, codes = list(barcodes), list(codes)
        whole = [*barcodes, *codes]
        plain = [_plain(code) for code, _ in whole]
        hashes = np.array(list(map(_hash, plain)), np.uint64)
        rows = np.array([row for _, row in whole], np.int32)
        order = np.lexsort((rows, hashes))
        numbers = zip(plain, (row for _, row in barcodes), strict=False)
        of_barcodes = [(code, row) for code, row in numbers if code.isdecimal() and len(code) > LAST_DIGITS[-1]]
        ends = [(DIGITS_AT_END.search(code.strip()), row) for code, row in codes]
        of_codes = [(end[0], row) for end, row in ends if end is not None and len(end[0]) >= LAST_DIGITS[0]]
        endings, ending_rows = _by_ending(of_barcodes)
        code_endings, code_ending_rows = _by_ending(of_codes)
        return {
            "identifier_hashes": hashes[order],
            "identifier_rows": rows[order],
            "identifier_written": np.array([_written(code) for code, _ in whole], np.uint32)[order],
            "endings": endings,
            "ending_rows": ending_rows,
            "code_endings": code_endings,
            "code_ending_rows": code_ending_rows,
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
        """Return the rows with this code, barcode or serial number, in any letter case, the nearest first.

        Blanks, dashes and leading zeros of codes and barcodes are ignored, but rows whose code is exactly the text come
        first, then those with the same characters in another case. Of equally near rows, sold ones come first.
        """
        rows, near = self._find_code(text)
        if self._serials is not None and len(serial := self.find_serial(text)):
            rows, near = np.concatenate([serial, rows]), np.concatenate([np.full(len(serial), AS_WRITTEN), near])
        if len(rows) < 2:
            return rows
        order = np.lexsort((rows, self._sold_last.take(rows), near))
        _, first = np.unique(rows.take(order), return_index=True)
        return rows.take(order.take(np.sort(first)))

    def find_written(self, text: str) -> NDArray[np.int64]:
        """Return the rows whose code or barcode is the text, in any letter case, with the same leading zeros."""
        rows, near = self._find_code(text)
        return rows if self._written is None else rows[near < ALIKE]

    def _find_code(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows with this code or barcode, and how near each is."""
        if not len(self._hashes):
            return NONE, NONE
        code = _plain(text)
        if not code or len(code) > LONGEST:
            return NONE, NONE
        wanted = np.uint64(_hash(code))
        start = int(self._hashes.searchsorted(wanted))
        if start == len(self._hashes) or self._hashes[start] != wanted:
            return NONE, NONE
        end = int(self._hashes.searchsorted(wanted, "right"))
        rows = self._rows[start:end].astype(np.int64)
        if self._written is None:
            return rows, np.full(len(rows), ALIKE)
        differs = self._written[start:end] ^ np.uint32(_written(text))
        return rows, np.where(differs == 0, AS_WRITTEN, np.where(differs & LOW == 0, IN_OTHER_CASE, ALIKE))

    def find_by_ending(self, digits: str) -> NDArray[np.int64]:
        """Return the rows with a barcode that ends in these digits, then those with such a code.

        There are none if LAST_DIGITS does not have the number of digits.
        """
        if len(digits) not in LAST_DIGITS or not (digits.isascii() and digits.isdecimal()):
            return NONE
        rest = 10 ** (LAST_DIGITS[-1] - len(digits))
        least = int(digits[::-1]) * rest
        found = []
        for endings, rows in self._endings:
            start = endings.searchsorted(np.uint32(least))
            end = endings.searchsorted(np.uint32(least + rest - 1), "right")
            found.append(np.unique(rows[start : min(end, start + MOST_BY_LAST_DIGITS)]))
        return np.concatenate(found).astype(np.int64)


def _by_ending(numbers: list[tuple[str, int]]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Return the endings of numbers, ascending, and the row of each."""
    endings = np.array([_ending(code) for code, _ in numbers], np.uint32)
    rows = np.array([row for _, row in numbers], np.int32)
    order = np.lexsort((rows, endings))
    return endings[order], rows[order]


def _folded(number: str) -> str:
    return number.strip().upper()


def _plain(code: str) -> str:
    plain = NOT_WRITTEN.sub("", code.casefold())
    return plain.lstrip("0") or plain[:1] if plain.isdecimal() else plain


def _hash(code: str) -> int:
    """Return a hash of 64 bits: among a million barcodes, two are equal in one of 40 million catalogues."""
    return int.from_bytes(hashlib.blake2b(code.encode(errors="replace"), digest_size=8).digest(), "big")


def _written(code: str) -> int:
    """Return a hash of a code as it is written. Its low half is that of the code in any case."""
    code = code.strip()
    folded = code.casefold()
    in_any_case = _hash(folded)
    as_written = in_any_case if code == folded else _hash(code)
    return as_written >> CASE_BITS & LOW << CASE_BITS | in_any_case & LOW


def _ending(code: str) -> int:
    """Return the last six digits in reverse order, so that equal endings are adjacent after sorting."""
    last = code[: -LAST_DIGITS[-1] - 1 : -1]
    return int(last.ljust(LAST_DIGITS[-1], "0"))
