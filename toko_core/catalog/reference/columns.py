"""Reads tables of catalogues in parts, and tables that lack columns because an earlier version wrote them."""

from collections.abc import Iterator

import duckdb

from toko_core.catalog.schema import ADDED_COLUMNS, TABLES

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
