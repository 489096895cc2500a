"""Short ways to write the rows of a discount: a head, its lines, and the items that they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

YEAR = "2026-"
NOTHING_ELSE = {"jamdari": datetime(2026, 1, 1, 3), "jamsampai": datetime(2026, 1, 1, 3, 1)} | {
    f"w{day}": False for day in range(1, 8)
}
"""Hours and weekdays that forbid nearly every moment. A discount without hours and weekdays must ignore them."""
Row = dict[str, Any]
IN_NOVEMBER: Row = {
    "stsact": True, "tipeper": "1", "tgldari": datetime(2026, 11, 1), "tglsampai": datetime(2026, 11, 30),
    **NOTHING_ELSE,
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """An item and its prices: (satuan, level, jmlsampai, hargajual)."""

    prices: Sequence[tuple[str, int, int, str]] = (("PCS", 0, 0, "10000"), ("DUS", 0, 0, "95000"))
    kodeitem: str = ""
    """Empty: the code of the case."""
    system: str = "S"
    columns: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """A row of tbl_itemdisp with its lines; by default it applies in November 2026."""

    lines: Sequence[Row] = ()
    columns: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """What a customer pays at a moment, and which head of the case applies."""

    moment: str
    price: str
    head: int | None = 0
    kodeitem: str = ""
    satuan: str = "PCS"
    level: int | None = None
    limit: int | None = None
    group: str | None = None

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(YEAR + self.moment if self.moment[2] == "-" else self.moment)


@dataclass(frozen=True)
class Case:
    title: str
    heads: Sequence[Head]
    asks: Sequence[Ask]
    items: Sequence[Item] = (Item(),)
    reasons: Sequence[str] = ()
    """What the check says about the case."""
    more: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Rows of other tables."""


def head(*lines: Row, **columns: Any) -> Head:
    return Head(lines, columns)


def percent(*percents: Any, satuan: str | None = "PCS", **columns: Any) -> Row:
    return {"satuan": satuan, "opsidiskon": 1} | _numbered(percents) | columns


def off(*amounts: Any, satuan: str | None = "PCS", **columns: Any) -> Row:
    """Rupiah, and then percents."""
    return {"satuan": satuan, "opsidiskon": 2} | _numbered(amounts) | columns


def tables_of(cases: Sequence[Case]) -> dict[str, list[Row]]:
    """The rows of all cases. Items are named K00, K01 and so on, and their discounts K00-a, K00-b and so on."""
    tables: dict[str, list[Row]] = {name: [] for name in ("tbl_item", "tbl_itemhj", "tbl_itemdisp", "tbl_itemdispdt")}
    for number, case in enumerate(cases):
        own = code_of(number)
        for item in case.items:
            _add_item(tables, item, item.kodeitem or own)
        for place, one in enumerate(case.heads):
            key = {"iddiskon": iddiskon_of(number, place)}
            tables["tbl_itemdisp"].append(key | IN_NOVEMBER | one.columns)
            tables["tbl_itemdispdt"] += [key | {"kodeitem": own} | line for line in one.lines]
        for table, rows in case.more.items():
            tables.setdefault(table, []).extend({"kodeitem": own, **row} for row in rows)
    for rows in tables.values():
        rows.reverse()  # the order of the rows must not matter
    return tables


def code_of(case: int) -> str:
    return f"K{case:02}"


def iddiskon_of(case: int, place: int) -> str:
    return f"{code_of(case)}-{'abc'[place]}"


def _add_item(tables: dict[str, list[Row]], item: Item, code: str) -> None:
    columns = {"kodeitem": code, "namaitem": f"BARANG {code}", "satuan": "PCS", "sistemhargajual": item.system}
    tables["tbl_item"].append(columns | {"hargapokok": 1, "statusjual": "Y", "statushapus": "N"} | item.columns)
    tables["tbl_itemhj"] += [
        {"iddetail": f"{code}-{number}", "kodeitem": code, "tipehj": item.system, "satuan": satuan}
        | {"level": level, "jmlsampai": limit, "hargajual": price}
        for number, (satuan, level, limit, price) in enumerate(item.prices)
    ]


def _numbered(amounts: Sequence[Any]) -> Row:
    return {f"diskon{number}": amount for number, amount in enumerate(amounts, 1)}


def named(code: str, **columns: Any) -> Item:
    return Item(kodeitem=code, columns=columns)


def hours(start: str | None, end: str | None) -> Row:
    """Times of day; iPOS stores them with a day that means nothing."""
    return {
        name: None if text is None else datetime.fromisoformat(f"1999-12-31 {text}")
        for name, text in (("jamdari", start), ("jamsampai", end))
    } | {"tipeper": "2"}


def dates(start: str | None, end: str | None) -> Row:
    return {
        name: None if text is None else datetime.fromisoformat(text)
        for name, text in (("tgldari", start), ("tglsampai", end))
    }
