"""Keeps in memory what product pages show of barcodes, stock and details, so that a page needs no query for them.

A query takes DuckDB 0.3 to 1 ms, most of it for planning. 100,000 products take about 5 MB, so only the server of the
pages keeps them; the bot shows few pages and queries the file.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.columns import read_numbers, read_parts, read_texts

PRODUCT: Final = ("satuan", "rak", "keterangan", "jasa", "stokmin", "supplier")
NEVER: Final = -(1 << 63)
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's wall clock
CHANGED: Final = f"coalesce(epoch_us(dateupd), {NEVER}) AS dateupd"


class DetailColumns:
    """The rows that `Details` reads of products, barcodes, stock and photos, as arrays. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, products: str, photos: Sequence[int]) -> None:
        """Read the columns. `products` is SQL for FROM, and `photos` are the products with a photo.

        The rows of a table must be in the order of product_ids, and the connection must use one thread.
        """
        self._product = _read_coded(
            connection, products, ("satuan", "rak", "keterangan", "jasa", "stokmin", "supplier")
        )
        self._changed = read_numbers(connection, products, CHANGED)["dateupd"]
        count = len(self._changed)
        self._barcodes = read_texts(connection, "barcodes", ("barcode",))["barcode"]
        (self._units,) = _read_coded(connection, "barcodes", ("satuan",))
        self._barcode_starts = _read_starts(connection, "barcodes", count)
        self._offices, self._amounts = _read_coded(connection, "stock", ("kantor", "stok"))
        self._stock_starts = _read_starts(connection, "stock", count)
        self._has_photo = np.zeros(count, bool)
        self._has_photo[list(photos)] = True

    def product(self, row: int) -> tuple[Any, ...]:
        """Return satuan, rak, keterangan, jasa, stokmin, supplier and dateupd of a product."""
        changed = int(self._changed[row])
        moment = None if changed == NEVER else EPOCH + timedelta(microseconds=changed)
        return *(column[row] for column in self._product), moment

    def barcodes(self, row: int) -> list[tuple[str | None, str | None]]:
        """Return each barcode of a product and its unit, in the order of the file."""
        start, end = self._barcode_starts[row : row + 2].tolist()
        return [(self._barcodes[place], self._units[place]) for place in range(start, end)]

    def stock(self, row: int) -> list[tuple[str | None, Decimal | None]]:
        """Return each branch that has a stock of the product, and that stock, in the order of the branches."""
        start, end = self._stock_starts[row : row + 2].tolist()
        found = [(self._offices[place], self._amounts[place]) for place in range(start, end)]
        return sorted(found, key=lambda of: (of[0] is None, of[0] or ""))

    def has_photo(self, row: int) -> bool:
        """Return whether the product has a photo."""
        return bool(self._has_photo[row])


class _Coded:
    """A column in which most values repeat: each different value once, and its number for each row."""

    def __init__(self, values: Sequence[Any], numbers: NDArray[Any]) -> None:
        self._values = values
        self._numbers = numbers.astype(np.min_scalar_type(len(values)))

    def __getitem__(self, place: int) -> Any:
        return self._values[self._numbers[place]]


def _read_coded(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[_Coded]:
    known: list[dict[Any, int]] = [{} for _ in columns]
    parts: list[list[NDArray[Any]]] = [[] for _ in columns]
    for rows in read_parts(connection, table, ", ".join(columns)):
        for of, numbers, values in zip(parts, known, zip(*rows.fetchall(), strict=True), strict=False):
            of.append(np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.int32))
    nothing = np.empty(0, np.int32)
    return [_Coded(list(values), np.concatenate([nothing, *of])) for values, of in zip(known, parts, strict=True)]


def _read_starts(connection: duckdb.DuckDBPyConnection, table: str, count: int) -> NDArray[np.int32]:
    """Return where the rows of each product start: those of product i are at starts[i] to starts[i + 1]."""
    products = read_numbers(connection, table, "product_id")["product_id"]
    return np.asarray(np.searchsorted(products, np.arange(count + 1)), np.int32)
