"""The tables of discounts, promotions and groups of an iPOS 5 database, as records. Nothing is decided here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from psycopg import Connection

from .tables import has_column, number, select, text

Record = TypeVar("Record")
WEEKDAYS = "w1 w2 w3 w4 w5 w6 w7"
TIMES = f"stsact tipeper tgldari tglsampai jamdari jamsampai {WEEKDAYS}"
RANGE = "kodeitemd kodeitems jenis merek"


@dataclass(frozen=True, slots=True)
class Times:
    """When a head of a discount or a promotion applies."""

    stsact: bool | None
    tipeper: str | None
    tgldari: datetime | None
    tglsampai: datetime | None
    jamdari: datetime | None
    jamsampai: datetime | None
    weekdays: tuple[bool | None, ...]
    """Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What a head says about the goods that it is for."""

    kodeitemd: str | None
    kodeitems: str | None
    jenis: str | None
    merek: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """A row of tbl_itemdisp or tbl_itempromo; only the first has a priority and percents."""

    identity: str
    times: Times
    goods: Goods
    prioritas: int | None = None
    pot: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """A row of tbl_itemdispdt, of one discount."""

    kodeitem: str | None
    satuan: str | None
    kgruppel: str | None
    opsidiskon: int | None
    diskon: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """A row of tbl_itempromodt."""

    idpromo: str
    kodeitem: str | None
    satuanjual: str | None
    jumlahjual: Decimal | None
    kodeitemgr: str | None
    satuangratis: str | None
    jumlahgratis: Decimal | None
    kelipatan: bool | None
    tebus: bool | None
    harga: Decimal | None


@dataclass(frozen=True, slots=True)
class Group:
    """A row of tbl_supelgrup."""

    kgrup: str
    levelharga: int | None
    potongan: Fraction


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A row of tbl_itempotongan, of one item."""

    kodegrup: str | None
    jumlah: Fraction
    pot: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class OfferTables:
    """Every row of the six tables, in the backup's order."""

    discounts: list[Head]
    discount_lines: dict[str, list[DiscountLine]]
    """By iddiskon."""
    promotions: list[Head]
    promotion_lines: list[PromotionLine]
    groups: list[Group]
    member_lines: dict[str, list[MemberLine]]
    """By kodeitem."""


def read_offer_tables(connection: Connection[Any]) -> OfferTables:
    """Read the six tables of schema public whole; a table that the database lacks has no rows."""
    lines = select_if_there(
        connection, "tbl_itemdispdt", "iddiskon kodeitem satuan kgruppel opsidiskon diskon1 diskon2 diskon3 diskon4"
    )
    gifts = select_if_there(
        connection,
        "tbl_itempromodt",
        "idpromo kodeitem satuanjual jumlahjual kodeitemgr satuangratis jumlahgratis kelipatan tebus harga",
    )
    members = select_if_there(connection, "tbl_itempotongan", "kodeitem kodegrup jumlah pot1 pot2 pot3 pot4")
    heads = select_if_there(connection, "tbl_itemdisp", f"iddiskon {TIMES} {RANGE} prioritas pot1 pot2 pot3 pot4")
    groups = select_if_there(connection, "tbl_supelgrup", "kgrup levelharga potongan")
    return OfferTables(
        discounts=[_head(row) for row in heads],
        discount_lines=by_key(
            (text(key), DiscountLine(text(item), text(unit), text(group), option, amounts(values)))
            for key, item, unit, group, option, *values in lines
        ),
        promotions=[_head(row) for row in select_if_there(connection, "tbl_itempromo", f"idpromo {TIMES} {RANGE}")],
        promotion_lines=[_promotion_line(*row) for row in gifts],
        groups=[Group(text(key) or "", level, amount(percent)) for key, level, percent in groups],
        member_lines=by_key(
            (text(item), MemberLine(text(group), amount(many), amounts(values)))
            for item, group, many, *values in members
        ),
    )


def select_if_there(connection: Connection[Any], table: str, columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table that not every database has."""
    if not has_column(connection, table, columns.split()[0]):
        return []
    return select(connection, table, columns)


def by_key(pairs: Iterable[tuple[str | None, Record]]) -> dict[str, list[Record]]:
    grouped: defaultdict[str, list[Record]] = defaultdict(list)
    for key, record in pairs:
        grouped[key or ""].append(record)
    return dict(grouped)


def amounts(values: Iterable[Decimal | None]) -> tuple[Fraction, ...]:
    """Exact numbers; null is 0."""
    return tuple(amount(value) for value in values)


def amount(value: Decimal | None) -> Fraction:
    return Fraction(number(value) or 0)


def _head(row: tuple[Any, ...]) -> Head:
    identity, active, kind, start, end, hour_start, hour_end, *more = row
    return Head(
        identity=text(identity) or "",
        times=Times(active, text(kind), start, end, hour_start, hour_end, tuple(more[:7])),
        goods=Goods(*map(text, more[7:11])),
        prioritas=next(iter(more[11:12]), None),
        pot=amounts(more[12:16]),
    )


def _promotion_line(identity: Any, kodeitem: Any, *more: Any) -> PromotionLine:
    satuanjual, jumlahjual, kodeitemgr, satuangratis, jumlahgratis, kelipatan, tebus, harga = more
    return PromotionLine(
        text(identity) or "",
        text(kodeitem),
        text(satuanjual),
        number(jumlahjual),
        text(kodeitemgr),
        text(satuangratis),
        number(jumlahgratis),
        kelipatan,
        tebus,
        number(harga),
    )
