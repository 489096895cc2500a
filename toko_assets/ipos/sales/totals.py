"""Adds up lines of receipts by item and unit: rules 10 and 11.

What is kept grows with the items, units and prices sold in the window, and by eight bytes for each line in it.
"""

from collections import Counter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toko_assets.ipos.decimals import MONEY
from toko_assets.ipos.sales.catalogue import UNIT_BITS, KnownItems, Lookup, Pairs, micros
from toko_assets.ipos.sales.copy_table import Decode, read_column
from toko_assets.ipos.sales.receipts import RETURNED, SALE, Receipts
from toko_assets.ipos.sales.values import (
    AMOUNT,
    NEVER,
    Mask,
    amounts,
    constant,
    distinct,
    is_filled,
    is_set,
    mask,
    places,
)
from toko_assets.ipos.source_tables import LARGEST_MONEY

REQUIRED: Final = ("notransaksi", "kodeitem", "jumlah")
OPTIONAL: Final = (
    "satuan", "jmlkonversi", "harga", "potongan", "potongan2", "potongan3", "potongan4", "jmlretur", "jmlgratis",
    "tebus", "idtrsretur", "notrsretur", "dateupd",
)  # fmt: skip
EXACT: Final = pa.decimal256(60, 23)
"""Holds (jumlah + jmlgratis) × jmlkonversi, and the sum of any number of them."""
COUNT, KONVERSI = pa.decimal256(35, 20), pa.decimal256(20, 3)
COUNTED: Final = ("jumlah", "jmlgratis", "jmlretur")
DISCOUNTS: Final = ("potongan", "potongan2", "potongan3", "potongan4")
PARTS_AT_ONCE: Final = 8
"""Partial sums that are kept before they are added up."""


class Totals:
    """The sums so far."""

    def __init__(self, known: KnownItems, odd: Counter[str]) -> None:
        self.pairs = Pairs(known.codes)
        self.odd = odd
        self._priced = Lookup.of(self.pairs.of_table(known.priced))
        self._edited, self._seen = (np.append(micros(known.priced[name]), NEVER) for name in ("edited", "seen"))
        self._conversions = Lookup.of(self.pairs.of_table(known.conversions))
        self._factors = known.conversions["konversi"].combine_chunks()
        self._items, self._units = dict[bytes, int](), dict[bytes, int]()
        self._sold, self._asked, self._visits = list[pa.Table](), list[pa.Table](), list[NDArray[np.int64]]()
        self._groups = dict[int, int]()

    def add(self, rows: pa.RecordBatch, receipt: NDArray[np.int32], receipts: Receipts, decode: Decode) -> None:
        """Add lines of sales and returns. `receipt` is the place of each line's receipt."""
        columns = {name: read_column(rows, name) for name in (*REQUIRED, *OPTIONAL)}
        items = _looked_up(columns["kodeitem"], self._items, lambda value: self.pairs.item(decode(value)), -1)
        units = _looked_up(
            columns["satuan"], self._units, lambda value: self.pairs.unit(decode(value)), self.pairs.unit("")
        )
        pair = np.where(items < 0, -1, (items << UNIT_BITS) | units)
        sums, counted = self._quantities(columns, pair)
        is_sale = receipts.kinds[receipt] == SALE
        named = is_filled(columns["idtrsretur"]) | is_filled(columns["notrsretur"]) | receipts.of_receipt[receipt]
        is_return = (receipts.kinds[receipt] == RETURNED) & ~named
        self.odd["returns_named"] += int((counted & named & (receipts.kinds[receipt] == RETURNED)).sum())
        self._add_sold(pair, sums, counted & (is_sale | is_return), is_sale, receipt, receipts)
        self._add_asked(columns, pair, is_sale & (items >= 0), receipts.times[receipt])

    def _quantities(self, columns: dict[str, pa.Array], pair: NDArray[np.int64]) -> tuple[pa.Array, Mask]:
        """Return the base quantity of each line as if it were a sale, and which lines count."""
        numbers, wrong, zero = {}, np.zeros(len(pair), np.bool_), constant(0, AMOUNT)
        for name in ("jumlah", "jmlkonversi", "jmlretur", "jmlgratis"):
            numbers[name], unreadable = amounts(columns[name])
            wrong |= unreadable
        wrong |= mask(pc.is_null(numbers["jumlah"]))
        negative = np.logical_or.reduce([mask(pc.less(number, zero)) for number in numbers.values()])
        unknown = pair < 0
        self.odd["lines_of_unknown_items"] += int(unknown.sum())
        self.odd["lines_unreadable"] += int((wrong & ~unknown).sum())
        self.odd["lines_negative"] += int((negative & ~wrong & ~unknown).sum())
        own = numbers["jmlkonversi"]
        factor = pc.if_else(pc.greater(own, zero), own, None).cast(KONVERSI, safe=False)
        lacking = mask(pc.is_null(factor))
        if lacking.any():
            rows = self._conversions.find(pair)
            usual = self._factors.take(pa.array(rows, mask=rows < 0)).cast(KONVERSI)
            factor = pc.coalesce(factor, usual, constant(1, KONVERSI))
        given, free, returned = (pc.coalesce(numbers[name], zero).cast(COUNT) for name in COUNTED)
        count = pc.add(given, free)
        return pc.subtract(pc.multiply(count, factor), returned).cast(EXACT), ~(wrong | negative | unknown)

    def _add_sold(
        self, pair: NDArray[np.int64], base: pa.Array, counts: Mask, is_sale: Mask, receipt: Any, receipts: Receipts
    ) -> None:
        signed = pc.if_else(pa.array(is_sale), base, pc.negate(base))
        recent = receipts.recent[receipt]
        nothing = pa.scalar(None, EXACT)
        sold = counts & is_sale
        table = pa.table(
            {
                "pair": pair,
                "jumlah_90": signed,
                "jumlah_7": pc.if_else(pa.array(recent), signed, nothing),
                "terakhir": pa.array(receipts.times[receipt], mask=~sold),
            }
        ).filter(pa.array(counts))
        self._sold.append(sum_sold(table))
        if len(self._sold) > PARTS_AT_ONCE:
            self._sold = [sum_sold(pa.concat_tables(self._sold))]
        groups = np.array([self._groups.setdefault(key, len(self._groups)) for key in pair[sold].tolist()], np.int64)
        self._visits.append((receipt[sold].astype(np.int64) << 32) | groups)
        if len(self._visits) > PARTS_AT_ONCE:
            self._visits = [distinct(np.concatenate(self._visits))]

    def _add_asked(
        self, columns: dict[str, pa.Array], pair: NDArray[np.int64], is_sale: Mask, moments: NDArray[np.int64]
    ) -> None:
        """Count the prices that the till asked for units with a price."""
        harga, unreadable = amounts(columns["harga"])
        too_large = mask(pc.greater_equal(harga, constant(LARGEST_MONEY, AMOUNT)))
        self.odd["prices_unreadable"] += int((is_sale & (unreadable | too_large)).sum())
        asked = pc.round(pc.if_else(pa.array(too_large), None, harga), MONEY.scale, "half_up").cast(MONEY)
        paid_extra = is_set(columns["tebus"])
        counts = is_sale & mask(pc.greater(asked, constant(0, MONEY))) & ~paid_extra
        self.odd["lines_tebus"] += int((is_sale & paid_extra).sum())
        row = self._priced.find(pair)
        self.odd["lines_of_unpriced_units"] += int((counts & (row < 0)).sum())
        counts &= row >= 0
        discounted = np.logical_or.reduce([is_set(columns[name]) for name in DISCOUNTS])
        since_edit, since_seen = moments >= self._edited[row], moments >= self._seen[row]
        table = pa.table(
            {
                "pair": pair, "harga": asked, "lines": np.ones(len(pair), np.int64),
                "since_edit": since_edit.astype(np.int64), "since_seen": since_seen.astype(np.int64),
                "since_either": (since_edit | since_seen).astype(np.int64),
                "discounted": discounted.astype(np.int64),
            }
        )  # fmt: skip
        self._asked.append(_sum_asked(table.filter(pa.array(counts))))
        if len(self._asked) > PARTS_AT_ONCE:
            self._asked = [_sum_asked(pa.concat_tables(self._asked))]

    def sold(self) -> pa.Table:
        """Return pair, jumlah_90, jumlah_7, terakhir: the sums so far, by pair. A sum may be below 0."""
        return sum_sold(pa.concat_tables(self._sold)) if self._sold else sum_sold(SOLD.empty_table())

    def asked(self) -> pa.Table:
        """Return pair, harga and the numbers of lines, by pair and price."""
        return _sum_asked(pa.concat_tables(self._asked)) if self._asked else _sum_asked(ASKED.empty_table())

    def visits(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the distinct (receipt, pair), as two columns."""
        visits = distinct(np.concatenate([np.empty(0, np.int64), *self._visits]))
        pairs = np.array(list(self._groups), np.int64)
        return visits >> 32, pairs[visits & 0xFFFFFFFF] if len(visits) else np.empty(0, np.int64)


SOLD = pa.schema([("pair", pa.int64()), ("jumlah_90", EXACT), ("jumlah_7", EXACT), ("terakhir", pa.int64())])
COUNTS: Final = ("lines", "since_edit", "since_seen", "since_either", "discounted")
ASKED = pa.schema([("pair", pa.int64()), ("harga", MONEY), *((name, pa.int64()) for name in COUNTS)])


def sum_sold(rows: pa.Table) -> pa.Table:
    """Add up rows of SOLD with the same pair."""
    sums = rows.group_by("pair", use_threads=False).aggregate(
        [("jumlah_90", "sum"), ("jumlah_7", "sum"), ("terakhir", "max")]
    )
    names = [name.removesuffix("_sum").removesuffix("_max") for name in sums.column_names]
    return sums.rename_columns(names).cast(SOLD)


def _sum_asked(rows: pa.Table) -> pa.Table:
    sums = rows.group_by(["pair", "harga"], use_threads=False).aggregate([(name, "sum") for name in COUNTS])
    return sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names]).cast(ASKED)


def _looked_up(column: pa.Array, known: dict[bytes, int], find: Any, null: int) -> NDArray[np.int64]:
    """Return what `find` gives for each value, or `null`, and remember it in `known`."""
    values = column.dictionary_encode()
    numbers = []
    for value in values.dictionary.to_pylist():
        if value not in known:
            known[value] = find(value)
        numbers.append(known[value])
    numbers.append(null)
    return np.asarray(np.array(numbers, np.int64)[places(values, len(numbers) - 1)])
