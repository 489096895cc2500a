"""A million products are read within the memory limit of reading."""

from decimal import Decimal
from pathlib import Path

import duckdb

from toko_core.catalog.open_file import open_file
from toko_core.catalog.products import Products
from toko_core.catalog.reader import READING
from toko_core.catalog.reference.popularity import read_prior
from toko_core.catalog.schema import TABLES

COUNT = 1_000_000


def write_tables(file: Path) -> None:
    """Write products with `n % 1000` in one branch and 1 in the other. Every tenth is a service."""
    with duckdb.connect(file) as connection:
        for table, columns in TABLES.items():
            connection.execute(
                f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
        connection.execute(f"""
            INSERT INTO products (product_id, kodeitem, namaitem, dijual, jasa, terjual_90)
            SELECT n, 'B' || n, 'BARANG ' || n, true, n % 10 = 0, n % 7 FROM range({COUNT}) rows(n);
            INSERT INTO stock (product_id, kantor, stok)
            SELECT n, kantor, CASE kantor WHEN 'TOKO' THEN n % 1000 ELSE 1 END
            FROM range({COUNT}) rows(n), (VALUES ('TOKO'), ('GUDANG')) offices(kantor) ORDER BY n;
        """)


def test_the_stock_and_the_sales_of_many_products_are_read(tmp_path: Path) -> None:
    write_tables(tmp_path / "many.duckdb")
    with open_file(tmp_path / "many.duckdb", READING) as connection:
        products, prior = Products(connection), read_prior(connection)
    for row in (0, 10, 65_535, 65_536, COUNT - 1):
        assert products[row].stok == (None if row % 10 == 0 else Decimal(row % 1000 + 1)), row
    assert prior is not None
    assert len(prior) == COUNT
