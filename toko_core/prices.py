"""Shows prices to people: labels what a price applies to, computes what groups pay, rounds and formats amounts.

Only this module knows these rules. Every page, message and table uses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext
from itertools import groupby

from toko_core.catalog.products import Price
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.text import shorten

LONGEST_UNIT = 8
"""The number of characters to which a label shortens a unit."""
LONGEST_GROUPS, SHORTEST_GROUP = 16, 4
"""The characters of a label for all of its groups together, and the fewest for each that is named."""
ORDINARY_LEVEL = 1
"""The level that customers without a group pay."""
DIGITS = 100
"""Enough for the exact result of four percents on the largest price."""


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
class GroupPrice:
    """What groups with the same percents pay instead of a list price."""

    names: tuple[str, ...]
    percents: tuple[Decimal, ...]
    amount: Decimal
    """As people see it: rounded half up to the rupiah, or up to PRICE_ROUNDING."""

    @property
    def label(self) -> str:
        """The groups and their percents: `Member −5 %`, `VIP −5 % −2 %`."""
        return " ".join([label_groups(self.names), *(f"−{quantity(percent)} %" for percent in self.percents)])


def group_prices(price: Price, groups: Sequence[CustomerGroup], rounding: int | None) -> list[GroupPrice]:
    """Return what the groups with a percent pay for what a list price applies to, in the order of the groups."""
    amount, names = price.hargajual, dict[tuple[Decimal, ...], list[str]]()
    if amount is None:
        return []
    for group in groups:
        if group.percents and price.level in (None, group.level):
            names.setdefault(group.percents, []).append(group.name)
    found = [GroupPrice(tuple(same), percents, _less(amount, percents, rounding)) for percents, same in names.items()]
    return [paid for paid in found if paid.amount > 0]


def usual_price(price: Price, groups: Sequence[CustomerGroup], rounding: int | None) -> GroupPrice | None:
    """Return what is paid in place of a list price that nobody pays; None if somebody pays it.

    Somebody pays the prices without a level, of the ordinary level, and of a level of which a group gets no percent.
    """
    if not groups or price.level is None or price.level == ORDINARY_LEVEL:
        return None
    if any(group.level == price.level and not group.percents for group in groups):
        return None
    return next(iter(group_prices(price, groups, rounding)), None)


def _less(amount: Decimal, percents: Sequence[Decimal], rounding: int | None) -> Decimal:
    with localcontext(prec=DIGITS):
        for percent in percents:
            amount = amount * (100 - percent) / 100
        if rounding is None:
            return amount.quantize(Decimal(1), ROUND_HALF_UP)
        return round_price(amount, rounding)


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


def label_prices(prices: Sequence[Price], groups: Sequence[CustomerGroup] = ()) -> Iterator[tuple[str, Price]]:
    """Yield each price with a label of its unit, level and quantities: `DUS×40 Grosir`, `PCS lv 2`, `PCS s.d. 11`."""
    for tier in tiers(prices):
        price = tier.price
        parts = [label_unit(price)]
        if price.level is not None:
            parts.append(label_level(price.level, groups))
        if tier.is_last and tier.over is not None:
            parts.append(f">{quantity(tier.over)}")
        elif price.jumlah_sampai is not None and not tier.is_only:
            parts.append(f"s.d. {quantity(price.jumlah_sampai)}")
        yield " ".join(parts), price


def label_level(level: int, groups: Sequence[CustomerGroup], unnamed: str = "lv") -> str:
    """Name the groups that pay a level: `Grosir`, else `lv 2`.

    Groups that get a percent are named only if no others have the level, and never for the ordinary level.
    """
    payers = [group for group in groups if group.level == level]
    names = [group.name for group in payers if not group.percents]
    if not names and level != ORDINARY_LEVEL:
        names = [group.name for group in payers]
    return label_groups(names) if names else f"{unnamed} {level}"


def label_groups(names: Sequence[str]) -> str:
    """Name groups in at most LONGEST_GROUPS characters.

    >>> label_groups(["Grosir", "Member"]), label_groups(["Pelanggan tetap lama"]), label_groups(["Toko"] * 9)
    ('Grosir/Member', 'Pelanggan tetap…', 'Toko/Toko/+7')
    """
    together = "/".join(names)
    if len(together) <= LONGEST_GROUPS:
        return together
    most = LONGEST_GROUPS // (SHORTEST_GROUP + 1)
    shown = names if len(names) <= most else names[: most - 1]
    more = f"/+{len(names) - len(shown)}" if len(names) > len(shown) else ""
    each = (LONGEST_GROUPS - len(more) - len(shown) + 1) // len(shown)
    return "/".join(shorten(name, each) for name in shown) + more


def label_key(
    satuan: str, level: int | None, jumlah_sampai: Decimal | None, groups: Sequence[CustomerGroup] = ()
) -> str:
    """Return the label of a price that the product no longer has: `PCS Grosir`, `PCS lv 2`, `PCS s.d. 11`."""
    parts = [satuan[:LONGEST_UNIT]]
    parts += [label_level(level, groups)] if level is not None else []
    parts += [f"s.d. {quantity(jumlah_sampai)}"] if jumlah_sampai is not None else []
    return " ".join(parts)


def label_unit(price: Price) -> str:
    """Return a label like `DUS×40`, or `DUS×?` if the shop has not entered how many base units the unit has."""
    name = price.satuan[:LONGEST_UNIT]
    if price.konversi is None:
        return f"{name}×?"
    return name if price.konversi == 1 else f"{name}×{quantity(price.konversi)}"
