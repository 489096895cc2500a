"""Chooses the prices that a list shows of a product: that of the base unit, and that of the largest other unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from toko_core.catalog.products import Price, Product
from toko_core.prices.labels import LONGEST_UNIT, label_unit
from toko_core.prices.payable import paid_instead, shown_amount, shown_price


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What is paid for one unit of a product, as people see it."""

    label: str
    """The unit: `PCS`, or with its size if it is not the base unit: `DUS(40)`."""
    amount: Decimal | None
    """The lowest amount, if the unit has several prices; None if none is filled in."""
    is_lowest: bool = False
    """Whether there are several amounts, by quantity or level."""
    is_reduced: bool = False
    """Whether a discount is in force for one of the prices."""
    before: Decimal | None = None
    """The list price, if the unit has only one and a discount is in force for it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The chief prices of a product."""

    base: UnitPrice
    other: UnitPrice | None = None


def summarize(product: Product, rounding: int | None) -> Summary | None:
    """Return the price of the base unit, and that of the largest other unit that has one; None without any price."""
    if all(price.hargajual is None for price in product.prices):
        return None
    base = base_unit(product.prices)
    units: dict[str, list[Price]] = {}
    for price in product.prices:
        units.setdefault(price.satuan, []).append(price)
    of_base = _unit_price(base[:LONGEST_UNIT].strip(), units.pop(base), product, rounding)
    others = (_unit_price(label_unit(prices[0]), prices, product, rounding) for prices in reversed(units.values()))
    return Summary(of_base, next((other for other in others if other.amount is not None), None))


def base_unit(prices: Sequence[Price]) -> str:
    """Return the unit whose price comes first: the base unit, or the smallest one if no price is of the base unit.

    Raises IndexError without prices.
    """
    return next((price.satuan for price in prices if price.konversi == 1), prices[0].satuan)


def is_reduced(price: Price, product: Product) -> bool:
    """Return whether a discount is in force for one of the product's prices."""
    if not product.discounts:
        return False
    paid = paid_instead(price, product)
    return paid is not None and paid.discount is not None


def _unit_price(label: str, prices: Sequence[Price], product: Product, rounding: int | None) -> UnitPrice:
    amounts = {shown_amount(price, product, rounding) for price in prices}
    filled = [amount for amount in amounts if amount is not None]
    if not filled:
        return UnitPrice(label, None)
    reduced = [is_reduced(price, product) for price in prices]
    before = shown_price(prices[0], rounding) if reduced == [True] else None
    return UnitPrice(label, min(filled), len(amounts) > 1, any(reduced), before)
