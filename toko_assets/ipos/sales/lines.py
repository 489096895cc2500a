"""Selects the lines of the window's receipts, and adds them up a few ten thousand at a time."""

from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toko_assets.ipos.sales.copy_table import Decode, Piece, read_column
from toko_assets.ipos.sales.receipts import OTHER, Receipts, Window
from toko_assets.ipos.sales.totals import OPTIONAL, REQUIRED, Totals
from toko_assets.ipos.sales.values import mask, places, times

KEYS: Final = ("notransaksi", "dateupd")
ALL: Final = (*REQUIRED, *OPTIONAL)
LINES_AT_ONCE: Final = 20_000
"""Lines of the window that are added up together. They take about 10 MB."""


def add_lines(
    pieces: Iterator[Piece],
    receipts: Receipts,
    window: Window,
    totals: Totals,
    decode: Decode,
    odd: Counter[str],
) -> int:
    """Add the lines of tbl_ikdt to the totals. Return how many lines there are in the whole history.

    Adds to `odd` how many lines were written in these days and have no receipt in them.
    """
    held, held_receipts, count, lines = list[pa.RecordBatch](), list[NDArray[np.int32]](), 0, 0
    start = pa.scalar(f"{window.first:%Y-%m-%d %H:%M:%S}".encode(), pa.binary())
    was_found = False
    for piece in pieces:
        # Lines of the window lie together, as a rule. In the rest of the history two columns say that there are none.
        rows = piece.parse(ALL if was_found else KEYS)
        lines += len(rows)
        receipt = _receipts_of(rows, receipts)
        orphaned = (receipt < 0) & _written_since(rows, start)
        if orphaned.any():
            odd["lines_without_receipt"] += _count_orphans(rows.filter(pa.array(orphaned)), window)
        counts = (receipt >= 0) & (receipts.kinds[receipt] != OTHER) if len(receipts.kinds) else receipt >= 0
        is_parsed, was_found = was_found, bool(counts.any())
        if not was_found:
            continue
        held.append((rows if is_parsed else piece.parse(ALL)).filter(pa.array(counts)))
        held_receipts.append(receipt[counts])
        count += len(held[-1])
        if count >= LINES_AT_ONCE:
            totals.add(_together(held), np.concatenate(held_receipts), receipts, decode)
            held, held_receipts, count = [], [], 0
    if held:
        totals.add(_together(held), np.concatenate(held_receipts), receipts, decode)
    return lines


def _receipts_of(rows: pa.RecordBatch, receipts: Receipts) -> NDArray[np.int32]:
    """Return the place of each line's receipt, -1 if it is not of the window.

    Only distinct numbers are looked up: the lines of a receipt lie together. A set in Arrow would be built again for
    every table.
    """
    numbers = rows["notransaksi"].dictionary_encode()
    found = [*map(receipts.places.get, numbers.dictionary.to_pylist(), repeat(-1)), -1]  # map: ten million lines
    return np.asarray(np.array(found, np.int32)[places(numbers, len(found) - 1)])


def _written_since(rows: pa.RecordBatch, start: pa.Scalar) -> NDArray[np.bool_]:
    """Tell which lines were last changed in the window, as text."""
    return mask(pc.greater_equal(read_column(rows, "dateupd"), start))


def _count_orphans(rows: pa.RecordBatch, window: Window) -> int:
    moments, unreadable = times(read_column(rows, "dateupd"))
    return int((~unreadable & (moments <= window.micros[2])).sum())


def _together(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.concat_batches(parts)
