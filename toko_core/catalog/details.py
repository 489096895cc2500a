"""Data that only a product page and the owners' lists show. It is read from the catalogue file on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from toko_core.catalog.open_file import Config, open_file
from toko_core.catalog.price_changes import PriceChanges
from toko_core.catalog.reference.columns import complete_table
from toko_core.catalog.reference.detail_columns import DetailColumns
from toko_core.catalog.reference.names import has_table

CONFIG: Config = {"threads": 1, "memory_limit": "64MB"}
"""DuckDB caches the photos that were shown, up to this memory limit."""
REPORTS = {
    "rugi": """
        SELECT product_id FROM prices JOIN {products} USING (product_id) WHERE dijual AND hargajual < hargapokok
        GROUP BY product_id ORDER BY max(hargapokok - hargajual) DESC, product_id
    """,
    "tanpaharga": """
        SELECT product_id FROM prices JOIN {products} USING (product_id) WHERE dijual
        GROUP BY product_id HAVING count(hargajual) < count(*) ORDER BY count(hargajual) > 0, product_id
    """,
    "habis": """
        SELECT product_id FROM {products}
        LEFT JOIN (SELECT product_id, sum(stok) AS stok FROM stock GROUP BY product_id) USING (product_id)
        WHERE dijual AND jasa IS NOT TRUE AND coalesce(stok, CASE WHEN NOT jasa THEN 0 END) <= 0
        ORDER BY namaitem, product_id
    """,
}
"""The lists for owners, by the command that shows them: below cost, without a price, out of stock."""

IDLE = """
    SELECT product_id, stok, stok::DECIMAL(20,3) * cost AS modal FROM {products}
    JOIN (SELECT product_id, sum(stok) AS stok FROM stock GROUP BY product_id) USING (product_id)
    LEFT JOIN (
        SELECT product_id, coalesce(
            max(hargapokok) FILTER (WHERE konversi = 1), max(hargapokok / konversi)::DECIMAL(18,4)
        ) AS cost FROM prices WHERE konversi IS NULL OR konversi > 0 GROUP BY product_id
    ) USING (product_id)
    WHERE terjual_90 = 0 AND terakhir_terjual IS NULL AND stok > 0 AND stok < 1e12
    ORDER BY modal DESC NULLS LAST, namaitem, product_id
"""
"""Goods that do not sell. A cost is that of the base unit, else of a larger unit divided by its conversion."""

FIELDS = "keterangan, jasa, stokmin, supplier, dateupd"


@dataclass(frozen=True, slots=True)
class Barcode:
    barcode: str
    satuan: str


@dataclass(frozen=True, slots=True)
class Serial:
    noserial: str
    kantor: str
    terjual: bool | None
    """Whether it was sold; None if iPOS does not say."""


@dataclass(frozen=True, slots=True)
class Stock:
    kantor: str
    stok: Decimal
    """The quantity in base units."""


@dataclass(frozen=True, slots=True)
class ProductDetails:
    satuan: str
    """The base unit."""
    rak: str | None
    keterangan: str | None
    """What the shop noted on it, such as the models that a part fits."""
    barcodes: Sequence[Barcode]
    stock: Sequence[Stock]
    """By branch. Goods that never moved have none, and stock 0."""
    jasa: bool | None
    """Whether it is a service, which has no stock; None if iPOS does not say."""
    stokmin: Decimal | None
    supplier: str | None
    """A code: only owners may see the supplier."""
    dateupd: datetime | None
    """When the item was last changed in iPOS, in the shop's time, without a zone."""
    has_photo: bool

    def barcodes_by_unit(self, units: Sequence[str]) -> list[Barcode]:
        """Return the barcodes in the order of their units, and those of other units last."""
        return sorted(
            self.barcodes, key=lambda b: (units.index(b.satuan) if b.satuan in units else len(units), b.barcode)
        )


@dataclass(frozen=True, slots=True)
class ListedDetails:
    """The details of a product that a list of all products has."""

    satuan: str
    """The base unit."""
    rak: str | None
    barcodes: Sequence[Barcode]


class Details:
    """An open catalogue file. Its methods take about a millisecond and are thread-safe."""

    def __init__(self, file: Path) -> None:
        """Open it. Raises CatalogError."""
        self._connection = open_file(file, CONFIG)
        self._products = complete_table(self._connection, "products")
        self._has_serials = has_table(self._connection, "serials")
        self._columns: DetailColumns | None = None
        self.price_changes = PriceChanges(self._connection)

    def keep_in_memory(self) -> None:
        """Read what `of` and `units` return, so that they take microseconds: 5 MB for 100,000 products."""
        self._columns = DetailColumns(self._connection.cursor(), self._products, self.with_photo())
        self.price_changes.keep_changed()

    def of(self, product_id: int) -> ProductDetails:
        """Return the details of one product."""
        if self._columns is None:
            return self._read(product_id)
        columns = self._columns
        return _details(
            columns.product(product_id),
            columns.barcodes(product_id),
            columns.stock(product_id),
            has_photo=columns.has_photo(product_id),
        )

    def units(self, product_ids: Sequence[int]) -> dict[int, tuple[str, Decimal | None]]:
        """Return the base unit and the minimum stock of several products, by product_id."""
        if self._columns is not None:
            found = ((row, self._columns.product(row)) for row in product_ids)
            return {row: (satuan or "", stokmin) for row, (satuan, *_, stokmin, _, _) in found}
        query = f"SELECT product_id, satuan, stokmin FROM {self._products} WHERE product_id IN (SELECT unnest($1))"  # noqa: S608
        rows = self._connection.cursor().execute(query, [list(product_ids)]).fetchall()
        return {row: (satuan or "", stokmin) for row, satuan, stokmin in rows}

    def listed(self, start: int, end: int) -> list[ListedDetails]:
        """Return the details of the products from `start` until before `end`, in the order of their product_ids."""
        cursor = self._connection.cursor()
        barcodes: dict[int, list[Barcode]] = {}
        within = "product_id >= ? AND product_id < ?"
        query = f"SELECT product_id, barcode, satuan FROM barcodes WHERE {within} ORDER BY product_id, barcode"  # noqa: S608
        for product_id, code, unit in self._rows(cursor, query, start, end):
            barcodes.setdefault(product_id, []).append(Barcode(code, unit or ""))
        query = f"SELECT product_id, satuan, rak FROM {self._products} WHERE {within} ORDER BY product_id"  # noqa: S608
        return [
            ListedDetails(unit or "", shelf or None, barcodes.get(product_id, ()))
            for product_id, unit, shelf in self._rows(cursor, query, start, end)
        ]

    def serials(self, product_id: int, text: str) -> list[Serial]:
        """Return the product's serial numbers that are exactly the text, in any letter case."""
        if not self._has_serials:
            return []
        query = "SELECT noserial, kantor, terjual FROM serials WHERE noserial = ? AND product_id = ?"
        found = self._connection.cursor().execute(query, [text.strip().upper(), product_id]).fetchall()
        return [Serial(number, office or "", sold) for number, office, sold in found]

    def idle_stock(self) -> list[tuple[int, Decimal, Decimal | None]]:
        """Return the goods in stock that were not sold in 90 days: product_id, stock of all branches, and its cost.

        The largest cost comes first. It is None if the product has no cost, and the list is empty without sales.
        """
        return [tuple(row) for row in self._rows(self._connection.cursor(), IDLE.format(products=self._products))]

    def with_photo(self) -> list[int]:
        """Return the products that have a photo. It reads no photos."""
        query = "SELECT product_id FROM photos WHERE gambar IS NOT NULL"
        return [int(row[0]) for row in self._rows(self._connection.cursor(), query)]

    def photo(self, product_id: int) -> bytes | None:
        """Return the product's photo as JPEG, or None if it has none."""
        found = self._rows(self._connection.cursor(), "SELECT gambar FROM photos WHERE product_id = ?", product_id)
        return bytes(found[0][0]) if found and found[0][0] is not None else None

    def report(self, name: str) -> list[int]:
        """Return the products of one of the REPORTS, the most urgent first."""
        query = REPORTS[name].format(products=self._products)
        return [int(row[0]) for row in self._rows(self._connection.cursor(), query)]

    def _read(self, product_id: int) -> ProductDetails:
        cursor = self._connection.cursor()
        query = f"SELECT satuan, rak, {FIELDS} FROM {self._products} WHERE product_id = ?"  # noqa: S608
        product, *_ = self._rows(cursor, query, product_id)
        barcodes = self._rows(cursor, "SELECT barcode, satuan FROM barcodes WHERE product_id = ?", product_id)
        stock = self._rows(cursor, "SELECT kantor, stok FROM stock WHERE product_id = ? ORDER BY kantor", product_id)
        photos = self._rows(cursor, "SELECT 1 FROM photos WHERE product_id = ? AND gambar IS NOT NULL", product_id)
        return _details(product, barcodes, stock, has_photo=bool(photos))

    @staticmethod
    def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, *values: int) -> list[tuple[Any, ...]]:
        return cursor.execute(sql, list(values)).fetchall()


def _details(
    product: Sequence[Any], barcodes: Sequence[Sequence[Any]], stock: Sequence[Sequence[Any]], *, has_photo: bool
) -> ProductDetails:
    satuan, rak, remark, jasa, stokmin, supplier, dateupd = product
    return ProductDetails(
        satuan or "",
        rak or None,
        remark or None,
        [Barcode(code, unit or "") for code, unit in barcodes],
        [] if jasa else [Stock(office or "", amount) for office, amount in stock if amount is not None],
        jasa,
        stokmin,
        supplier or None,
        dateupd,
        has_photo,
    )
