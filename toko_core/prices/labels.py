"""Labels what a price applies to: its unit, the groups that pay its level, and its quantities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from toko_core.catalog.products import Price
from toko_core.catalog.reference.discounts import Discount, Promotion
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.catalog.reference.periods import EVERY_DAY, Period
from toko_core.prices.payable import ORDINARY_LEVEL, GroupPrice
from toko_core.search.quantities import unit_named
from toko_core.text import DAYS, MONTHS, quantity, rupiah, shorten

LONGEST_UNIT = 8
"""The number of characters to which a label shortens a unit."""
MEASURES, OTHER_MEASURES = frozenset({"kg", "ons", "gram", "liter", "meter"}), frozenset({"M", "CM", "ML", "CC"})
"""Units of goods that are weighed or measured: as the search names them, and as shops write others."""
LONGEST_GROUPS, SHORTEST_GROUP = 16, 4
"""The characters of a label for all of its groups together, and the fewest for each that is named."""
UNPRICED = "belum diisi"
DAYS_WITHOUT_YEAR = 300
"""The last day of a longer period is shown with its year."""


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
    """Yield each price with a label of its unit, level and quantities: `DUS(40) Grosir`, `PCS level 2`, `PCS 1–11`."""
    for tier in tiers(prices):
        price = tier.price
        level = label_level(price.level, groups) if price.level is not None else ""
        yield " ".join(filter(None, [label_unit(price), level, label_quantities(tier)])), price


def label_quantities(tier: Tier) -> str:
    """Return the quantities that a price applies to: `1–11`, `12–39`, `40+`; empty if it applies to any.

    Goods that are weighed or measured are also sold in 11.5: `s.d. 11`, `>11`.
    """
    over, most = tier.over, tier.price.jumlah_sampai
    if tier.is_last and over is not None:
        most = None
    if tier.is_only or (over is None and most is None):
        return ""
    if _is_measured(tier.price.satuan) or any(limit is not None and limit % 1 for limit in (over, most)):
        return f">{quantity(over or Decimal(0))}" if most is None else f"s.d. {quantity(most)}"
    first = (over or Decimal(0)) + 1
    if most is None:
        return f"{quantity(first)}+"
    return quantity(first) if first == most else f"{quantity(first)}–{quantity(most)}"


def label_level(level: int, groups: Sequence[CustomerGroup], unnamed: str = "level") -> str:
    """Name the groups that pay a level: `Grosir`, else `level 2`.

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
    """Return the label of a price that the product no longer has: `PCS Grosir`, `PCS level 2`, `PCS s.d. 11`."""
    parts = [satuan[:LONGEST_UNIT]]
    parts += [label_level(level, groups)] if level is not None else []
    parts += [f"s.d. {quantity(jumlah_sampai)}"] if jumlah_sampai is not None else []
    return " ".join(parts)


def label_unit(price: Price) -> str:
    """Return a label like `DUS(40)`, or `DUS(?)` if the shop has not entered how many base units the unit has."""
    name = price.satuan[:LONGEST_UNIT].strip()
    if price.konversi is None:
        return f"{name}(?)"
    return name if price.konversi == 1 else f"{name}({quantity(price.konversi)})"


def label_unpriced(currency: str | None, *, short: bool = False) -> str:
    """Return what stands in place of a price: it is not filled in, or in a currency without a rate."""
    if currency is not None:
        return f"{currency}, tanpa kurs" if short else f"harga dalam {currency}, tanpa kurs"
    return UNPRICED if short else f"harga {UNPRICED}"


def label_payers(paid: GroupPrice) -> str:
    """Name the groups and what they get: `Member −5%`, `VIP −5% −2%`, `Member diskon 15% s.d. 30 Nov`."""
    names = label_groups(paid.names)
    if paid.discount:
        return f"{names} {label_discount(paid.discount)}"
    return " ".join([names, *(f"−{quantity(percent)}%" for percent in paid.percents)])


def label_group_price(paid: GroupPrice) -> str:
    """Name the groups of a price in a table, where the discount itself stands elsewhere: `Member diskon`."""
    return f"{label_groups(paid.names)} diskon" if paid.discount else label_payers(paid)


def label_discount(discount: Discount) -> str:
    """Return a label like `diskon 10% s.d. 30 Nov` or `diskon Rp500 + 5%`."""
    parts = [rupiah(discount.rupiah)] if discount.rupiah else []
    parts += [f"{quantity(percent)}%" for percent in discount.percents]
    return " ".join(filter(None, [f"diskon {' + '.join(parts)}", label_period(discount.period)]))


def label_promotion(promotion: Promotion, gift: str | None) -> str:
    """Return a label like `beli 2 PCS gratis 1 PCS` or `beli 2 PCS tebus murah Rp1.000: 1 KG GULA`.

    `gift` is the name of the other product.
    """
    bought = _number_of(promotion.bought, promotion.satuan)
    given = _number_of(promotion.given, promotion.given_unit)
    gets = f"gratis {given}" if promotion.price is None else f"tebus murah {rupiah(promotion.price)}: {given}"
    multiples = "(berlaku kelipatan)" if promotion.repeats else ""
    return " ".join(filter(None, [f"beli {bought} {gets}", gift, label_period(promotion.period), multiples]))


def label_period(period: Period) -> str:
    """Return a label like `s.d. 30 Nov`, `Sen Sel jam 08.00–12.00`; empty if nothing limits it."""
    parts = []
    if period.weekdays != EVERY_DAY:
        parts.append(" ".join(name for number, name in enumerate(DAYS) if period.weekdays >> number & 1))
    if period.first_time or period.last_time:
        first, last = (
            f"{time:%H.%M}" if time else end
            for time, end in ((period.first_time, "00.00"), (period.last_time, "24.00"))
        )
        parts.append(f"jam {first}–{last}")
    if day := period.last_day:
        is_near = period.start is not None and (day - period.start.date()).days < DAYS_WITHOUT_YEAR
        parts.append(f"s.d. {day.day} {MONTHS[day.month - 1]}{'' if is_near else f' {day.year}'}")
    return " ".join(parts)


def _is_measured(satuan: str) -> bool:
    return unit_named(satuan) in MEASURES or satuan.strip(" .").upper() in OTHER_MEASURES


def _number_of(number: Decimal, unit: str | None) -> str:
    return f"{quantity(number)} {unit[:LONGEST_UNIT]}" if unit else quantity(number)
