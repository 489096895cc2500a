"""What a quantity of an item costs a customer of a price level, and from which quantity on a unit costs less.

    asked = quantity_asked(offers, "1001", "DUS", Decimal(3), level=2, moment=datetime(2026, 11, 30, 14, 30))

Written from docs/pricing.md alone, like the rest of this package. Amounts are fractions; only totals are rounded.
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from .discounts import Offers, price_asked, rounded
from .rules import PriceRow, unit_name


class Cheaper(NamedTuple):
    """The smallest larger whole quantity of which one unit costs less."""

    quantity: Decimal
    price: Fraction
    saved: Decimal
    """The difference between the totals of that quantity, at the price before and at this one."""


class QuantityAsked(NamedTuple):
    price: Fraction
    total: Decimal
    cheaper: Cheaper | None


def quantity_asked(
    offers: Offers, kodeitem: str, satuan: str, jumlah: Decimal, level: int, moment: datetime, rounding: int | None
) -> QuantityAsked | None:
    """Rules 5, 20, 21 and 23. None if no price above 0 is filled in for the quantity."""
    price = price_for(offers, kodeitem, satuan, jumlah, level, moment)
    if not price:
        return None
    cheaper = None
    last = max((row.jumlah_sampai or Decimal(0) for row in offers.prices[kodeitem]), default=Decimal(0))
    for whole in range(math.floor(jumlah) + 1, math.floor(last) + 2):
        lower = price_for(offers, kodeitem, satuan, Decimal(whole), level, moment)
        if lower and lower < price:
            saved = rounded(price * whole, rounding) - rounded(lower * whole, rounding)
            cheaper = Cheaper(Decimal(whole), lower, saved)
            break
    return QuantityAsked(price, rounded(price * Fraction(jumlah), rounding), cheaper)


def price_for(
    offers: Offers, kodeitem: str, satuan: str, jumlah: Decimal, level: int, moment: datetime
) -> Fraction | None:
    """Rules 5 and 20: the row of the unit for the level, else for level 1, and for the quantity."""
    rows = [row for row in offers.prices[kodeitem] if row.satuan == unit_name(satuan)]
    rows = [row for row in rows if row.level in {None, level}] or [row for row in rows if row.level == 1]
    rows.sort(key=lambda row: math.inf if row.jumlah_sampai is None else row.jumlah_sampai)
    reaching = [row for row in rows if row.jumlah_sampai is None or row.jumlah_sampai >= jumlah]
    if not rows:
        return None
    return price_at_level(offers, kodeitem, (reaching or rows[-1:])[0], level, moment)


def price_at_level(offers: Offers, kodeitem: str, row: PriceRow, level: int, moment: datetime) -> Fraction | None:
    """Rule 23: level 1 pays what everybody pays.

    Another level pays that too, if a group of it does or no group has it; else it pays what its first group pays.
    """
    everybody = price_asked(offers, kodeitem, row, None, moment)
    if everybody is None:
        return None
    of_level = [group.kgrup for group in offers.tables.groups if (group.levelharga or 1) == level]
    asked = [price_asked(offers, kodeitem, row, group, moment) for group in of_level] if level != 1 else []
    prices = [each.price for each in asked if each is not None]
    return everybody.price if not prices or everybody.price in prices else prices[0]
