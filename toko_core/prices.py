"""Shows prices to people: labels what a price applies to, rounds prices and formats amounts.

Only this module knows these rules. Every page, message and table uses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import groupby

from toko_core.catalog.products import Price

LONGEST_UNIT = 8
"""The number of characters to which a label shortens a unit."""


def rupiah(amount: Decimal) -> str:
    """Format an amount in Indonesian notation, with decimals only if there are any.

    >>> rupiah(Decimal("12500.0000")), rupiah(Decimal("1250.5"))
    ('Rp12.500', 'Rp1.250,5')
    """
    return "Rp" + quantity(amount)


def quantity(number: Decimal) -> str:
    """Format a number in Indonesian notation, without trailing zeros.

    >>> quantity(Decimal("40.000")), quantity(Decimal("0.25"))
    ('40', '0,25')
    """
    plain = f"{number:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))


def percent(share: Decimal) -> str:
    """Format a share as a percentage with at most one decimal.

    >>> percent(Decimal("0.0526"))
    '5,3%'
    """
    return f"{quantity((share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}%"


def format_change(before: Decimal, after: Decimal) -> str:
    """Format a change like `Rp10.000 → Rp10.500 (+5%)`, without a percentage if the price was 0."""
    share = f" ({'+' if after > before else '-'}{percent(abs(after - before) / before)})" if before > 0 else ""
    return f"{rupiah(before)} → {rupiah(after)}{share}"


def round_price(amount: Decimal, rounding: int | None) -> Decimal:
    """Round an amount up to a multiple of `rounding` (PRICE_ROUNDING) rupiah. With None the amount is unchanged."""
    if rounding is None:
        return amount
    return (amount / rounding).to_integral_value(ROUND_CEILING) * rounding


def shown_price(price: Price, rounding: int | None) -> Decimal:
    """Return the selling price as people see it; 0 if it is not filled in."""
    return round_price(price.hargajual or Decimal(0), rounding)


def is_below_cost(prices: Sequence[Price]) -> bool:
    """Return whether any of the selling prices is below its cost."""
    return any(p.hargajual is not None and p.hargapokok is not None and p.hargajual < p.hargapokok for p in prices)


@dataclass(frozen=True, slots=True)
class Tier:
    """A price among the prices of the same unit and level, with the quantities that it applies to."""

    price: Price
    over: Decimal | None
    """The limit of the previous tier, above which this one applies; None for the first tier."""
    is_last: bool
    """The last tier also applies above its own limit."""
    is_only: bool
    """The unit has one price, which applies to any quantity."""


def tiers(prices: Sequence[Price]) -> Iterator[Tier]:
    """Yield the prices of a product as tiers, in their order."""
    for _, same in groupby(prices, key=lambda price: (price.satuan, price.level)):
        group = list(same)
        for number, price in enumerate(group):
            over = group[number - 1].jumlah_sampai if number else None
            yield Tier(price, over, number == len(group) - 1, len(group) == 1)


def label_prices(prices: Sequence[Price]) -> Iterator[tuple[str, Price]]:
    """Yield each price with a label of its unit, level and quantities: `DUS×40 lv 2 s.d. 11`."""
    for tier in tiers(prices):
        price = tier.price
        parts = [label_unit(price)]
        if price.level is not None:
            parts.append(f"lv {price.level}")
        if tier.is_last and tier.over is not None:
            parts.append(f">{quantity(tier.over)}")
        elif price.jumlah_sampai is not None and not tier.is_only:
            parts.append(f"s.d. {quantity(price.jumlah_sampai)}")
        yield " ".join(parts), price


def label_key(satuan: str, level: int | None, jumlah_sampai: Decimal | None) -> str:
    """Return the label of a price that the product no longer has: `PCS lv 2 s.d. 11`."""
    parts = [satuan[:LONGEST_UNIT]]
    parts += [f"lv {level}"] if level is not None else []
    parts += [f"s.d. {quantity(jumlah_sampai)}"] if jumlah_sampai is not None else []
    return " ".join(parts)


def label_unit(price: Price) -> str:
    """Return a label like `DUS×40`, or `DUS×?` if the shop has not entered how many base units the unit has."""
    name = price.satuan[:LONGEST_UNIT]
    if price.konversi is None:
        return f"{name}×?"
    return name if price.konversi == 1 else f"{name}×{quantity(price.konversi)}"
