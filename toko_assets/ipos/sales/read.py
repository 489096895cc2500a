"""Reads the sales of the last 90 days from an archive."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toko_assets.ipos.archive.contents import Archive
from toko_assets.ipos.sales.catalogue import UNIT_BITS, KnownItems, Lookup
from toko_assets.ipos.sales.copy_table import decoder, find_table, read_pieces, read_table
from toko_assets.ipos.sales.lines import add_lines
from toko_assets.ipos.sales.receipts import Receipts, Window, no_receipts, read_receipts
from toko_assets.ipos.sales.totals import EXACT, OPTIONAL, REQUIRED, Totals, sum_sold
from toko_assets.ipos.sales.values import constant, distinct
from toko_assets.ipos.source_tables import LARGEST_QUANTITY, QUANTITY

SUMS = [
    ("jumlah_90", QUANTITY), ("jumlah_7", QUANTITY), ("struk_90", pa.int64()), ("struk_7", pa.int64()),
    ("terakhir", pa.timestamp("us")),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sales:
    """What a shop sold in the 90 days before its backup. Quantities are in base units, less returns."""

    units: pa.Table
    """kodeitem, satuan, and the sums of each sold unit. A quantity may be below 0, if more was returned than sold."""
    items: pa.Table
    """kodeitem, and the sums of each item over its units. No quantity is below 0."""
    asked: pa.Table
    """kodeitem, satuan, harga: each price that the till asked for a unit with a price, and the numbers of lines: all
    (`lines`), of them since iPOS wrote the unit's prices (`since_edit`), since a backup showed them (`since_seen`),
    since the earlier of both (`since_either`), and with a discount of the line (`discounted`)."""
    types: dict[str, int]
    """The number of receipts of each type in the window."""
    odd: dict[str, int]
    """How many receipts and lines were left out, by reason; those that only could not be compared, too."""
    lines: int
    """Lines of the whole history."""
    problem: str | None = None
    """Why there are no sales: the backup holds none that can be read."""


def read_sales(
    file: BinaryIO,
    archive: Archive,
    end: datetime,
    known: KnownItems,
    progress: Callable[[str], None] = lambda _: None,
) -> Sales:
    """Read tbl_ikhd and tbl_ikdt of an open archive.

    `end` is the time of the dump in the shop's wall clock. Raises IncompleteBackupError if rows are damaged.
    """
    odd: Counter[str] = Counter()
    totals = Totals(known, odd)
    heads = find_table(archive, "tbl_ikhd", ("notransaksi", "tanggal", "tipe"), ("notrsretur",))
    lines = find_table(archive, "tbl_ikdt", REQUIRED, OPTIONAL)
    if isinstance(heads, str) or isinstance(lines, str):
        problem = heads if isinstance(heads, str) else str(lines)
        return _result(totals, no_receipts(), 0, problem)

    def skip() -> None:
        odd["rows_skipped"] += 1

    window, decode = Window(end), decoder(archive.encoding)
    receipts = read_receipts(read_table(file, archive, heads, skip), window, decode, odd)
    progress(f"{len(receipts.places):,} receipts since {window.first:%Y-%m-%d}: reading their lines")
    count = add_lines(read_pieces(file, archive, lines, skip), receipts, window, totals, decode, odd)
    return _result(totals, receipts, count, None)


def _result(totals: Totals, receipts: Receipts, lines: int, problem: str | None) -> Sales:
    sold, (receipt, pair) = totals.sold(), totals.visits()
    by_item = pa.table({**dict(zip(sold.column_names, sold.columns, strict=True)), "pair": _items_of(sold["pair"])})
    units = _with_receipts(sold, receipt, pair, receipts)
    items = _with_receipts(sum_sold(by_item), receipt, pair >> UNIT_BITS, receipts)
    units, items = (_rounded(table, totals.odd) for table in (units, items))
    for name in ("jumlah_90", "jumlah_7"):
        place = items.column_names.index(name)
        items = items.set_column(place, name, pc.max_element_wise(items[name], constant(0, QUANTITY)))
    pairs = totals.pairs
    return Sales(
        pairs.name(units),
        pairs.name(items.set_column(0, "pair", pc.shift_left(items["pair"], UNIT_BITS))).drop_columns(["satuan"]),
        pairs.name(totals.asked()),
        {kind: number for kind, number in sorted(receipts.types.items()) if number},
        {reason: number for reason, number in sorted(totals.odd.items()) if number},
        lines,
        problem,
    )


def _items_of(pairs: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.shift_right(pairs, UNIT_BITS)


def _with_receipts(sums: pa.Table, receipt: NDArray[np.int64], keys: NDArray[np.int64], receipts: Receipts) -> pa.Table:
    """Add the numbers of distinct receipts. `receipt` and `keys` are the same length: the key was on the receipt."""
    visits = distinct((receipt << 32) | Lookup.of(sums["pair"].to_numpy()).find(keys))
    rows, recent = visits & 0xFFFFFFFF, receipts.recent[visits >> 32]
    for name, chosen in (("struk_90", rows), ("struk_7", rows[recent])):
        sums = sums.append_column(name, pa.array(np.bincount(chosen, minlength=len(sums)), pa.int64()))
    return sums


def _rounded(sums: pa.Table, odd: Counter[str]) -> pa.Table:
    """Round quantities half up, and convert times. A quantity that no shop has counts as 0."""
    columns = {"pair": sums["pair"]}
    for name, kind in SUMS:
        column = sums[name]
        if kind == QUANTITY:
            fits = pc.less(pc.abs(column), constant(LARGEST_QUANTITY, EXACT)).fill_null(True)
            odd["quantities_too_large"] += len(column) - pc.sum(fits.cast(pa.int64())).as_py() if len(column) else 0
            column = pc.round(pc.if_else(fits, column, None), QUANTITY.scale, "half_towards_infinity").cast(QUANTITY)
            column = pc.fill_null(column, constant(0, QUANTITY))
        columns[name] = column.cast(kind)
    return pa.table(columns)
