"""Reads tables of catalogues that may lack columns, because an earlier version wrote them."""

import duckdb

from toko_core.catalog.schema import ADDED_COLUMNS, TABLES


def complete_table(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return SQL for FROM: the table with all columns of TABLES; those that the catalogue lacks are null."""
    found = {name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}
    lacking = [name for name in ADDED_COLUMNS[table] if name not in found]
    if not lacking:
        return table
    nulls = ", ".join(f"NULL::{TABLES[table][name]} AS {name}" for name in lacking)
    return f"(SELECT *, {nulls} FROM {table}) {table}"  # noqa: S608 - names of our own
