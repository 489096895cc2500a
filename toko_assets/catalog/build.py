"""Writes a catalogue file from an export."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from toko_bot.search import SearchIndex
from toko_bot.stored_arrays import write_arrays

TABLES = {
    "products": {
        "product_id": "INTEGER", "kodeitem": "VARCHAR", "namaitem": "VARCHAR", "jenis": "VARCHAR", "merek": "VARCHAR",
        "rak": "VARCHAR", "satuan": "VARCHAR", "sistem_harga": "VARCHAR", "dijual": "BOOLEAN",
    },
    "prices": {
        "product_id": "INTEGER", "satuan": "VARCHAR", "konversi": "DECIMAL(20,3)", "level": "INTEGER",
        "jumlah_sampai": "DECIMAL(20,3)", "hargapokok": "DECIMAL(18,4)", "hargajual": "DECIMAL(18,4)",
    },
    "barcodes": {"barcode": "VARCHAR", "product_id": "INTEGER", "satuan": "VARCHAR"},
    "stock": {"product_id": "INTEGER", "kantor": "VARCHAR", "stok": "DECIMAL(20,3)"},
    "photos": {"product_id": "INTEGER", "gambar": "BLOB"},
}  # fmt: skip
"""The tables and their columns; `product_id` is dense from 0 and means nothing in the next catalogue."""

SHOWN = "t.konversi NULLS LAST, t.satuan, t.level, t.jumlah_sampai NULLS LAST"
"""The order of a product's prices, for people: the bot reads them in it."""
MEMORY_LIMIT = "128MB"
PHOTOS_A_BATCH = 128


def build(file: Path, export: Path, info: Mapping[str, str]) -> dict[str, int]:
    """Write all tables, the search index and `catalog_info` (with the counts added) to a new file; answers the counts.

    `export` is a folder of products, prices, barcodes, stock and photos as Parquet.
    """
    with duckdb.connect(file, config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "true"}) as connection:
        for table, columns in TABLES.items():
            connection.execute(
                f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
        connection.execute(
            "INSERT INTO products BY NAME SELECT (row_number() OVER (ORDER BY kodeitem) - 1)::INTEGER AS product_id, * "
            "FROM read_parquet(?) ORDER BY product_id",
            [str(export / "products.parquet")],
        )
        with ThreadPoolExecutor(1) as pool:  # DuckDB copies photos while Python builds the index
            photos = pool.submit(_insert_photos, connection.cursor(), export / "photos.parquet")
            for table, order in (("prices", f", {SHOWN}"), ("barcodes", ""), ("stock", "")):
                wanted = ", ".join(name if name == "product_id" else f"t.{name}" for name in TABLES[table])
                connection.execute(
                    f"INSERT INTO {table} BY NAME SELECT {wanted} "  # noqa: S608
                    f"FROM read_parquet(?) t JOIN products USING (kodeitem) ORDER BY product_id{order}",
                    [str(export / f"{table}.parquet")],
                )
            _write_index(connection)
            photos.result()
        counts = {table: _count(connection, table) for table in TABLES}
        connection.execute("CREATE TABLE catalog_info (key VARCHAR, value VARCHAR)")
        rows = {**info, **{f"{table}_count": str(count) for table, count in counts.items()}}
        connection.executemany("INSERT INTO catalog_info VALUES (?, ?)", [[key, value] for key, value in rows.items()])
    return counts


def _insert_photos(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """A few at a time: a join over all of them needs more memory than a shop's photos have bytes."""
    for photos in parquet.ParquetFile(file).iter_batches(PHOTOS_A_BATCH, columns=["kodeitem", "gambar"]):
        connection.register("batch", pa.Table.from_batches([photos]))
        connection.execute("INSERT INTO photos SELECT product_id, gambar FROM batch JOIN products USING (kodeitem)")
        connection.unregister("batch")


def _write_index(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "SELECT namaitem, concat_ws(' ', merek, jenis), dijual, kodeitem FROM products ORDER BY product_id"
    ).fetchall()
    names, labels, sold, codes = zip(*rows, strict=True) if rows else ((), (), (), ())
    index = SearchIndex.build(
        names,
        labels=labels,
        sold=sold,
        codes=[(code, row) for row, code in enumerate(codes)],
        barcodes=connection.execute("SELECT barcode, product_id FROM barcodes").fetchall(),
    )
    write_arrays(connection, index.to_arrays())


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
