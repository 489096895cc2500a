"""Selling prices in other currencies, in rupiah: the rule, one amount at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from .tables import Tables

PLACES = Decimal("0.0001")


def in_rupiah(tables: Tables) -> Tables:
    """The tables with every selling price in rupiah; null where the currency has no rate."""
    items, selling_prices = [], dict(tables.selling_prices)
    for item in tables.items:
        code = (item.matauang or "").strip().upper()
        rate, main = tables.currencies.get(code, (None, False))
        if main or not code or not tables.currencies:
            items.append(item)
            continue
        items.append(replace(item, hargajual1=times(item.hargajual1, rate)))
        selling_prices[item.kodeitem] = [
            replace(row, hargajual=times(row.hargajual, rate)) for row in tables.selling_prices.get(item.kodeitem, [])
        ]
    return replace(tables, items=items, selling_prices=selling_prices)


def times(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """Exactly, rounded half up to four places once."""
    if amount is None or not rate or rate < 0:
        return None
    with localcontext(prec=100):
        return (amount * rate).quantize(PLACES, ROUND_HALF_UP)
