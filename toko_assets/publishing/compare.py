"""Compares two catalogues by `kodeitem`: new products, gone products, changed prices."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from toko_assets.common.scratch import scratch_database
from toko_core.search.text import is_number, words


@dataclass(frozen=True, slots=True)
class CatalogDiff:
    """The differences: numbers of products, and of prices for the same unit, level and quantity."""

    products_before: int
    products_now: int
    new: int
    gone: int
    prices_changed: int
    largest: tuple[tuple[Any, ...], ...]
    """The LARGEST_COLUMNS of the largest price changes in rupiah, at most LARGEST, largest first."""
    new_examples: tuple[tuple[str, str], ...]
    """kodeitem and namaitem of new products, at most EXAMPLES, in the order of codes."""
    gone_examples: tuple[tuple[str, str], ...]
    """The same for gone products."""
    replaced: int
    """Products whose code belongs to another product now: the two names share no word. Not counted as gone or new."""
    replaced_examples: tuple[tuple[str, str, str], ...]
    """kodeitem and both names of these, at most EXAMPLES, in the order of codes."""


MEMORY_LIMIT = "256MB"
LARGEST = 10
EXAMPLES = 20
LARGEST_COLUMNS = ("kodeitem", "namaitem", "satuan", "before", "now")
EXAMPLE_COLUMNS = ("kodeitem", "namaitem")

ITEMS = """
    CREATE TEMP TABLE items AS
    SELECT b.product_id AS before_id, n.product_id AS now_id, b.namaitem IS DISTINCT FROM n.namaitem AS renamed
    FROM before_catalog.products b JOIN now_catalog.products n USING (kodeitem)
"""
PAIRS = """
    CREATE TEMP TABLE pairs AS
    SELECT before_id, now_id, b.rowid AS before_row, n.rowid AS now_row, n.satuan,
        b.hargajual AS before, n.hargajual AS now
    FROM items JOIN before_catalog.prices b ON b.product_id = before_id
    JOIN now_catalog.prices n ON n.product_id = now_id AND n.satuan IS NOT DISTINCT FROM b.satuan
    AND n.level IS NOT DISTINCT FROM b.level AND n.jumlah_sampai IS NOT DISTINCT FROM b.jumlah_sampai
"""
"""The prices in both catalogues. `rowid` leads back to the other columns of a price."""
NEW = "FROM now_catalog.products ANTI JOIN before_catalog.products USING (kodeitem)"
GONE = "FROM before_catalog.products ANTI JOIN now_catalog.products USING (kodeitem)"
EXAMPLE = f"SELECT kodeitem, namaitem {{}} ORDER BY kodeitem LIMIT {EXAMPLES}"
RENAMED = """
    SELECT kodeitem, b.namaitem, n.namaitem FROM items JOIN before_catalog.products b ON b.product_id = before_id
    JOIN now_catalog.products n USING (kodeitem) WHERE renamed ORDER BY kodeitem
"""
CHANGED = "FROM pairs WHERE before IS DISTINCT FROM now"
BY_SIZE = f"""
    SELECT kodeitem, namaitem, c.satuan, before, now FROM (SELECT * {CHANGED}) c
    JOIN now_catalog.products ON product_id = now_id JOIN now_catalog.prices p ON p.rowid = now_row
    ORDER BY abs(coalesce(now, 0) - coalesce(before, 0)) DESC, kodeitem, c.satuan, level, jumlah_sampai
    LIMIT {LARGEST}
"""  # noqa: S608 - a constant


def compare(before: Path, now: Path) -> CatalogDiff:
    """Compare two closed catalogue files."""
    with paired(before, now) as connection:
        return differences(connection)


@contextmanager
def paired(before: Path, now: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach two closed catalogue files as `before_catalog` and `now_catalog`, with the tables of ITEMS and PAIRS."""
    with scratch_database(now.parent, MEMORY_LIMIT) as connection:
        for name, file in (("before", before), ("now", now)):
            connection.execute(f"ATTACH {_quoted(file)} AS {name}_catalog (READ_ONLY)")
        connection.execute(ITEMS)
        connection.execute(PAIRS)
        yield connection


def differences(connection: duckdb.DuckDBPyConnection) -> CatalogDiff:
    """Return the differences between the two catalogues of `paired`."""

    def number(query: str) -> int:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    renamed = connection.execute(RENAMED).fetchall()
    replaced = [(code, before, now) for code, before, now in renamed if not _share_word(before, now)]
    return CatalogDiff(
        products_before=number("SELECT count(*) FROM before_catalog.products"),
        products_now=number("SELECT count(*) FROM now_catalog.products"),
        new=number(f"SELECT count(*) {NEW}"),
        gone=number(f"SELECT count(*) {GONE}"),
        prices_changed=number(f"SELECT count(*) {CHANGED}"),
        largest=tuple(connection.execute(BY_SIZE).fetchall()),
        new_examples=tuple(connection.execute(EXAMPLE.format(NEW)).fetchall()),
        gone_examples=tuple(connection.execute(EXAMPLE.format(GONE)).fetchall()),
        replaced=len(replaced),
        replaced_examples=tuple(replaced[:EXAMPLES]),
    )


def _share_word(before: str | None, now: str | None) -> bool:
    """Return whether two names share a word. Numbers and sizes count only if one of the names has no other word."""
    written = [frozenset(words(name or "")) for name in (before, now)]
    named = [frozenset(word for word in name if not is_number(word)) for name in written]
    first, second = named if all(named) else written
    return bool(first & second)


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
