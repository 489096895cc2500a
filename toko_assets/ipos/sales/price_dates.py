"""Reads from an archive's rows since when the prices of a unit are in force, and what the units hold."""

from typing import BinaryIO, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.ipos.archive.contents import Archive
from toko_assets.ipos.decimals import MONEY
from toko_assets.ipos.decoding import clean_code
from toko_assets.ipos.sales.copy_table import Decode, decoder, find_table, read_column, read_table
from toko_assets.ipos.sales.values import AMOUNT, NEVER, amounts, constant, places, times
from toko_assets.ipos.source_tables import LARGEST_MONEY, LARGEST_QUANTITY, QUANTITY

LISTED = pa.schema(
    [("kodeitem", pa.string()), ("satuan", pa.string()), ("sistem_harga", pa.string()), ("hargajual", MONEY)]
)
"""A published price. One that is not filled in is left out."""

EDITED: Final = """
    WITH rows AS (
        SELECT h.kodeitem, coalesce(nullif(h.satuan, ''), i.satuan) AS satuan, h.tipehj, h.hargajual, h.dateupd
        FROM price_rows h JOIN item_rows i USING (kodeitem)
    ), units AS (
        SELECT kodeitem, satuan, any_value(sistem_harga) AS sistem_harga, list(hargajual) AS asked
        FROM listed GROUP BY ALL
    ), dated AS (
        SELECT u.kodeitem, u.satuan, u.sistem_harga, i.dateupd AS item,
            r.dateupd, list_contains(u.asked, r.hargajual) AS same, r.tipehj = u.sistem_harga AS own
        FROM units u LEFT JOIN rows r USING (kodeitem, satuan) LEFT JOIN item_rows i ON i.kodeitem = u.kodeitem
    )
    SELECT kodeitem, satuan, CASE WHEN any_value(sistem_harga) = 'O' THEN max(item) ELSE coalesce(
        max(dateupd) FILTER (WHERE same AND own), max(dateupd) FILTER (WHERE same), max(dateupd) FILTER (WHERE own)
    ) END AS edited
    FROM dated GROUP BY kodeitem, satuan ORDER BY kodeitem, satuan
"""
"""When the last of a unit's prices was written. Rows of the item's own system count before others (rule 3); a row that
names no published price is not in force."""


def read_price_dates(
    file: BinaryIO, archive: Archive, listed: pa.Table, connection: duckdb.DuckDBPyConnection
) -> pa.Table:
    """Return kodeitem, satuan and `edited` for each unit with a published price. `file` is the open archive."""
    decode = decoder(archive.encoding)
    items = _rows(file, archive, "tbl_item", ("kodeitem", "satuan"), ("dateupd",))
    prices = _rows(file, archive, "tbl_itemhj", ("kodeitem", "satuan", "hargajual"), ("tipehj", "dateupd"))
    tables = {
        "listed": listed,
        "item_rows": pa.table(
            {
                "kodeitem": _decoded(items["kodeitem"], decode),
                "satuan": _cleaned(items["satuan"], decode),
                "dateupd": _time(items["dateupd"]),
            }
        ),
        "price_rows": pa.table(
            {
                "kodeitem": _decoded(prices["kodeitem"], decode),
                "satuan": _cleaned(prices["satuan"], decode),
                "tipehj": _cleaned(prices["tipehj"], decode),
                "hargajual": _decimal(prices["hargajual"], MONEY, LARGEST_MONEY),
                "dateupd": _time(prices["dateupd"]),
            }
        ),
    }
    for name, table in tables.items():
        connection.register(name, table)
    try:
        return connection.sql(EDITED).to_arrow_table()
    finally:
        for name in tables:
            connection.unregister(name)


def read_conversions(file: BinaryIO, archive: Archive) -> pa.Table:
    """Return kodeitem, satuan and konversi of all units: rule 8, of several rows the one with the smallest iddetail."""
    decode = decoder(archive.encoding)
    rows = _rows(file, archive, "tbl_itemsatuanjml", ("kodeitem", "satuan", "jumlahkonv"), ("iddetail",))
    rows = rows.sort_by("iddetail")
    factors = _decimal(rows["jumlahkonv"], QUANTITY, LARGEST_QUANTITY)
    table = pa.table(
        {
            "kodeitem": _decoded(rows["kodeitem"], decode),
            "satuan": _cleaned(rows["satuan"], decode),
            "konversi": factors,
        }
    )
    return table.filter(pc.greater(factors, constant(0, QUANTITY)))


def _rows(
    file: BinaryIO, archive: Archive, name: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> pa.Table:
    """Return all rows of a small table; none if it cannot be read."""
    table = find_table(archive, name, required, optional)
    schema = pa.schema([(column, pa.binary()) for column in (*required, *optional)])
    if isinstance(table, str):
        return schema.empty_table()
    parts = read_table(file, archive, table, lambda: None)
    columns = ([read_column(part, name) for name in schema.names] for part in parts)
    return pa.concat_tables([schema.empty_table(), *(pa.table(values, schema=schema) for values in columns)])


def _decoded(column: pa.ChunkedArray, decode: Decode) -> pa.Array:
    values = column.combine_chunks().dictionary_encode()
    texts = [decode(value) for value in values.dictionary.to_pylist()]
    return pa.array([*texts, None], pa.string()).take(pa.array(places(values, len(texts))))


def _cleaned(column: pa.ChunkedArray, decode: Decode) -> pa.Array:
    return _decoded(column, lambda value: clean_code(decode(value)))


def _decimal(column: pa.ChunkedArray, kind: pa.DataType, limit: int) -> pa.Array:
    numbers, _ = amounts(column.combine_chunks())
    fits = pc.less(pc.abs(numbers), constant(limit, AMOUNT))
    return pc.round(pc.if_else(fits, numbers, None), kind.scale, "half_up").cast(kind)


def _time(column: pa.ChunkedArray) -> pa.Array:
    found, _ = times(column.combine_chunks())
    return pa.array(found, pa.timestamp("us"), mask=found == NEVER)
