"""Rules 10 and 11 once more, row by row with Python's decimals: what the stream is compared with."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.toko_assets.ipos.sales.dump import Row

Unit = tuple[str, str]


@dataclass
class Sum:
    """What one item or unit sold."""

    exact_90: Decimal = Decimal(0)
    exact_7: Decimal = Decimal(0)
    receipts_90: set[str] = field(default_factory=set)
    receipts_7: set[str] = field(default_factory=set)
    last: datetime | None = None


@dataclass
class Result:
    units: dict[Unit, Sum]
    items: dict[str, Sum]
    asked: dict[tuple[str, str, Decimal], list[int]]
    """All lines, since the edit, since a backup showed the price, since either, discounted."""


def add_up(
    heads: Sequence[Row],
    lines: Sequence[Row],
    end: datetime,
    items: Sequence[str],
    priced: Mapping[Unit, tuple[datetime | None, datetime | None]],
    conversions: Mapping[Unit, Decimal],
) -> Result:
    """Read every row."""
    by_number: dict[str, tuple[str, datetime, bool]] = {}
    for head in heads:
        at = _time(head.get("tanggal"))
        number = head["notransaksi"]
        if number is None or at is None or not end - timedelta(days=90) <= at <= end or number in by_number:
            continue
        by_number[number] = ((head.get("tipe") or "").strip().upper(), at, bool((head.get("notrsretur") or "").strip()))
    units: dict[Unit, Sum] = defaultdict(Sum)
    whole: dict[str, Sum] = defaultdict(Sum)
    asked: dict[tuple[str, str, Decimal], list[int]] = defaultdict(lambda: [0] * 5)
    for line in lines:
        kind, at, is_named = by_number.get(line["notransaksi"] or "", ("", end, False))
        code, unit = line["kodeitem"] or "", (line.get("satuan") or "").strip().upper()
        if kind not in ("KSR", "JL", "RJ") or code not in items:
            continue
        sold = kind != "RJ"
        is_named |= any((line.get(name) or "").strip() for name in ("idtrsretur", "notrsretur"))
        amounts = [_number(line.get(name)) for name in ("jumlah", "jmlkonversi", "jmlretur", "jmlgratis")]
        if line["jumlah"] is not None and all(a is not None and a >= 0 for a in amounts) and (sold or not is_named):
            count, factor, returned, free = (a or Decimal(0) for a in amounts)
            base = (count + free) * (factor or conversions.get((code, unit)) or Decimal(1)) - returned
            for found in (units[code, unit], whole[code]):
                _add(found, base if sold else -base, at, end, line["notransaksi"] or "", sold)
        price = _number(line.get("harga"))
        if (
            not sold
            or (code, unit) not in priced
            or not price
            or price < 0
            or price >= 10**14
            or _is_set(line, "tebus")
        ):
            continue
        edited, seen = priced[code, unit]
        since = [bool(day and at >= day) for day in (edited, seen)]
        reduced = any(_is_set(line, name) for name in ("potongan", "potongan2", "potongan3", "potongan4"))
        counts = asked[code, unit, price.quantize(Decimal("0.0001"), ROUND_HALF_UP)]
        for place, counted in enumerate([True, *since, any(since), reduced]):
            counts[place] += counted
    return Result(units, whole, {key: counts for key, counts in asked.items() if key[2] > 0})


def _add(found: Sum, base: Decimal, at: datetime, end: datetime, number: str, sold: bool) -> None:
    recent = at >= end - timedelta(days=7)
    found.exact_90 += base
    found.exact_7 += base if recent else 0
    if sold:
        found.receipts_90.add(number)
        found.receipts_7 |= {number} if recent else set()
        found.last = max(found.last or at, at)


def _number(text: str | None) -> Decimal | None:
    """0 for null, None for what cannot be read."""
    if text is None:
        return Decimal(0)
    return Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,20})?", text) else None


def _is_set(line: Row, name: str) -> bool:
    text = line.get(name)
    return text in ("t", "true", "T", "Y", "y") or bool(_number(text))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
