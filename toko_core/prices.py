"""Prices for people: what a price applies to, how it is rounded, how amounts are written.

The only place that knows these rules; every page, message and table takes them from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from itertools import groupby

from toko_core.catalog.products import Price

LONGEST_UNIT = 8
"""Characters of a unit in a label."""


def rupiah(amount: Decimal) -> str:
    """Indonesian notation; decimals only where there are any.

    >>> rupiah(Decimal("12500.0000")), rupiah(Decimal("1250.5"))
    ('Rp12.500', 'Rp1.250,5')
    """
    return "Rp" + quantity(amount)


def quantity(number: Decimal) -> str:
    """A number in Indonesian notation, without idle zeros.

    >>> quantity(Decimal("40.000")), quantity(Decimal("0.25"))
    ('40', '0,25')
    """
    plain = f"{number:,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))


def percent(share: Decimal) -> str:
    """
    >>> percent(Decimal("0.0526"))
    '5,3%'
    """
    return f"{quantity((share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}%"


def format_change(before: Decimal, after: Decimal) -> str:
    """`Rp10.000 → Rp10.500 (+5%)`; without a percentage where the price was 0."""
    share = f" ({'+' if after > before else '-'}{percent(abs(after - before) / before)})" if before > 0 else ""
    return f"{rupiah(before)} → {rupiah(after)}{share}"


def round_price(amount: Decimal, rounding: int | None) -> Decimal:
    """The amount that people are told: rounded up to a multiple of PRICE_ROUNDING rupiah, exact without one."""
    if rounding is None:
        return amount
    return (amount / rounding).to_integral_value(ROUND_CEILING) * rounding


def shown_price(price: Price, rounding: int | None) -> Decimal:
    """The selling price that people are told; 0 where it is not filled in."""
    return round_price(price.hargajual or Decimal(0), rounding)


def is_below_cost(prices: Sequence[Price]) -> bool:
    """Whether any of them is."""
    return any(p.hargajual is not None and p.hargapokok is not None and p.hargajual < p.hargapokok for p in prices)


@dataclass(frozen=True, slots=True)
class Tier:
    """A price among the prices of the same unit and level: from over which quantity it holds, and up to which."""

    price: Price
    over: Decimal | None
    """The limit of the tier before; None for the first tier."""
    is_last: bool
    """The last tier holds beyond its limit too."""
    is_only: bool
    """The unit has one price, for any quantity."""


def tiers(prices: Sequence[Price]) -> Iterator[Tier]:
    """The prices of a product, in their order, as tiers."""
    for _, same in groupby(prices, key=lambda price: (price.satuan, price.level)):
        group = list(same)
        for number, price in enumerate(group):
            over = group[number - 1].jumlah_sampai if number else None
            yield Tier(price, over, number == len(group) - 1, len(group) == 1)


def label_prices(prices: Sequence[Price]) -> Iterator[tuple[str, Price]]:
    """Each price with its label, its unit and what it applies to: `DUS×40 lv 2 s.d. 11`."""
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
    """The label of a price that the product no longer has: `PCS lv 2 s.d. 11`."""
    parts = [satuan[:LONGEST_UNIT]]
    parts += [f"lv {level}"] if level is not None else []
    parts += [f"s.d. {quantity(jumlah_sampai)}"] if jumlah_sampai is not None else []
    return " ".join(parts)


def label_unit(price: Price) -> str:
    """`DUS×40`; `DUS×?` where the shop has not said how many base units are in it."""
    name = price.satuan[:LONGEST_UNIT]
    if price.konversi is None:
        return f"{name}×?"
    return name if price.konversi == 1 else f"{name}×{quantity(price.konversi)}"
