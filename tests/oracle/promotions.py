"""Which promotions apply at a moment, in plain Python over a restored database.

Written from the rules alone, as the discounts are. The numbers of the rules are those of docs/pricing.md.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .discount_tables import Goods, PromotionLine
from .discounts import Offers, filled, is_in_force, meets
from .rules import unit_name
from .tables import Item

TOO_LARGE = 10**14
"""No price has fifteen digits."""


class Gift(NamedTuple):
    """A promotion: what to buy, and what one then gets for nothing, or at `harga` for one `satuangratis`."""

    idpromo: str
    jumlahjual: Decimal | None
    satuanjual: str
    kodeitemgr: str
    jumlahgratis: Decimal | None
    satuangratis: str
    kelipatan: bool
    harga: Decimal | None


def promotions_of(offers: Offers, kodeitem: str, moment: datetime) -> list[Gift]:
    """Rule 22: what comes with the item at that moment."""
    item = offers.items[kodeitem]
    heads = {head.identity: head for head in offers.tables.promotions if is_in_force(head.times, moment)}
    return [
        gift(line, kodeitem)
        for line in offers.tables.promotion_lines
        if line.idpromo in heads and is_bought(line, item, heads[line.idpromo].goods) and is_whole(offers, line)
    ]


def is_bought(line: PromotionLine, item: Item, goods: Goods) -> bool:
    """Rule 22: the item of the line; without one, the goods of the head."""
    return line.kodeitem == item.kodeitem if filled(line.kodeitem) else meets(item, goods)


def is_whole(offers: Offers, line: PromotionLine) -> bool:
    """Rule 22: both quantities, the gift and the special price are known, and the price is no typo."""
    amounts = [line.jumlahjual, line.jumlahgratis, *([line.harga] if line.tebus else [])]
    known = not filled(line.kodeitemgr) or line.kodeitemgr in offers.items
    return known and all(amount is not None and 0 < amount < TOO_LARGE for amount in amounts)


def gift(line: PromotionLine, kodeitem: str) -> Gift:
    """Rule 22: no kodeitemgr is the same item; only `tebus` has a price."""
    return Gift(
        line.idpromo,
        line.jumlahjual,
        unit_name(line.satuanjual),
        (line.kodeitemgr if filled(line.kodeitemgr) else None) or kodeitem,
        line.jumlahgratis,
        unit_name(line.satuangratis),
        bool(line.kelipatan),
        line.harga if line.tebus else None,
    )
