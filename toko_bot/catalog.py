"""Reads the published catalogue: follows CURRENT to the newest DuckDB file and answers searches from it.

The file is the contract with the chain that writes it: its tables, and `schema_version` in `catalog_info`.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Self

import duckdb
import numpy as np

from toko_bot.search import SearchIndex

SCHEMA_VERSION = 1
"""Of the file's tables. A reader takes no other; a new one makes the chain publish anew."""
CURRENT = "CURRENT"

PRODUCTS = (
    "SELECT product_id, kodeitem, namaitem, jenis, merek, dijual FROM products WHERE list_contains(?, product_id)"
)
PRICES = (
    "SELECT product_id, satuan, konversi, level, jumlah_sampai, hargapokok, hargajual FROM prices "
    "WHERE list_contains(?, product_id) "
    "ORDER BY product_id, konversi NULLS LAST, satuan, level, jumlah_sampai NULLS LAST"
)


class CatalogError(Exception):
    """There is no catalogue to read, or not one that this version understands. One line that says what to do."""


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


@dataclass(frozen=True, slots=True)
class Found:
    product: Product
    score: float


class PublishedCatalog:
    """One published file, open for reading. A catalogue published later is another object."""

    def __init__(self, file: Path) -> None:
        """Open it. Raises CatalogError if it is damaged or of another schema."""
        self.file = file
        self.info = read_info(file)
        self._connection = duckdb.connect(file, read_only=True)
        arrays = self._connection.execute("SELECT name, dtype, data FROM search_index").fetchall()
        self._index = SearchIndex.from_arrays({name: np.frombuffer(data, dtype) for name, dtype, data in arrays})

    @classmethod
    def open_current(cls, folder: Path) -> Self:
        """Open the catalogue that CURRENT names in the folder. Raises CatalogError."""
        file = current_file(folder)
        if file is None:
            raise CatalogError(f"No catalogue is published in {folder} yet: run `toko sync` (or `toko demo`) first.")
        return cls(file)

    def search(self, text: str, limit: int = 10) -> list[Found]:
        """The products nearest to a text, best first."""
        hits = self._index.search(text, limit)
        products = self._products([hit.row for hit in hits])
        return [Found(products[hit.row], hit.score) for hit in hits]

    def _products(self, rows: list[int]) -> dict[int, Product]:
        cursor = self._connection.cursor()
        prices: dict[int, list[Price]] = {row: [] for row in rows}
        for row, *price in cursor.execute(PRICES, [rows]).fetchall():
            prices[row].append(Price(*price))
        found = cursor.execute(PRODUCTS, [rows]).fetchall()
        return {
            row: Product(code, name, jenis, merek, sold, tuple(prices[row]))
            for row, code, name, jenis, merek, sold in found
        }


def current_file(folder: Path) -> Path | None:
    """The published file that CURRENT names, or None before the first publication."""
    try:
        return folder / (folder / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None


def read_info(file: Path) -> dict[str, str]:
    """The file's catalog_info. Raises CatalogError if it is damaged, gone, or of another schema."""
    try:
        with duckdb.connect(file, read_only=True) as connection:
            info = dict(connection.execute("SELECT key, value FROM catalog_info").fetchall())
    except duckdb.Error as error:
        raise CatalogError(f"The catalogue {file.name} cannot be read: run `toko sync` again.") from error
    if info.get("schema_version") != str(SCHEMA_VERSION):
        raise CatalogError(f"The catalogue {file.name} is of another version: run `toko sync` with this one.")
    return info
