"""What people are shown of a product's prices. The bot and the pages format it, each in its own way.

Amounts are exact, unless PRICE_ROUNDING rounds them up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from toko_core.catalog.products import Price, Product, Products
from toko_core.prices.labels import (
    label_discount,
    label_groups,
    label_payers,
    label_prices,
    label_promotion,
    label_unit,
    label_unpriced,
)
from toko_core.prices.payable import (
    GroupPrice,
    Paid,
    group_prices,
    is_below_cost,
    paid_instead,
    price_in_force,
    round_amount,
    shown_price,
    usual_price,
)
from toko_core.text import rupiah


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price that customers pay, and the discount that is in force for it."""

    label: str
    amount: str
    before: str = ""
    """The list price, if a discount is in force."""
    offer: str = ""
    """The discount: `diskon 10% s.d. 30 Nov`."""

    @property
    def text(self) -> str:
        """The line without markup."""
        offer = f" ({self.offer}, dari {self.before})" if self.offer else ""
        return f"{self.label} {self.amount}{offer}"


@dataclass(frozen=True, slots=True)
class CostOfPrice:
    """What goods cost the shop at a price, for owners. Amounts are exact."""

    in_ipos: Decimal | None
    """The list price, if PRICE_ROUNDING changes it."""
    cost: Decimal | None
    """None if it is not filled in."""
    margin: Decimal | None
    """The list price less the cost; negative for a loss, and None if either is not filled in."""
    share: Decimal | None
    """The margin or loss as a share of the cost, as iPOS computes it; None if there is no cost above 0."""


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A price of a product's table, with all that depends on it."""

    label: str
    price: Price
    amount: Decimal | None
    """As people see it: the list price, or what the level's customers pay in place of it. None: not filled in."""
    per_base_unit: Decimal | None
    """The exact amount for one base unit; None for the base unit, and for units of unknown size."""
    reduced: Decimal | None
    """What is paid with the discount in force; None without one."""
    groups: tuple[GroupPrice, ...]
    """What customer groups pay instead; none for a product of one level."""


def price_lines(product: Product, rounding: int | None) -> list[PriceLine]:
    """Return what customers pay for each price. If only groups pay it, that is what they pay.

    If the product is that of a level, it is what customers of that level pay.
    """
    lines = []
    for label, price in label_prices(product.prices, product.groups):
        listed = rupiah(shown_price(price, rounding))
        if price.hargajual is None:
            lines.append(PriceLine(label, label_unpriced(product.matauang, short=True)))
        elif usual := usual_price(price, product.groups, rounding, product.discounts):
            if usual.discount:
                lines.append(_discounted(f"{label_unit(price)} {label_groups(usual.names)}", listed, usual))
            else:
                lines.append(PriceLine(f"{label_unit(price)} {label_payers(usual)}", rupiah(usual.amount)))
        elif paid := paid_instead(price, product):
            shown = replace(paid, amount=round_amount(paid.amount, rounding))
            lines.append(_discounted(label, listed, shown) if paid.discount else PriceLine(label, rupiah(shown.amount)))
        else:
            lines.append(PriceLine(label, listed))
    return lines


def offer_lines(product: Product, rounding: int | None) -> list[PriceLine]:
    """Return each price with a discount in force, of customers in general and then of each group with its own.

    There are none of groups for a product of one level, whose customers see their own prices only.
    """
    lines = [line for line in price_lines(product, rounding) if line.offer]
    if product.level is None:
        lines += [
            _discounted(f"{label} {label_groups(paid.names)}", rupiah(shown_price(price, rounding)), paid)
            for label, price in label_prices(product.prices, product.groups)
            for paid in group_prices(price, product.groups, rounding, product.discounts)
            if paid.discount
        ]
    return list(dict.fromkeys(lines))


def promotion_texts(product: Product, names: Products) -> list[str]:
    """Describe each promotion in force. `names` has the other products that people get."""
    gifts = [None if promotion.gift is None else names.name(promotion.gift) for promotion in product.promotions]
    return list(dict.fromkeys(map(label_promotion, product.promotions, gifts)))


def shown_prices(product: Product, rounding: int | None) -> Iterator[ShownPrice]:
    """Yield each price of a product. One of a level has the prices that its customers pay, and no groups."""
    for label, price in label_prices(product.prices, product.groups):
        paid = paid_instead(price, product) if product.level is not None else price_in_force(price, product.discounts)
        reduced = None
        if price.hargajual is None:
            exact = amount = None
        elif paid and not paid.discount:
            exact, amount = paid.amount, round_amount(paid.amount, rounding)
        else:
            exact, amount = price.hargajual, shown_price(price, rounding)
            reduced = round_amount(paid.amount, rounding) if paid else None
        groups = group_prices(price, product.groups, rounding, product.discounts) if product.level is None else ()
        yield ShownPrice(label, price, amount, _per_base_unit(price, exact), reduced, tuple(groups))


def losses(product: Product, rounding: int | None) -> Iterator[tuple[str, Price, Decimal]]:
    """Yield the label of each price that is below its cost, the price, and the list price as people see it."""
    for label, price in label_prices(product.prices, product.groups):
        if is_below_cost([price]):
            yield label, price, shown_price(price, rounding)


def cost_of(price: Price, rounding: int | None) -> CostOfPrice:
    """Return the cost and the margin of a price."""
    exact, cost = price.hargajual, price.hargapokok
    in_ipos = exact if exact is not None and shown_price(price, rounding) != exact else None
    if cost is None:
        return CostOfPrice(in_ipos, None, None, None)
    if exact is None:
        return CostOfPrice(in_ipos, cost, None, None)
    margin = exact - cost
    return CostOfPrice(in_ipos, cost, margin, abs(margin) / cost if cost > 0 else None)


def _per_base_unit(price: Price, amount: Decimal | None) -> Decimal | None:
    if amount is None or not price.konversi or price.konversi == 1:
        return None
    return amount / price.konversi


def _discounted(label: str, before: str, paid: Paid | GroupPrice) -> PriceLine:
    return PriceLine(label, rupiah(paid.amount), before, label_discount(paid.discount) if paid.discount else "")
