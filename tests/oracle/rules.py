"""What the exported tables must contain, rule by rule, in plain Python over a full restore.

Written from the rules alone and without sight of the export, so that a mistake has to be made twice to go unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, NamedTuple

from psycopg import Connection

from .currencies import in_rupiah
from .tables import Item, SellingPrice, Stock, Tables, Unit, read_tables

# The default context keeps 28 digits; numeric(35,20) times numeric(20,3) has up to 55.
EXACT = Context(prec=1000, rounding=ROUND_HALF_UP)
FOUR_PLACES = Decimal("0.0001")
REORDERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True, slots=True)
class ProductRow:
    kodeitem: str
    namaitem: str
    jenis: str | None
    merek: str | None
    rak: str | None
    satuan: str
    sistem_harga: str
    dijual: bool


@dataclass(frozen=True, slots=True)
class PriceRow:
    kodeitem: str
    satuan: str
    konversi: Decimal | None
    level: int | None
    jumlah_sampai: Decimal | None
    hargapokok: Decimal | None
    hargajual: Decimal | None


@dataclass(frozen=True, slots=True)
class BarcodeRow:
    kodeitem: str
    barcode: str
    satuan: str


@dataclass(frozen=True, slots=True)
class StockRow:
    kodeitem: str
    kantor: str
    stok: Decimal


@dataclass(frozen=True, slots=True)
class Expected:
    """The exported tables, in no meaningful order."""

    products: tuple[ProductRow, ...]
    prices: tuple[PriceRow, ...]
    barcodes: tuple[BarcodeRow, ...]
    stock: tuple[StockRow, ...]


class PriceKey(NamedTuple):
    """Rule 3: what tells the prices of one item apart; what the system does not use is None."""

    satuan: str
    level: int | None = None
    jumlah_sampai: Decimal | None = None


def expected(connection: Connection[Any]) -> Expected:
    """What must be exported from the fully restored database behind `connection`."""
    return expected_of(in_rupiah(read_tables(connection)))


def expected_of(tables: Tables) -> Expected:
    """What must be exported, every rule applied item by item."""
    products: list[ProductRow] = []
    prices: list[PriceRow] = []
    barcodes: list[BarcodeRow] = []
    stock: list[StockRow] = []
    for item in with_a_code_of_their_own(tables.items):
        key = item.kodeitem
        units, hj = tables.units.get(key, []), tables.selling_prices.get(key, [])
        products += product_rows(item, hj)
        prices += price_rows(item, units, hj)
        barcodes += barcode_rows(item, units)
        stock += stock_rows(item, tables.stock.get(key, []))
    return Expected(tuple(products), tuple(prices), tuple(barcodes), tuple(stock))


def with_a_code_of_their_own(items: Iterable[Item]) -> list[Item]:
    """Without those that have no code; of several with one code the newest, and of equally new ones the last."""
    newest: dict[str, Item] = {}
    for item in items:
        known = newest.get(item.kodeitem, item)
        if item.kodeitem.strip() and age(item) >= age(known):
            newest[item.kodeitem] = item
    return list(newest.values())


def age(item: Item) -> tuple[datetime, ...]:
    """Sorts by date, an item without one first."""
    return () if item.dateupd is None else (item.dateupd,)


def product_rows(item: Item, hj: Sequence[SellingPrice]) -> list[ProductRow]:
    """The item's product: one row, or none if it is deleted (rule 1)."""
    if is_deleted(item.statushapus):
        return []
    return [
        ProductRow(
            kodeitem=item.kodeitem,
            namaitem=clean(item.namaitem) or visible(item.kodeitem),
            jenis=clean(item.jenis) or None,
            merek=clean(item.merek) or None,
            rak=clean(item.rak) or None,
            satuan=unit_name(item.satuan),
            sistem_harga=price_system(item, hj),
            dijual=is_sold(item),
        )
    ]


def price_rows(item: Item, units: Sequence[Unit], hj: Sequence[SellingPrice]) -> list[PriceRow]:
    """Every price that the shop asks for the item, each once (rules 1 to 8 and 10)."""
    if is_deleted(item.statushapus):
        return []
    return [
        PriceRow(
            kodeitem=item.kodeitem,
            satuan=price_key.satuan,
            konversi=conversion(price_key.satuan, item, units),
            level=price_key.level,
            jumlah_sampai=price_key.jumlah_sampai,
            hargapokok=cost(price_key.satuan, item, units),
            hargajual=filled_in(hargajual),
        )
        for price_key, hargajual in asked_prices(item, hj)
    ]


def barcode_rows(item: Item, units: Sequence[Unit]) -> list[BarcodeRow]:
    """Rule 10: barcodes are trimmed text, leading zeros kept; empty ones are none; each once with its unit."""
    if is_deleted(item.statushapus):
        return []
    found = [(visible(unit.kodebarcode).strip(), unit_name(unit.satuan)) for unit in units]
    return [BarcodeRow(item.kodeitem, barcode, satuan) for barcode, satuan in dict.fromkeys(found) if barcode]


def stock_rows(item: Item, stock: Sequence[Stock]) -> list[StockRow]:
    """The item's stock per kantor, summed exactly."""
    if is_deleted(item.statushapus):
        return []
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in stock:
        kantor = visible(row.kantor).strip().upper()
        totals[kantor] = EXACT.add(totals[kantor], row.stok or Decimal(0))
    return [StockRow(item.kodeitem, kantor, stok) for kantor, stok in totals.items()]


def is_deleted(statushapus: str | None) -> bool:
    """Rule 1."""
    return (statushapus or "").strip().upper() == "Y"


def is_sold(item: Item) -> bool:
    """Rule 1: null, empty and Y mean sold."""
    return (item.statusjual or "").strip().upper() in {"", "Y"}


def price_system(item: Item, hj: Sequence[SellingPrice]) -> str:
    """Rules 2 and 6: the stored code, guessed from the rows if unknown; without any row it is O."""
    if not hj:
        return "O"
    code = (item.sistemhargajual or "").strip().upper()
    return code if code in {"O", "S", "L", "J"} else guessed_system(hj)


def guessed_system(hj: Sequence[SellingPrice]) -> str:
    """Rule 2, of an item that has rows."""
    named = {system_named_by(row) for row in hj}
    if len(named) == 1 and named <= {"S", "L", "J"}:
        return named.pop()
    if any(quantity_of(row) >= 1 for row in hj):
        return "J"
    if len({level_of(row) for row in hj}) >= 2:
        return "L"
    return "S"


def system_named_by(row: SellingPrice) -> str:
    """Rule 3: the system that a row belongs to; empty if it names none."""
    return (row.tipehj or "").strip().upper()


def in_force(system: str, hj: Sequence[SellingPrice]) -> Sequence[SellingPrice]:
    """Rule 3: the rows of the system, or all of them where none is."""
    return [row for row in hj if system_named_by(row) == system] or hj


def asked_prices(item: Item, hj: Sequence[SellingPrice]) -> list[tuple[PriceKey, Decimal | None]]:
    """Rules 3 to 6: the keys of the item's prices, each with the stored price that counts."""
    base = unit_name(item.satuan)
    system = price_system(item, hj)
    if system == "O":
        return [(PriceKey(base), item.hargajual1)]
    keyed = {"S": by_unit, "L": by_level, "J": by_quantity}[system](base, in_force(system, hj))
    rows_of: defaultdict[PriceKey, list[SellingPrice]] = defaultdict(list)
    for price_key, row in keyed:
        rows_of[price_key].append(row)
    return [(price_key, preferred(rows).hargajual) for price_key, rows in rows_of.items()]


def by_unit(base: str, hj: Sequence[SellingPrice]) -> list[tuple[PriceKey, SellingPrice]]:
    """Rule 5, system S: a key per unit."""
    return [(PriceKey(unit_of(row, base)), row) for row in hj]


def by_level(base: str, hj: Sequence[SellingPrice]) -> list[tuple[PriceKey, SellingPrice]]:
    """Rule 5, system L: levels below 1 count, as level 1, only in a unit that has no other."""
    levelled = {unit_of(row, base) for row in hj if level_of(row) >= 1}
    return [
        (PriceKey(unit_of(row, base), level=max(level_of(row), 1)), row)
        for row in hj
        if level_of(row) >= 1 or unit_of(row, base) not in levelled
    ]


def by_quantity(base: str, hj: Sequence[SellingPrice]) -> list[tuple[PriceKey, SellingPrice]]:
    """Rule 5, system J: quantities below 1 count, as no limit, only in a unit that has no other."""
    limited = {unit_of(row, base) for row in hj if quantity_of(row) >= 1}
    return [
        (PriceKey(unit_of(row, base), jumlah_sampai=quantity_of(row) if quantity_of(row) >= 1 else None), row)
        for row in hj
        if quantity_of(row) >= 1 or unit_of(row, base) not in limited
    ]


def preferred(rows: Iterable[SellingPrice]) -> SellingPrice:
    """Rule 3: the priced before the unpriced, then the newest (null is oldest), then the greatest iddetail."""
    return max(
        rows,
        key=lambda row: (
            row.hargajual is not None and row.hargajual > 0,
            () if row.dateupd is None else (row.dateupd,),
            row.iddetail,
        ),
    )


def conversion(satuan: str, item: Item, units: Sequence[Unit]) -> Decimal | None:
    """Rule 8: how many base units one `satuan` is; None if nobody says."""
    row = unit_row(satuan, units)
    if row is not None and row.jumlahkonv is not None and row.jumlahkonv > 0:
        return row.jumlahkonv
    return Decimal(1) if satuan == unit_name(item.satuan) else None


def cost(satuan: str, item: Item, units: Sequence[Unit]) -> Decimal | None:
    """Rule 8: the unit's own cost if above 0, else the base unit's times the conversion, if both are known."""
    row = unit_row(satuan, units)
    if row is not None and row.hargapokok is not None and row.hargapokok > 0:
        return rounded(row.hargapokok)
    konversi = conversion(satuan, item, units)
    if item.hargapokok is None or konversi is None:
        return None
    product = EXACT.multiply(item.hargapokok, konversi)
    return rounded(product) if product > 0 else None


def unit_row(satuan: str, units: Sequence[Unit]) -> Unit | None:
    """Rule 8: of several rows for the unit, the one with the smallest iddetail speaks."""
    return min((row for row in units if unit_name(row.satuan) == satuan), key=lambda row: row.iddetail, default=None)


def unit_of(row: SellingPrice, base: str) -> str:
    """Rule 8: the unit of a price; one that names none is for the base unit."""
    return unit_name(row.satuan) or base


def unit_name(satuan: str | None) -> str:
    """Rule 8: units compare trimmed and in upper case."""
    return visible(satuan).strip().upper()


def level_of(row: SellingPrice) -> int:
    """Rule 3: a null level counts as 0."""
    return row.level or 0


def quantity_of(row: SellingPrice) -> Decimal:
    """Rule 3: a null jmlsampai counts as 0."""
    return row.jmlsampai or Decimal(0)


def filled_in(hargajual: Decimal | None) -> Decimal | None:
    """Rule 7: a price that is null, zero or negative, once rounded, is not filled in."""
    if hargajual is None or rounded(hargajual) <= 0:
        return None
    return rounded(hargajual)


def rounded(amount: Decimal) -> Decimal:
    """Rule 10: four places, half-up."""
    return amount.quantize(FOUR_PLACES, context=EXACT)


def clean(name: str | None) -> str:
    """Rule 9: control characters but white space dropped, runs of white space become one blank, ends trimmed."""
    return re.sub(r"\s+", " ", visible(name)).strip()


def visible(name: str | None) -> str:
    """Rule 9: without control characters and those that reorder text; of the former, white space becomes a blank."""
    blanks = re.sub(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]", " ", name or "")
    return "".join(c for c in blanks if unicodedata.category(c) != "Cc" and c not in REORDERING)
