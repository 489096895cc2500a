"""What the till asks at a moment, with discounts and groups, in plain Python over a restored database.

    offers = read_offers(connection)
    asked = price_asked(offers, "1001", PriceRow(...), "G1", datetime(2026, 11, 30, 14, 30))

Written from the rules of discounts alone, without sight of the programs that follow them. Every amount
is a fraction, so that nothing is rounded on the way. The numbers of the rules are those of docs/pricing.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from psycopg import Connection

from .discount_tables import DiscountLine, Goods, Group, Head, OfferTables, Times, read_offer_tables
from .rules import PriceRow, clean, is_deleted, price_rows, unit_name, with_a_code_of_their_own
from .tables import Item, read_tables

PERCENT, RUPIAH = 1, 2
"""What opsidiskon means."""


@dataclass(frozen=True, slots=True)
class Offers:
    """All that prices depend on: the items that are not deleted, their price rows, and the tables of offers."""

    items: dict[str, Item]
    prices: dict[str, list[PriceRow]]
    tables: OfferTables


class Candidate(NamedTuple):
    """A discount that is in force for a unit. The smallest of several is the one that applies."""

    minus_prioritas: int
    price: Fraction
    iddiskon: str


class Asked(NamedTuple):
    """An exact price; `iddiskon` is None where no discount applies, or a member's percent gives a lower price."""

    price: Fraction
    iddiskon: str | None


class Line(NamedTuple):
    """A line of a receipt."""

    kodeitem: str
    satuan: str
    jumlah: Decimal
    group: str | None = None


def read_offers(connection: Connection[Any]) -> Offers:
    """Read all that prices depend on."""
    tables = read_tables(connection)
    items = [item for item in with_a_code_of_their_own(tables.items) if not is_deleted(item.statushapus)]
    return Offers(
        items={item.kodeitem: item for item in items},
        prices={
            item.kodeitem: price_rows(
                item, tables.units.get(item.kodeitem, []), tables.selling_prices.get(item.kodeitem, [])
            )
            for item in items
        },
        tables=read_offer_tables(connection),
    )


def in_force(offers: Offers, moment: datetime) -> Offers:
    """The offers without the discounts that are not in force at the moment."""
    heads = [head for head in offers.tables.discounts if is_in_force(head.times, moment)]
    return replace(offers, tables=replace(offers.tables, discounts=heads))


def price_asked(offers: Offers, kodeitem: str, row: PriceRow, group: str | None, moment: datetime) -> Asked | None:
    """What one unit of the row costs a customer of the group, or of none; None if no price is filled in."""
    if row.hargajual is None:
        return None
    listed = Fraction(row.hargajual)
    found = sorted(candidates(offers, offers.items[kodeitem], row.satuan, listed, group, moment))
    asked = Asked(found[0].price, found[0].iddiskon) if found else Asked(listed, None)
    member = listed * member_factor(offers.tables, kodeitem, group)
    return Asked(member, None) if member < asked.price else asked


def candidates(
    offers: Offers, item: Item, satuan: str, listed: Fraction, group: str | None, moment: datetime
) -> Iterator[Candidate]:
    """Every discount that takes something off and leaves something (rules 16 to 19)."""
    for head in offers.tables.discounts:
        if not is_in_force(head.times, moment):
            continue
        for price in discounted_prices(offers.tables, head, item, satuan, listed, group):
            if 0 < price < listed:
                yield Candidate(-(head.prioritas or 0), price, head.identity)


def discounted_prices(
    tables: OfferTables, head: Head, item: Item, satuan: str, listed: Fraction, group: str | None
) -> Iterator[Fraction]:
    """Rule 17: what each line of the head makes of the price; of a head without lines, what its percents make of it."""
    lines = tables.discount_lines.get(head.identity, [])
    if not lines and meets(item, head.goods):
        yield from after_percents(listed, head.pot)
    for line in lines:
        if line.kodeitem == item.kodeitem and is_for(line, satuan, tables.groups, group):
            yield from after_line(listed, line)


def after_line(listed: Fraction, line: DiscountLine) -> Iterator[Fraction]:
    """Rule 16: the price after the line; none if nobody knows what the line means."""
    if line.opsidiskon == PERCENT:
        yield from after_percents(listed, line.diskon)
    if line.opsidiskon == RUPIAH and line.diskon[0] >= 0:
        yield from after_percents(listed - line.diskon[0], line.diskon[1:])


def after_percents(price: Fraction, percents: Sequence[Fraction]) -> Iterator[Fraction]:
    """Rule 16: each percent is taken off what is left; nothing if one of them adds something or leaves nothing."""
    if all(0 <= percent < 100 for percent in percents):
        yield math.prod((1 - percent / 100 for percent in percents), start=price)


def is_for(line: DiscountLine, satuan: str, groups: Sequence[Group], group: str | None) -> bool:
    """Rules 17 and 19: an empty unit is every unit, an empty group everybody, an unknown group nobody."""
    named = same_code(line.kgruppel)
    known = named in {same_code(known.kgrup) for known in groups}
    return unit_name(line.satuan) in {"", satuan} and (not named or (known and named == same_code(group)))


def is_in_force(times: Times, moment: datetime) -> bool:
    """Rules 13 to 15, of the wall clock of the shop."""
    if not times.stsact or (times.tgldari is not None and moment < times.tgldari):
        return False
    if times.tglsampai is not None and is_past(times.tglsampai, moment):
        return False
    kind = (times.tipeper or "").strip()
    if kind == "2":
        return is_within_hours(times, moment)
    if kind == "3":
        return times.weekdays[moment.weekday()] is True
    return True


def is_past(end: datetime, moment: datetime) -> bool:
    """Rule 13: an end at midnight is the end of that day."""
    if end == end.replace(hour=0, minute=0, second=0, microsecond=0):
        return moment >= end + timedelta(days=1)
    return moment > end


def is_within_hours(times: Times, moment: datetime) -> bool:
    """Rule 14: both ends belong to it; an empty end is no limit; a second that is earlier is after midnight.

    Equal ends are the whole day.
    """
    clock = moment.time()
    if times.jamdari is not None and times.jamsampai is not None and times.jamdari.time() == times.jamsampai.time():
        return True
    begun = times.jamdari is None or times.jamdari.time() <= clock
    unfinished = times.jamsampai is None or clock <= times.jamsampai.time()
    if times.jamdari is not None and times.jamsampai is not None and times.jamsampai.time() < times.jamdari.time():
        return begun or unfinished
    return begun and unfinished


def meets(item: Item, goods: Goods) -> bool:
    """Rule 17: every condition that is filled in."""
    code = item.kodeitem.encode()
    return all(
        (
            not filled(goods.kodeitemd) or (goods.kodeitemd or "").encode() <= code,
            not filled(goods.kodeitems) or code <= (goods.kodeitems or "").encode(),
            not filled(goods.jenis) or same_code(goods.jenis) == same_code(item.jenis),
            not filled(goods.merek) or same_code(goods.merek) == same_code(item.merek),
        )
    )


def filled(value: str | None) -> bool:
    return bool((value or "").strip())


def same_code(code: str | None) -> str:
    """Codes are the same whatever their letter case and blanks."""
    return clean(code).upper()


def member_factor(tables: OfferTables, kodeitem: str, group: str | None) -> Fraction:
    """Rule 12: what is left of a price after a member's percents; a row that adds or leaves nothing does not count."""
    known = next((row for row in tables.groups if group and same_code(row.kgrup) == same_code(group)), None)
    if known is None:
        return Fraction(1)
    lines = [line for line in tables.member_lines.get(kodeitem, []) if same_code(line.kodegrup) == same_code(group)]
    usable = sorted((line.jumlah, *after_percents(Fraction(1), line.pot)) for line in lines)
    own = list(after_percents(Fraction(1), [known.potongan]))
    return next((factor for _, *factors in usable for factor in factors), own[0] if own else Fraction(1))


def unit_price(offers: Offers, line: Line, moment: datetime) -> Fraction | None:
    """The exact price of one unit on a receipt: unit, then level or tier, then discount."""
    row = row_for(offers, line)
    asked = None if row is None else price_asked(offers, line.kodeitem, row, line.group, moment)
    return None if asked is None else asked.price


def row_for(offers: Offers, line: Line) -> PriceRow | None:
    """Rules 5, 11 and 20: the row of the unit for the group's level, else for level 1, and for the quantity."""
    rows = [row for row in offers.prices[line.kodeitem] if row.satuan == unit_name(line.satuan)]
    own = [row for row in rows if row.level in {None, level_of(offers.tables.groups, line.group)}]
    limits = sorted(
        own or [row for row in rows if row.level == 1],
        key=lambda row: (row.jumlah_sampai is None, row.jumlah_sampai or Decimal(0)),
    )
    fitting = [row for row in limits if row.jumlah_sampai is None or line.jumlah <= row.jumlah_sampai]
    return next(iter(fitting), limits[-1] if limits else None)


def level_of(groups: Sequence[Group], group: str | None) -> int:
    """Rule 11: a group without a level pays level 1."""
    levels = [row.levelharga or 1 for row in groups if group and same_code(row.kgrup) == same_code(group)]
    return max(levels[0], 1) if levels else 1


def total(offers: Offers, lines: Iterable[Line], moment: datetime, rounding: int | None = None) -> Decimal:
    """Exact unit prices times quantities, summed, and rounded once."""
    prices = [(unit_price(offers, line, moment), line.jumlah) for line in lines]
    return rounded(
        sum((price * Fraction(jumlah) for price, jumlah in prices if price is not None), Fraction()), rounding
    )


def rounded(amount: Fraction, rounding: int | None = None) -> Decimal:
    """Rule 21: half up to the rupiah, or up to a multiple."""
    if rounding is None:
        return Decimal(math.floor(amount + Fraction(1, 2)))
    return Decimal(math.ceil(amount / rounding) * rounding)
