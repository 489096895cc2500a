"""Reads the receipts of the last 90 days, by their numbers. Older receipts are not kept in memory."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toko_assets.ipos.sales.copy_table import Decode, read_column
from toko_assets.ipos.sales.values import is_filled, places, times

DAYS: Final = 90
RECENT_DAYS: Final = 7
SALES: Final = ("KSR", "JL")
"""The types of receipts that are sales (a)."""
RETURN: Final = "RJ"
SALE, RETURNED, OTHER = 0, 1, 2
"""What a receipt is. OTHER: on hold, goods out, assembly, another branch's (a)."""
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's wall clock


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are read, in the shop's wall clock. They end when the backup was made."""

    end: datetime

    @property
    def first(self) -> datetime:
        """The first moment of the 90 days."""
        return self.end - timedelta(days=DAYS)

    @property
    def micros(self) -> tuple[int, int, int]:
        """The first moment of the 90 days and of the 7 days, and the end, in microseconds since 1970."""
        second = timedelta(microseconds=1)
        return (
            (self.first - EPOCH) // second,
            (self.end - timedelta(days=RECENT_DAYS) - EPOCH) // second,
            (self.end - EPOCH) // second,
        )


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of the window. The arrays are indexed by the value of `places`."""

    places: dict[bytes, int]
    """By the receipt's number, as it is in the dump."""
    kinds: NDArray[np.int8]
    times: NDArray[np.int64]
    """Microseconds since 1970."""
    recent: NDArray[np.bool_]
    """Whether the receipt is of the last 7 days."""
    of_receipt: NDArray[np.bool_]
    """Whether a return names the receipt that it belongs to."""
    types: Counter[str]
    """How many receipts there are of each type."""


def no_receipts() -> Receipts:
    """Return what a backup without sales has."""
    return _receipts(_Found(), 0)


@dataclass(slots=True)
class _Found:
    places: dict[bytes, int] = field(default_factory=dict)
    parts: list[tuple[NDArray[Any], ...]] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)


def read_receipts(tables: Iterator[pa.RecordBatch], window: Window, decode: Decode, odd: Counter[str]) -> Receipts:
    """Read tbl_ikhd. Adds to `odd` how many receipts have no usable date."""
    found = _Found()
    start = pa.scalar(f"{window.first:%Y-%m-%d}".encode(), pa.binary())
    for rows in tables:
        odd["receipts_without_date"] += rows["tanggal"].null_count
        # Times as text compare like times, so most of the history is not parsed. "infinity" comes after all digits.
        _add(found, rows.filter(pc.greater_equal(rows["tanggal"], start)), window, decode, odd)
    return _receipts(found, window.micros[1])


def _receipts(found: _Found, recent_from: int) -> Receipts:
    nothing = (np.empty(0, np.int8), np.empty(0, np.int64), np.empty(0, np.bool_))
    kinds, moments, of_receipt = (np.concatenate(values) for values in zip(nothing, *found.parts, strict=True))
    return Receipts(found.places, kinds, moments, moments >= recent_from, of_receipt, found.types)


def _add(found: _Found, rows: pa.RecordBatch, window: Window, decode: Decode, odd: Counter[str]) -> None:
    if not len(rows):
        return
    moments, unreadable = times(rows["tanggal"])
    first, _, end = window.micros
    odd["receipts_without_date"] += int(unreadable.sum())
    odd["receipts_after_the_backup"] += int((~unreadable & (moments > end)).sum())
    numbers = rows["notransaksi"].to_pylist()
    fits, kept = ~unreadable & (moments >= first) & (moments <= end), []
    for place in fits.nonzero()[0].tolist():
        number = numbers[place]
        if number is not None and number not in found.places:
            found.places[number] = len(found.places)
            kept.append(place)
    chosen = np.array(kept, np.int64)
    kept_rows = rows.take(pa.array(chosen))
    types = kept_rows["tipe"].dictionary_encode()
    names = [decode(value).strip().upper() if value is not None else "" for value in types.dictionary.to_pylist()]
    indices = places(types, len(names))
    names.append("")
    for name, count in zip(names, np.bincount(indices, minlength=len(names)).tolist(), strict=True):
        found.types[name] += count
    kinds = np.array([SALE if name in SALES else RETURNED if name == RETURN else OTHER for name in names], np.int8)
    of_receipt = is_filled(read_column(kept_rows, "notrsretur"))
    found.parts.append((kinds[indices], moments[chosen], of_receipt))
