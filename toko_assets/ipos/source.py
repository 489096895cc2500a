"""Reads the restored iPOS tables into pandas, exactly: amounts as decimals, texts decoded by the backup's encoding."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
from pyarrow import csv

from toko_assets.ipos.text import decode

AMOUNT = pa.decimal128(38, 20)
"""As iPOS keeps costs, `numeric(35,20)`, with three digits to spare before the point."""
QUANTITY = pa.decimal128(20, 3)
LARGEST_AMOUNT = 10**14
"""Rupiah. What DECIMAL(18,4) holds; the restored database is checked for anything larger before it is read."""

ITEMS = {
    "kodeitem": "text", "namaitem": "text", "jenis": "text", "merek": "text", "rak": "text", "satuan": "text",
    "sistemhargajual": "text", "statusjual": "text", "statushapus": "text",
    "hargapokok": AMOUNT, "hargajual1": AMOUNT,
}  # fmt: skip
UNITS = {
    "iddetail": "text", "kodeitem": "text", "satuan": "text", "kodebarcode": "text",
    "jumlahkonv": QUANTITY, "hargapokok": AMOUNT,
}  # fmt: skip
PRICES = {
    "iddetail": "text", "kodeitem": "text", "satuan": "text", "level": pa.int64(), "jmlsampai": QUANTITY,
    "hargajual": AMOUNT, "dateupd": pa.timestamp("us"),
}  # fmt: skip
STOCK = {"kodeitem": "text", "kantor": "text", "stok": QUANTITY}


@dataclass(frozen=True, slots=True)
class SourceTables:
    """The rows of the four iPOS tables as they are in the backup, one frame a table; columns as above."""

    items: pd.DataFrame
    units: pd.DataFrame
    prices: pd.DataFrame
    stock: pd.DataFrame
    undecodable: int
    """Texts of an SQL_ASCII backup that were not UTF-8 and were read as Windows-1252."""


def read_source(connection: psycopg.Connection[Any]) -> SourceTables:
    """Read the four tables of a restored backup. `connection` decides nothing about encodings: it is set here."""
    encoding = connection.info.parameter_status("server_encoding")
    raw = encoding == "SQL_ASCII"
    connection.execute(f"SET client_encoding = '{'SQL_ASCII' if raw else 'UTF8'}'")
    connection.execute("SET datestyle = 'ISO, YMD'")
    frames = [
        _read(connection, table, columns, raw)
        for table, columns in (
            ("tbl_item", ITEMS),
            ("tbl_itemsatuanjml", UNITS),
            ("tbl_itemhj", PRICES),
            ("tbl_itemstok", STOCK),
        )
    ]
    undecodable = sum(count for _, count in frames)
    items, units, prices, stock = (frame for frame, _ in frames)
    return SourceTables(items, units, prices, stock, undecodable)


def _read(
    connection: psycopg.Connection[Any], table: str, columns: dict[str, Any], raw: bool
) -> tuple[pd.DataFrame, int]:
    """COPY as CSV into Arrow: the fastest exact way out of PostgreSQL that keeps NULL and '' apart."""
    wanted = ", ".join(_selected(name, kind) for name, kind in columns.items())
    query = f"COPY (SELECT {wanted} FROM public.{table}) TO STDOUT (FORMAT csv)"  # noqa: S608
    buffer = BytesIO()
    with connection.cursor() as cursor, cursor.copy(query.encode()) as rows:
        for chunk in rows:
            buffer.write(chunk)
    buffer.seek(0)
    text = pa.binary() if raw else pa.string()
    types = {name: text if kind == "text" else kind for name, kind in columns.items()}
    if not buffer.getbuffer().nbytes:
        arrow = pa.schema(types.items()).empty_table()
    else:
        arrow = csv.read_csv(
            buffer,
            read_options=csv.ReadOptions(column_names=list(columns), block_size=16 << 20),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
    count = 0
    if raw:
        arrow, count = _decoded(arrow)
    return arrow.to_pandas(types_mapper=pd.ArrowDtype), count


def _selected(name: str, kind: Any) -> str:
    if kind == QUANTITY:
        return f"round({name}, {QUANTITY.scale})"
    if kind == AMOUNT:
        return f"round({name}, {AMOUNT.scale})"
    if kind == pa.int64():
        return f"trunc({name})::bigint"
    return name


def _decoded(arrow: pa.Table) -> tuple[pa.Table, int]:
    """Decode the binary columns of an SQL_ASCII table, value by value; also how many were not UTF-8."""
    count = 0
    for position, field in enumerate(arrow.schema):
        if field.type != pa.binary():
            continue
        texts = []
        for value in arrow.column(position).to_pylist():
            text = None if value is None else decode(value)
            count += text is not None and text.encode() != value
            texts.append(text)
        arrow = arrow.set_column(position, field.name, pa.array(texts, pa.string()))
    return arrow, count
