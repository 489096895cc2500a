"""Reads columns of catalogues in parts, and tables that lack columns because an earlier version wrote them."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.schema import ADDED_COLUMNS, TABLES

ROWS_A_READ = 4096
"""Reading all rows of 100,000 products at once takes 40 MB in DuckDB, in addition to the arrays."""
PRODUCTS_A_READ = 1 << 16
"""With all products at once, the memory that a grouping needs would grow with them: over 48 MB for a million."""


def product_ranges(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """Yield the first product_id of each part of the products that is read at once, and that after its last."""
    ((end,),) = connection.execute("SELECT coalesce(max(product_id) + 1, 0) FROM products").fetchall()
    for start in range(0, max(end, 1), PRODUCTS_A_READ):
        yield start, start + PRODUCTS_A_READ


def complete_table(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return SQL for FROM: the table with all columns of TABLES; those that the catalogue lacks are null."""
    found = {name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
    lacking = [name for name in ADDED_COLUMNS[table] if name not in found]
    if not lacking:
        return table
    nulls = ", ".join(f"NULL::{TABLES[table][name]} AS {name}" for name in lacking)
    return f"(SELECT *, {nulls} FROM {table}) {table}"  # noqa: S608 - names of our own


class Texts:
    """A column of texts, kept as one text and the end of each: a twentieth of the memory of Python strings."""

    def __init__(self, together: bytes, lengths: NDArray[Any]) -> None:
        self._bytes = together
        # memoryviews, because one number of an array takes three times as long
        self._missing = (lengths < 0).data
        self._end_at = np.concatenate([[0], np.maximum(lengths, 0).cumsum()]).astype(np.int32).data

    def __getitem__(self, place: int) -> str | None:
        if self._missing[place]:
            return None
        return self._bytes[self._end_at[place] : self._end_at[place + 1]].decode()


def read_texts(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> dict[str, Texts]:
    """Read columns of texts, each in the order of the file."""
    together = ", ".join(f"encode(coalesce(string_agg({column}, ''), ''))" for column in columns)
    lengths = ", ".join(f"coalesce(strlen({column}), -1) AS {column}" for column in columns)
    parts = zip(*(rows.fetchall()[0] for rows in read_parts(connection, table, together)), strict=True)
    ends = read_numbers(connection, table, lengths)
    return {name: Texts(b"".join(part), ends[name]) for name, part in zip(columns, parts, strict=True)}


def read_numbers(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> dict[str, NDArray[Any]]:
    """Read columns of whole numbers, with 32 bits a number if all numbers of the column fit."""
    parts = [rows.fetchnumpy() for rows in read_parts(connection, table, columns)]
    return {name: narrow(np.concatenate([part.pop(name) for part in parts])) for name in list(parts[0])}


def narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers with 32 bits each if all of them fit, else with 64."""
    fits = np.iinfo(np.int32)
    small = numbers.min(initial=0) >= fits.min and numbers.max(initial=0) <= fits.max
    return np.asarray(numbers, np.int32 if small else np.int64)


def read_parts(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read the rows in the order of the file, ROWS_A_READ at a time."""
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
    for start in range(0, max(count, 1), ROWS_A_READ):
        yield connection.execute(
            f"SELECT {columns} FROM {table} WHERE rowid >= ? AND rowid < ?",  # noqa: S608
            [start, start + ROWS_A_READ],
        )
