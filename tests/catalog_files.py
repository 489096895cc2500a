"""The smallest catalogue files that can be read."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from toko_core.catalog.arrays import write_arrays
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.search import SearchIndex


def write_catalog(file: Path, names: Sequence[str], indexed: Sequence[str] | None = None, sold: bool = True) -> None:
    """Products of these names, of which no price is known and none changed.

    `indexed`: the names that the search index is made of, if others.
    """
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE catalog_info (key VARCHAR, value VARCHAR)")
        connection.execute("INSERT INTO catalog_info VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])
        connection.execute(
            "CREATE TABLE products "
            "(product_id INTEGER, kodeitem VARCHAR, namaitem VARCHAR, jenis VARCHAR, merek VARCHAR, dijual BOOLEAN)"
        )
        connection.execute(
            "CREATE TABLE prices (product_id INTEGER, satuan VARCHAR, konversi DECIMAL(20,3), level INTEGER, "
            "jumlah_sampai DECIMAL(20,3), hargapokok DECIMAL(18,4), hargajual DECIMAL(18,4))"
        )
        connection.execute(
            "CREATE TABLE price_changes (product_id INTEGER, satuan VARCHAR, level INTEGER, "
            "jumlah_sampai DECIMAL(20,3), before DECIMAL(18,4), after DECIMAL(18,4), seen_from TIMESTAMP, "
            "previous TIMESTAMP)"
        )
        rows = [[number, f"{number:05}", name, None, None, sold] for number, name in enumerate(names)]
        if rows:
            connection.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)", rows)
        write_arrays(connection, SearchIndex.build(names if indexed is None else indexed).to_arrays())
