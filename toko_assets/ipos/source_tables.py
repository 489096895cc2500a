"""Reads the restored iPOS tables into pandas: amounts as exact decimals, texts decoded by the backup's encoding.

Control characters, and those that reorder text, are dropped here from every text but the codes of items.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
from pyarrow import csv

from toko_assets.ipos.decoding import decode
from toko_assets.ipos.needed_tables import RESTORED
from toko_core import PermanentError
from toko_core.text import drop_controls

AMOUNT = pa.decimal128(38, 20)
"""iPOS stores costs as `numeric(35,20)`; this type has three more digits before the decimal point."""
QUANTITY = pa.decimal128(20, 3)
LARGEST_MONEY, LARGEST_QUANTITY, LARGEST_LEVEL = 10**14, 10**17, 2**31
"""Limits of DECIMAL(18,4), DECIMAL(20,3) and INTEGER: all values are smaller. The restored database is checked for
larger amounts before it is read."""

ITEMS = {
    "kodeitem": "text", "namaitem": "text", "jenis": "text", "merek": "text", "rak": "text", "satuan": "text",
    "sistemhargajual": "text", "statusjual": "text", "statushapus": "text",
    "hargapokok": AMOUNT, "hargajual1": AMOUNT, "tipe": "text", "supplier1": "text", "matauang": "text",
    "keterangan": "text", "stokmin": QUANTITY, "dateupd": pa.timestamp("us"),
}  # fmt: skip
UNITS = {
    "iddetail": "text", "kodeitem": "text", "satuan": "text", "kodebarcode": "text",
    "jumlahkonv": QUANTITY, "hargapokok": AMOUNT,
}  # fmt: skip
PRICES = {
    "iddetail": "text", "kodeitem": "text", "satuan": "text", "level": pa.int64(), "jmlsampai": QUANTITY,
    "hargajual": AMOUNT, "tipehj": "text", "dateupd": pa.timestamp("us"),
}  # fmt: skip
STOCK = {"kodeitem": "text", "kantor": "text", "stok": QUANTITY}
CURRENCIES = {"matauang": "text", "rate": AMOUNT, "utama": "text"}
ITEM_CODES = frozenset({"kodeitem", "kodeitemgr", "kodeitemd", "kodeitems"})
"""Columns with codes of items. They stay as they are: two that differ only in a control character are two items."""
SUSPICIOUS = bytes([*range(0x20), 0x7F, 0xC2, 0xD8, 0xE2])
"""The bytes in UTF-8 of which at least one is in each character that `drop_controls` drops."""


def no_rows(columns: dict[str, Any]) -> pd.DataFrame:
    """Return an empty frame with these columns."""
    fields = [(name, pa.string() if kind == "text" else kind) for name, kind in columns.items()]
    frame: pd.DataFrame = pa.schema(fields).empty_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


@dataclass(frozen=True, slots=True)
class SourceTables:
    """The rows of the iPOS tables as they are in the backup, one frame per table, with the columns above."""

    items: pd.DataFrame
    units: pd.DataFrame
    prices: pd.DataFrame
    stock: pd.DataFrame
    undecodable: pd.DataFrame
    """table, kodeitem, column, text: the texts of an SQL_ASCII backup that were read as Windows-1252."""
    currencies: pd.DataFrame = field(default_factory=lambda: no_rows(CURRENCIES))
    """Empty if the backup does not have the table."""


def read_source(connection: psycopg.Connection[Any]) -> SourceTables:
    """Read the four tables of a restored backup. This sets the client encoding of `connection`."""
    raw = set_encoding(connection)
    tables = (("tbl_item", ITEMS), ("tbl_itemsatuanjml", UNITS), ("tbl_itemhj", PRICES), ("tbl_itemstok", STOCK))
    frames, guessed = [], []
    for table, columns in tables:
        frame, texts = read_table(connection, table, columns, raw=raw)
        frames.append(frame)
        guessed += [(table, *text) for text in texts]
    items, units, prices, stock = frames
    _ensure_distinct(items)
    undecodable = pd.DataFrame(guessed, columns=["table", "kodeitem", "column", "text"])
    currencies = no_rows(CURRENCIES)
    if connection.execute("SELECT to_regclass('public.tbl_matauang') IS NOT NULL").fetchone() == (True,):
        currencies, _ = read_table(connection, "tbl_matauang", CURRENCIES, raw=raw, key="matauang")
    return SourceTables(items, units, prices, stock, undecodable, currencies)


def set_encoding(connection: psycopg.Connection[Any]) -> bool:
    """Set the client encoding and the format of times. Return whether texts arrive undecoded."""
    raw = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
    connection.execute(f"SET client_encoding = '{'SQL_ASCII' if raw else 'UTF8'}'")
    connection.execute("SET datestyle = 'ISO, YMD'")
    return raw


def _ensure_distinct(items: pd.DataFrame) -> None:
    """Raise PermanentError for codes that are equal once decoded, because they cannot be distinguished then."""
    twice = items.loc[items["kodeitem"].duplicated(), "kodeitem"]
    if len(twice):
        raise PermanentError(
            f"Item code {twice.iloc[0]} exists twice, in two encodings: give one of the items another code in iPOS."
        )


def read_table(
    connection: psycopg.Connection[Any], table: str, columns: dict[str, Any], *, raw: bool, key: str = "kodeitem"
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """Read a table with COPY as CSV into Arrow: the fastest exact way that distinguishes NULL from ''.

    `raw` says that texts arrive undecoded. Also return (key, column, text) of those that were read as Windows-1252.
    """
    usable = usable_columns(connection, table)
    wanted = ", ".join(_selected(name, kind) if name in usable else "NULL" for name, kind in columns.items())
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
    texts: list[tuple[str, str, str]] = []
    if raw:
        arrow, texts = _decoded(arrow, key)
    arrow = _without_controls(arrow)
    return arrow.to_pandas(types_mapper=pd.ArrowDtype), texts


def _without_controls(arrow: pa.Table) -> pa.Table:
    """Drop control characters from the texts. Columns without suspicious bytes, nearly all, are not looked at again."""
    for position, column in enumerate(arrow.schema):
        if column.type != pa.string() or column.name in ITEM_CODES:
            continue
        texts = arrow.column(position)
        if any(map(_is_suspicious, texts.chunks)):
            distinct = texts.combine_chunks().dictionary_encode()
            clean = pa.array([drop_controls(text) for text in distinct.dictionary.to_pylist()], pa.string())
            arrow = arrow.set_column(position, column.name, clean.take(distinct.indices))
    return arrow


def _is_suspicious(texts: pa.Array) -> bool:
    buffer = texts.buffers()[2]
    stored = buffer.to_pybytes() if buffer else b""
    return len(stored.translate(None, SUSPICIOUS)) < len(stored)


def usable_columns(connection: psycopg.Connection[Any], table: str) -> set[str]:
    """Return the columns of a table that have the type that is read.

    An earlier version restored optional columns that it did not know as text, or not at all. They count as missing.
    """
    query = 'SELECT attname::text COLLATE "C", atttypid::regtype::text COLLATE "C" FROM pg_attribute '
    rows = connection.execute(f"{query} WHERE attrelid = 'public.{table}'::regclass AND attnum > 0".encode()).fetchall()
    types = dict([each.decode() if isinstance(each, bytes) else each for each in row] for row in rows)
    wanted = next((known.columns for known in RESTORED if known.name == table), ())
    return {
        column.name
        for column in wanted
        if not column.optional or types.get(column.name, "").startswith((column.type, *column.declared))
    }


def _selected(name: str, kind: Any) -> str:
    """Return the SQL expression that reads a column.

    Values that Arrow cannot hold become null. The audit accepts them only in rows that belong to no exported item.
    """
    if kind in (QUANTITY, AMOUNT):
        within = f"{name} > -{LARGEST_QUANTITY} AND {name} < {LARGEST_QUANTITY}"
        return f"CASE WHEN {within} THEN round({name}, {kind.scale}) END"
    if kind == pa.int64():
        return f"CASE WHEN {name} > -{LARGEST_LEVEL} AND {name} < {LARGEST_LEVEL} THEN trunc({name})::bigint END"
    if kind == pa.bool_():
        return f"{name}::int"
    if kind == pa.timestamp("us"):  # infinity, and years that Arrow does not read
        return f"CASE WHEN {name} IS NOT NULL THEN greatest(least({name}, '9999-12-31'), '0001-01-01') END"
    return name


def _decoded(arrow: pa.Table, key: str) -> tuple[pa.Table, list[tuple[str, str, str]]]:
    """Decode the texts of an SQL_ASCII table. Also return (key, column, text) of those that are not UTF-8."""
    codes = [b"" if code is None else code for code in arrow.column(key).to_pylist()]
    guessed = []
    for position, column in enumerate(arrow.schema):
        if column.type != pa.binary():
            continue
        values = arrow.column(position).to_pylist()
        texts = [None if value is None else decode(value) for value in values]
        for code, value, text in zip(codes, values, texts, strict=True):
            if text is not None and text.encode() != value:
                guessed.append((decode(code), column.name, text))
        arrow = arrow.set_column(position, column.name, pa.array(texts, pa.string()))
    return arrow, guessed
