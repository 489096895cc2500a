"""Compares two catalogues by `kodeitem`: new products, gone products, changed prices."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toko_assets.common.scratch import scratch_database


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


MEMORY_LIMIT = "256MB"
LARGEST = 10
EXAMPLES = 20
LARGEST_COLUMNS = ("kodeitem", "namaitem", "satuan", "before", "now")
PRICES = (
    "SELECT kodeitem, namaitem, prices.satuan, level, jumlah_sampai, hargajual "
    "FROM {catalog}.prices JOIN {catalog}.products USING (product_id)"
)
CHANGED = """
    FROM before_prices b JOIN now_prices n ON b.kodeitem = n.kodeitem AND b.satuan = n.satuan
    AND b.level IS NOT DISTINCT FROM n.level AND b.jumlah_sampai IS NOT DISTINCT FROM n.jumlah_sampai
    WHERE b.hargajual IS DISTINCT FROM n.hargajual
"""
BY_SIZE = f"""
    SELECT n.kodeitem, n.namaitem, n.satuan, b.hargajual, n.hargajual {CHANGED}
    ORDER BY abs(coalesce(n.hargajual, 0) - coalesce(b.hargajual, 0)) DESC,
        n.kodeitem, n.satuan, n.level, n.jumlah_sampai
    LIMIT {LARGEST}
"""


NEW = "FROM now_products ANTI JOIN before_products USING (kodeitem)"
GONE = "FROM before_products ANTI JOIN now_products USING (kodeitem)"
EXAMPLE_COLUMNS = ("kodeitem", "namaitem")
EXAMPLE = f"SELECT kodeitem, namaitem {{}} ORDER BY kodeitem LIMIT {EXAMPLES}"


def compare(before: Path, now: Path) -> CatalogDiff:
    """Compare two closed catalogue files."""
    with scratch_database(now.parent, MEMORY_LIMIT) as connection:
        for name, file in (("before", before), ("now", now)):
            connection.execute(f"ATTACH {_quoted(file)} AS {name}_catalog (READ_ONLY)")
            connection.execute(f"CREATE VIEW {name}_products AS FROM {name}_catalog.products")
            connection.execute(f"CREATE TEMP TABLE {name}_prices AS {PRICES.format(catalog=name + '_catalog')}")

        def number(query: str) -> int:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0

        return CatalogDiff(
            products_before=number("SELECT count(*) FROM before_products"),
            products_now=number("SELECT count(*) FROM now_products"),
            new=number(f"SELECT count(*) {NEW}"),
            gone=number(f"SELECT count(*) {GONE}"),
            prices_changed=number(f"SELECT count(*) {CHANGED}"),
            largest=tuple(connection.execute(BY_SIZE).fetchall()),
            new_examples=tuple(connection.execute(EXAMPLE.format(NEW)).fetchall()),
            gone_examples=tuple(connection.execute(EXAMPLE.format(GONE)).fetchall()),
        )


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
