"""Computes what a customer pays: unit, quantity, level, group, discount and rounding, in this order.

Only this module combines them. Amounts are exact until they are shown: a unit price is rounded to be shown, and a total
once. See docs/pricing.md for examples.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.discounts import DIGITS, Discount, take_off
from toko_core.catalog.reference.groups import CustomerGroup

ORDINARY_LEVEL = 1
"""The level that customers without a group pay."""
EVERYBODY = CustomerGroup("", ORDINARY_LEVEL)
"""Customers without a group."""


def round_price(amount: Decimal, rounding: int | None) -> Decimal:
    """Round a list price up to a multiple of `rounding` (PRICE_ROUNDING) rupiah. With None it is unchanged."""
    if rounding is None:
        return amount
    with localcontext(prec=DIGITS):
        return (amount / rounding).to_integral_value(ROUND_CEILING) * rounding


def round_amount(amount: Decimal, rounding: int | None) -> Decimal:
    """Round a computed amount half up to the rupiah, or up to a multiple of `rounding` (PRICE_ROUNDING) rupiah."""
    return round_price(amount, rounding) if rounding else amount.quantize(Decimal(1), ROUND_HALF_UP)


def shown_price(price: Price, rounding: int | None) -> Decimal:
    """Return the list price as people see it; 0 if it is not filled in."""
    return round_price(price.hargajual or Decimal(0), rounding)


def is_below_cost(prices: Sequence[Price]) -> bool:
    """Return whether any of the list prices is below its cost."""
    return any(p.hargajual is not None and p.hargapokok is not None and p.hargajual < p.hargapokok for p in prices)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a customer pays for one unit instead of a list price."""

    amount: Decimal
    """Exact."""
    percents: tuple[Decimal, ...] = ()
    """The percents of the customer's group, if they apply."""
    discount: Discount | None = None
    """The discount for a time, if it applies."""


@dataclass(frozen=True, slots=True)
class GroupPrice:
    """What groups with the same percents or the same discount pay instead of a list price."""

    names: tuple[str, ...]
    percents: tuple[Decimal, ...]
    amount: Decimal
    """As people see it: rounded half up to the rupiah, or up to PRICE_ROUNDING."""
    discount: Discount | None = None
    """The discount for a time, if it applies and not the percents."""


def price_in_force(price: Price, discounts: Sequence[Discount], group: CustomerGroup = EVERYBODY) -> Paid | None:
    """Return what a customer of a group pays instead of a list price; None if it is the list price, or has no price.

    `discounts` are those of the product that apply now. Exactly one counts: of the greatest priority, then of the
    lowest result, then of the smallest code. It is not added to the group's percents; the lower amount applies.
    """
    if price.hargajual is None or price.hargajual <= 0 or not (discounts or group.percents):
        return None
    found = []
    for discount in discounts:
        if discount.satuan in {None, price.satuan} and discount.group in {None, group.code or None}:
            amount = discount.reduce(price.hargajual)
            if 0 < amount < price.hargajual:
                found.append((-discount.priority, amount, discount.code, discount))
    best = min(found, key=lambda paid: paid[:3], default=None)
    paid = [Paid(best[1], discount=best[3])] if best else []
    if group.percents and (amount := take_off(price.hargajual, group.percents)) > 0:
        paid.append(Paid(amount, group.percents))
    return min(paid, key=lambda way: way.amount, default=None)


def group_prices(
    price: Price, groups: Sequence[CustomerGroup], rounding: int | None, discounts: Sequence[Discount] = ()
) -> list[GroupPrice]:
    """Return what groups pay that is not the ordinary price in force, for what a list price applies to.

    They are in the order of the groups. Groups with the same percents or the same discount are together.
    """
    ordinary = price_in_force(price, discounts)
    names: dict[Paid, list[str]] = {}
    for group in groups:
        if price.level in (None, group.level):
            paid = price_in_force(price, discounts, group)
            if paid is not None and paid != ordinary:
                names.setdefault(paid, []).append(group.name)
    found = [
        GroupPrice(tuple(same), paid.percents, round_amount(paid.amount, rounding), paid.discount)
        for paid, same in names.items()
    ]
    return [paid for paid in found if paid.amount > 0]


def usual_price(
    price: Price, groups: Sequence[CustomerGroup], rounding: int | None, discounts: Sequence[Discount] = ()
) -> GroupPrice | None:
    """Return what is paid in place of the ordinary price in force that nobody pays; None if somebody pays it.

    Somebody pays the prices without a level, of the ordinary level, and of a level of which a group pays no other.
    """
    if not groups or price.level is None or price.level == ORDINARY_LEVEL:
        return None
    ordinary = price_in_force(price, discounts)
    if any(group.level == price.level and price_in_force(price, discounts, group) == ordinary for group in groups):
        return None
    return next(iter(group_prices(price, groups, rounding, discounts)), None)


def prices_of_level(prices: Sequence[Price], level: int | None) -> tuple[Price, ...]:
    """Return the prices that customers of a level pay; None means all prices.

    A unit without prices of that level has those of the ordinary one (a).
    """
    if level is None:
        return tuple(prices)
    own = {price.satuan for price in prices if price.level in (None, level)}
    return tuple(
        price
        for price in prices
        if price.level in (None, level) or (price.level == ORDINARY_LEVEL and price.satuan not in own)
    )


def of_level(product: Product, level: int | None) -> Product:
    """Return a product as customers of a level see it, with their prices only; None changes nothing."""
    if level is None or product.level is not None:
        return product
    prices = tuple(replace(price, level=None) for price in prices_of_level(product.prices, level))
    return replace(product, prices=prices, level=level)


def levels_of(product: Product) -> list[int]:
    """Return the levels that the product has prices of, in order; empty if its prices do not depend on the level."""
    return sorted({price.level for price in product.prices if price.level is not None})


def has_levels(product: Product) -> bool:
    """Return whether customers of several levels pay different prices for the product."""
    return len(levels_of(product)) > 1


def paid_instead(price: Price, product: Product) -> Paid | None:
    """Return what is paid instead of one of the product's list prices; None if it is the list price, or has no price.

    If all groups of the level have prices of their own, it is what the first of them pays.
    """
    ordinary = price_in_force(price, product.discounts)
    level = price.level if product.level is None else product.level
    if level is None or level == ORDINARY_LEVEL:
        return ordinary
    paid = [price_in_force(price, product.discounts, group) for group in product.groups if group.level == level]
    amounts = [None if each is None else each.amount for each in paid]
    return ordinary if not paid or (ordinary.amount if ordinary else None) in amounts else paid[0]


def exact_amount(price: Price, product: Product) -> Decimal | None:
    """Return what is paid for one unit at one of the product's prices; None if the price is not filled in."""
    paid = paid_instead(price, product)
    return price.hargajual if paid is None else paid.amount


def shown_amount(price: Price, product: Product, rounding: int | None) -> Decimal | None:
    """Return what is paid for one unit as people see it: a list price is exact without PRICE_ROUNDING."""
    return shown_in_place(price, paid_instead(price, product), rounding)


def shown_in_place(price: Price, paid: Paid | None, rounding: int | None) -> Decimal | None:
    """Return `shown_amount` of a price, of which `paid_instead` is known."""
    if paid is not None:
        return round_amount(paid.amount, rounding)
    return None if price.hargajual is None else round_price(price.hargajual, rounding)


def unit_price(product: Product, satuan: str, quantity: Decimal, group: CustomerGroup = EVERYBODY) -> Decimal | None:
    """Return the exact price of one unit for a customer who buys a quantity of it; None if the shop has no price.

    `product` has the discounts that apply now. A level for which the product has no prices pays the ordinary one (a).
    """
    tier = _tier(prices_of_level(product.prices, group.level), satuan, quantity)
    if tier is None or tier.hargajual is None:
        return None
    paid = price_in_force(tier, product.discounts, group)
    return paid.amount if paid else tier.hargajual


@dataclass(frozen=True, slots=True)
class NextTier:
    """The next tier of quantities with a lower price."""

    quantity: Decimal
    """The least whole quantity with that price."""
    price: Decimal
    """Of one unit, exact."""
    saved: Decimal
    """How much less the quantity costs than at the price before."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """What a quantity of a product costs."""

    quantity: Decimal
    satuan: str
    price: Decimal
    """Of one unit, exact."""
    total: Decimal
    """As people see it: rounded once."""
    discount: Discount | None
    """The discount that is in the price."""
    next_tier: NextTier | None


def calculate(
    product: Product, satuan: str, quantity: Decimal, rounding: int | None, level: int = ORDINARY_LEVEL
) -> Calculation | None:
    """Compute what a quantity of a unit costs a customer of a level; None if the shop has no price for it.

    `product` has the discounts that apply now. If it is a product `of_level`, its own level counts.
    """
    seen = of_level(product, level)
    tier = _tier(seen.prices, satuan, quantity)
    price = None if tier is None else exact_amount(tier, seen)
    if tier is None or price is None or price <= 0:
        return None
    paid = paid_instead(tier, seen)
    whole = total([(quantity, price)], rounding)
    discount = paid.discount if paid else None
    return Calculation(quantity, satuan, price, whole, discount, _next_tier(seen, satuan, quantity, price, rounding))


def _next_tier(
    product: Product, satuan: str, quantity: Decimal, price: Decimal, rounding: int | None
) -> NextTier | None:
    limits = [each.jumlah_sampai for each in product.prices if each.satuan == satuan and each.jumlah_sampai is not None]
    for limit in limits:
        if limit < quantity:
            continue
        least = limit.to_integral_value(ROUND_FLOOR) + 1
        tier = _tier(product.prices, satuan, least)
        lower = None if tier is None else exact_amount(tier, product)
        if lower is not None and 0 < lower < price:
            saved = total([(least, price)], rounding) - total([(least, lower)], rounding)
            return NextTier(least, lower, saved)
    return None


def _tier(prices: Sequence[Price], satuan: str, quantity: Decimal) -> Price | None:
    """Return the price of a unit for a quantity. The last price also applies above its own limit."""
    tiers = [price for price in prices if price.satuan == satuan]
    fitting = [price for price in tiers if price.jumlah_sampai is None or quantity <= price.jumlah_sampai]
    return next(iter(fitting or tiers[-1:]), None)


def total(lines: Iterable[tuple[Decimal, Decimal]], rounding: int | None) -> Decimal:
    """Return the total of (quantity, exact unit price), rounded once, as iPOS rounds a receipt and not its lines."""
    with localcontext(prec=DIGITS):
        return round_amount(sum((quantity * price for quantity, price in lines), Decimal(0)), rounding)
