"""Products with their prices, in memory: what a page of results shows is read from no file.

100,000 products with 200,000 prices take about 20 MB as arrays; as Python objects they would take ten times that.
Objects are made of the few that are asked for.
"""

from dataclasses import dataclass
from decimal import Decimal

import duckdb
import numpy as np

UNKNOWN = -(1 << 62)
"""Stands for NULL: a BIGINT that no price is."""
MONEY, QUANTITY = 4, 3
"""Decimals: of DECIMAL(18,4) and DECIMAL(20,3), which are kept as integers."""
PRODUCT_TEXTS = ("kodeitem", "namaitem", "jenis", "merek")
PRICES = f"""
    SELECT product_id, dense_rank() OVER (ORDER BY satuan) - 1 AS satuan,
        coalesce((konversi * 1000)::BIGINT, {UNKNOWN}) AS konversi, coalesce(level, {UNKNOWN}) AS level,
        coalesce((jumlah_sampai * 1000)::BIGINT, {UNKNOWN}) AS jumlah_sampai,
        coalesce((hargapokok * 10000)::BIGINT, {UNKNOWN}) AS hargapokok,
        coalesce((hargajual * 10000)::BIGINT, {UNKNOWN}) AS hargajual
    FROM prices p
    ORDER BY product_id, p.konversi NULLS LAST, p.satuan, p.level, p.jumlah_sampai NULLS LAST
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Price:
    """One price that the shop asks, and what it applies to."""

    satuan: str
    konversi: Decimal | None
    """Base units in one of this unit; None where the shop has not said."""
    level: int | None
    """Customer level, of a shop that prices by level."""
    jumlah_sampai: Decimal | None
    """Up to this quantity of the unit; None is without a limit."""
    hargapokok: Decimal | None
    hargajual: Decimal | None
    """Rupiah; None is "harga belum diisi"."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with all its prices, ordered by size of unit, level and quantity."""

    kodeitem: str
    namaitem: str
    jenis: str | None
    merek: str | None
    dijual: bool
    prices: tuple[Price, ...]


class Products:
    """All products of a catalogue, by product_id. Safe to use from many threads."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read them from the tables `products` and `prices`."""
        cursor = connection.cursor()
        self._texts = {name: _Texts(cursor, name) for name in PRODUCT_TEXTS}
        self._sold = cursor.execute("SELECT dijual FROM products ORDER BY product_id").fetchnumpy()["dijual"]
        self._units = [
            str(unit) for (unit,) in cursor.execute("SELECT DISTINCT satuan FROM prices ORDER BY 1").fetchall()
        ]
        prices = cursor.execute(PRICES).fetchnumpy()
        self._prices = {name: np.asarray(values, np.int64) for name, values in prices.items()}
        self._starts = np.searchsorted(self._prices["product_id"], np.arange(len(self) + 1))

    def __len__(self) -> int:
        return len(self._sold)

    def __getitem__(self, product_id: int) -> Product:
        start, end = self._starts[product_id : product_id + 2]
        code, name, jenis, merek = (texts[product_id] for texts in self._texts.values())
        prices = tuple(self._price(place) for place in range(start, end))
        return Product(code or "", name or "", jenis, merek, bool(self._sold[product_id]), prices)

    def name(self, product_id: int) -> str:
        """`namaitem`."""
        return self._texts["namaitem"][product_id] or ""

    def _price(self, place: int) -> Price:
        column = {name: int(values[place]) for name, values in self._prices.items()}
        return Price(
            self._units[column["satuan"]],
            _decimal(column["konversi"], QUANTITY),
            None if column["level"] == UNKNOWN else column["level"],
            _decimal(column["jumlah_sampai"], QUANTITY),
            _decimal(column["hargapokok"], MONEY),
            _decimal(column["hargajual"], MONEY),
        )


class _Texts:
    """A column of texts as one text and the places where each ends: a twentieth of what Python strings take."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, column: str) -> None:
        row = cursor.execute(
            f"SELECT encode(coalesce(string_agg({column}, '' ORDER BY product_id), '')) FROM products"  # noqa: S608
        ).fetchone()
        self._bytes = bytes(row[0]) if row else b""
        lengths = cursor.execute(
            f"SELECT coalesce(strlen({column}), -1) AS n FROM products ORDER BY product_id"  # noqa: S608
        ).fetchnumpy()["n"]
        self._missing = lengths < 0
        self._ends = np.concatenate([[0], np.maximum(lengths, 0).cumsum()])

    def __getitem__(self, place: int) -> str | None:
        if self._missing[place]:
            return None
        return self._bytes[self._ends[place] : self._ends[place + 1]].decode()


def _decimal(number: int, decimals: int) -> Decimal | None:
    return None if number == UNKNOWN else Decimal(number).scaleb(-decimals)
