"""Builds a catalogue file from an export."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from toko_assets.common.process import give_back
from toko_assets.publishing.history.changes import price_changes
from toko_assets.publishing.index.build import build_index, try_index
from toko_assets.publishing.index.worker import Worker
from toko_assets.publishing.sales.attach import StoredSales, insert_products
from toko_core.catalog.arrays import write_arrays
from toko_core.catalog.schema import TABLES
from toko_core.files import TEMPORARY

SHOWN = "t.konversi NULLS LAST, t.satuan, t.level, t.jumlah_sampai NULLS LAST"
"""The order of a product's prices, in which the bot shows them."""
ORDERS = {
    "prices": f", {SHOWN}", "barcodes": "", "stock": "", "group_discounts": ", kgrup", "discounts": ", iddiskon",
    "promotions": ", idpromo",
}  # fmt: skip
"""The tables of products, with the order of the rows of one product."""
PRODUCT_IDS = {
    "product_id": "products.product_id",
    "hadiah": "(SELECT g.product_id FROM products g WHERE g.kodeitem = t.hadiah) AS hadiah",
}
"""The columns that hold a product_id, where the export has a kodeitem."""
MEMORY_LIMIT = "96MB"
"""A row group of photos of the largest size needs 72 MB. Copies outside this limit need as much again."""
PHOTOS_A_BATCH = 32
PHOTOS_A_GROUP = 2048
"""DuckDB's smallest row group. With its default of 122,880 rows, DuckDB would hold 20,000 photos in memory at once."""


def build(
    file: Path,
    export: Path,
    history: Path,
    info: Mapping[str, str],
    until: datetime | None = None,
    sales: StoredSales | None = None,
    worker: Worker | None = None,
    synonyms: Path | None = None,
) -> dict[str, int]:
    """Write all tables, the search index and `catalog_info` (with the counts) to a new file. Return the counts.

    `export` is the folder with the tables as Parquet. In the export of an earlier version the names and groups are
    missing; their tables are then empty. `history` is the folder of the price history; its backups after `until` are
    left out. `sales` may be of an earlier backup. `worker` builds the index while this process writes the tables.
    `synonyms` is the file with the shop's own synonyms.
    """
    index = worker.submit(build_index, export, synonyms) if worker else None
    if worker:
        worker.submit(try_index, export, synonyms)  # before it is in the file
    with _opened(file) as connection:
        _insert_tables(connection, export, sales)
        _insert_changes(connection, price_changes(history, until), _codes(export))
    give_back()
    with _opened(file) as connection:
        write_arrays(connection, index.result() if index else build_index(export, synonyms))
    del index
    give_back()
    # Photos come last: if the file were opened again with larger row groups, DuckDB would merge the groups of photos,
    # and the file would keep the space of both.
    with _opened(file, row_group=PHOTOS_A_GROUP) as connection:
        _insert_photos(connection, export)
        counts = {table: _count(connection, table) for table in TABLES}
        connection.execute("CREATE TABLE catalog_info (key VARCHAR, value VARCHAR)")
        rows = {**info, **{f"{table}_count": str(count) for table, count in counts.items()}}
        connection.executemany("INSERT INTO catalog_info VALUES (?, ?)", [[key, value] for key, value in rows.items()])
    return counts


def _opened(file: Path, row_group: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open the file with one thread, as each thread holds a row group, and without a log: a crash discards the file."""
    spill = str(file.with_name(f"spill{TEMPORARY}"))
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "true", "threads": 1, "temp_directory": spill,
        }
    )  # fmt: skip
    quoted, rows = str(file).replace("'", "''"), f", ROW_GROUP_SIZE {row_group}" if row_group else ""
    connection.execute(f"ATTACH '{quoted}' AS catalog (RECOVERY_MODE NO_WAL_WRITES{rows})")
    connection.execute("USE catalog")
    return connection


def _insert_tables(connection: duckdb.DuckDBPyConnection, export: Path, sales: StoredSales | None) -> None:
    """Create all tables, and fill those that the export has."""
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    insert_products(connection, str(export / "products.parquet"), sales)
    for table in ("names", "customer_groups"):
        if (stored := export / f"{table}.parquet").exists():
            query = f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet(?)"  # noqa: S608
            connection.execute(query, [str(stored)])
    for table, order in ORDERS.items():
        if not (export / f"{table}.parquet").exists():
            continue
        wanted = ", ".join(PRODUCT_IDS.get(name, f"t.{name}") for name in TABLES[table])
        connection.execute(
            f"INSERT INTO {table} BY NAME SELECT {wanted} "  # noqa: S608
            f"FROM read_parquet(?) t JOIN products USING (kodeitem) ORDER BY product_id{order}",
            [str(export / f"{table}.parquet")],
        )
    if (stored := export / "serials.parquet").exists():
        connection.execute(
            "INSERT INTO serials BY NAME SELECT noserial, product_id, kantor, terjual "
            "FROM read_parquet(?) JOIN products USING (kodeitem) ORDER BY noserial, product_id",
            [str(stored)],
        )


def _insert_photos(connection: duckdb.DuckDBPyConnection, export: Path) -> None:
    """Insert the photos as one stream, so that DuckDB writes each full row group and holds no other."""
    stored = parquet.ParquetFile(export / "photos.parquet", pre_buffer=False)  # a pre-buffer would hold the whole file
    ids = pc.index_in(stored.read(["kodeitem"])["kodeitem"], value_set=_codes(export)).combine_chunks()
    columns = pa.schema([("product_id", pa.int32()), ("gambar", pa.binary())])

    def numbered() -> Iterator[pa.RecordBatch]:
        done = 0
        for photos in stored.iter_batches(PHOTOS_A_BATCH, columns=["gambar"], use_threads=False):
            yield pa.record_batch([ids[done : done + len(photos)], photos["gambar"]], schema=columns).drop_null()
            done += len(photos)

    _insert(connection, "photos", columns, numbered())


def _insert_changes(connection: duckdb.DuckDBPyConnection, changes: pa.RecordBatchReader, codes: pa.Array) -> None:
    """Insert the changes of existing products, in their order: sorting or joining would need memory for all of them."""
    times = {"seen_from": pa.timestamp("us"), "previous": pa.timestamp("us")}
    names = [name for name in TABLES["price_changes"] if name != "product_id"]
    columns = pa.schema(
        [("product_id", pa.int32()), *((name, times.get(name, changes.schema.field(name).type)) for name in names)]
    )

    def numbered() -> Iterator[pa.RecordBatch]:
        for batch in changes:
            ids = pc.index_in(batch["kodeitem"], value_set=codes)
            rows = [batch[name].cast(columns.field(name).type) for name in names]
            yield pa.record_batch([ids, *rows], schema=columns).filter(pc.is_valid(ids))

    _insert(connection, "price_changes", columns, numbered())


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> None:
    connection.register("stream", pa.RecordBatchReader.from_batches(columns, batches))
    connection.execute(f"INSERT INTO {table} BY NAME FROM stream")
    connection.unregister("stream")


def _codes(export: Path) -> pa.Array:
    """Return the kodeitem of each product, indexed by product_id."""
    products = parquet.read_table(export / "products.parquet", columns=["kodeitem"]).sort_by("kodeitem")
    return products["kodeitem"].combine_chunks()


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
