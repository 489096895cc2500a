"""The columns of an iPOS 5 database that the rules speak of, as records. Nothing is decided here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from psycopg import Connection, sql
from psycopg.rows import tuple_row

Key = str
"""A kodeitem, decoded: tables are joined on this."""

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Item:
    """A row of tbl_item."""

    kodeitem: str
    namaitem: str | None = None
    jenis: str | None = None
    merek: str | None = None
    rak: str | None = None
    satuan: str | None = None
    sistemhargajual: str | None = None
    statusjual: str | None = None
    statushapus: str | None = None
    hargapokok: Decimal | None = None
    hargajual1: Decimal | None = None
    dateupd: datetime | None = None
    matauang: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of tbl_itemsatuanjml, of one item."""

    iddetail: str
    satuan: str | None = None
    jumlahkonv: Decimal | None = None
    hargapokok: Decimal | None = None
    kodebarcode: str | None = None


@dataclass(frozen=True, slots=True)
class SellingPrice:
    """A row of tbl_itemhj, of one item."""

    iddetail: str
    satuan: str | None = None
    level: int | None = None
    jmlsampai: Decimal | None = None
    hargajual: Decimal | None = None
    dateupd: datetime | None = None
    tipehj: str | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """A row of tbl_itemstok, of one item."""

    kantor: str | None = None
    stok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """Every row of tbl_item in the backup's order, and the rows that belong to each item by its kodeitem."""

    items: list[Item]
    units: Mapping[Key, list[Unit]]
    selling_prices: Mapping[Key, list[SellingPrice]]
    stock: Mapping[Key, list[Stock]]
    currencies: Mapping[str, tuple[Decimal | None, bool]] = field(default_factory=dict)
    """The rate of each currency, and whether it is the main one."""


def read_tables(connection: Connection[Any]) -> Tables:
    """Read the four tables of schema public whole; a row without a kodeitem belongs to nothing."""
    tipehj = " tipehj" if has_column(connection, "tbl_itemhj", "tipehj") else ""
    dated = " dateupd" if has_column(connection, "tbl_item", "dateupd") else ""
    money = " matauang" if has_column(connection, "tbl_item", "matauang") and dated else ""
    amounts = "kodeitem hargapokok hargajual1"
    codes = "namaitem jenis merek rak satuan sistemhargajual statusjual statushapus"
    return Tables(
        items=[_item(*row) for row in select(connection, "tbl_item", f"{amounts} {codes}{dated}{money}")],
        units=_by_item(
            select(connection, "tbl_itemsatuanjml", "kodeitem iddetail satuan jumlahkonv hargapokok kodebarcode"),
            lambda iddetail, satuan, jumlahkonv, hargapokok, kodebarcode: Unit(
                text(iddetail) or "", text(satuan), number(jumlahkonv), number(hargapokok), text(kodebarcode)
            ),
        ),
        selling_prices=_by_item(
            select(connection, "tbl_itemhj", "kodeitem iddetail satuan level jmlsampai hargajual dateupd" + tipehj),
            lambda iddetail, satuan, level, jmlsampai, hargajual, dateupd, system=None: SellingPrice(
                text(iddetail) or "", text(satuan), level, number(jmlsampai), number(hargajual), dateupd, text(system)
            ),
        ),
        stock=_by_item(
            select(connection, "tbl_itemstok", "kodeitem kantor stok"),
            lambda kantor, stok: Stock(text(kantor), number(stok)),
        ),
        currencies={
            (text(code) or "").strip().upper(): (number(rate), bool(main))
            for code, rate, main in (select(connection, "tbl_matauang", "matauang rate utama") if money else [])
        },
    )


def select(connection: Connection[Any], table: str, columns: str) -> list[tuple[Any, ...]]:
    """The named columns (parted by blanks) of every row of public.table, as tuples in the backup's order."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    query = sql.SQL("SELECT {} FROM {} ORDER BY ctid").format(names, sql.Identifier("public", table))
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query).fetchall()


def has_column(connection: Connection[Any], table: str, column: str) -> bool:
    """Whether public.table has the column."""
    query = (
        "SELECT 1 FROM information_schema.columns WHERE (table_schema, table_name, column_name) = ('public', %s, %s)"
    )
    return connection.execute(query, [table, column]).fetchone() is not None


def text(value: str | bytes | memoryview | None) -> str | None:
    """A text value; the bytes of an SQL_ASCII database are UTF-8, else cp1252 (its five unused bytes become U+FFFD)."""
    if value is None or isinstance(value, str):
        return value
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return bytes(value).decode("cp1252", errors="replace")


def number(value: Decimal | int | None) -> Decimal | None:
    """A numeric value; NaN and the infinities, which no amount can be, count as null."""
    if value is None or not Decimal(value).is_finite():
        return None
    return Decimal(value)


def _item(kodeitem: Any, hargapokok: Any, hargajual1: Any, *more: Any) -> Item:
    namaitem, jenis, merek, rak, satuan, sistemhargajual, statusjual, statushapus = map(text, more[:8])
    return Item(
        kodeitem=text(kodeitem) or "",
        namaitem=namaitem,
        jenis=jenis,
        merek=merek,
        rak=rak,
        satuan=satuan,
        sistemhargajual=sistemhargajual,
        statusjual=statusjual,
        statushapus=statushapus,
        hargapokok=number(hargapokok),
        hargajual1=number(hargajual1),
        dateupd=next(iter(more[8:9]), None),
        matauang=next(map(text, more[9:10]), None),
    )


def _by_item(rows: Iterable[tuple[Any, ...]], record: Callable[..., Record]) -> Mapping[Key, list[Record]]:
    """Records of the rows' further columns, by the kodeitem in their first."""
    grouped: defaultdict[Key, list[Record]] = defaultdict(list)
    for kodeitem, *values in rows:
        if (code := text(kodeitem)) is not None:
            grouped[code].append(record(*values))
    return dict(grouped)
