"""Formats prices in narrow lines, aligned for a phone. Amounts are exact, unless PRICE_ROUNDING rounds them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from toko_bot.replies import messages
from toko_bot.replies.phone.lines import WIDTH
from toko_core.catalog.products import Price, Product, Products
from toko_core.prices.labels import (
    LONGEST_UNIT,
    label_discount,
    label_groups,
    label_payers,
    label_prices,
    label_promotion,
    label_unit,
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
from toko_core.text import percent, rupiah

MOST_GROUP_PRICES = 4
"""The most lines for customer groups below a price."""


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
    def html(self) -> str:
        """The line of a price with a discount."""
        return f"{escape(self.label)} {self.before} → <b>{self.amount}</b> {escape(self.offer)}"

    @property
    def text(self) -> str:
        """The line without markup."""
        offer = f" ({self.offer}, dari {self.before})" if self.offer else ""
        return f"{self.label} {self.amount}{offer}"


def price_lines(product: Product, rounding: int | None) -> list[PriceLine]:
    """Return what customers pay for each price. If only groups pay it, that is what they pay.

    If the product is that of a level, it is what customers of that level pay.
    """
    lines = []
    for label, price in label_prices(product.prices, product.groups):
        listed = rupiah(shown_price(price, rounding))
        if price.hargajual is None:
            lines.append(PriceLine(label, messages.unpriced(product.matauang, short=True)))
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


def discount_lines(lines: Iterable[PriceLine]) -> list[str]:
    """Format one line of HTML for each price with a discount: `PCS Rp10.000 → <b>Rp9.000</b> diskon 10%`."""
    return [f"🏷 {line.html}" for line in lines if line.offer]


def group_discount_lines(product: Product, rounding: int | None) -> list[str]:
    """Format one line of HTML for each price of a customer group that has a discount of its own.

    There are none for a product of one level, whose customers see their own prices only.
    """
    if product.level is not None:
        return []
    return [
        f"🏷 {_discounted(f'{label} {label_groups(paid.names)}', rupiah(shown_price(price, rounding)), paid).html}"
        for label, price in label_prices(product.prices, product.groups)
        for paid in group_prices(price, product.groups, rounding, product.discounts)
        if paid.discount
    ]


def promotion_lines(product: Product, names: Products) -> list[str]:
    """Format one line of HTML for each promotion. `names` has the other products that people get."""
    gifts = [None if promotion.gift is None else names.name(promotion.gift) for promotion in product.promotions]
    lines = [label_promotion(*pair) for pair in zip(product.promotions, gifts, strict=True)]
    return [f"🎁 {escape(line)}" for line in lines]


def full_table(product: Product, base_unit: str, rounding: int | None, *, with_cost: bool) -> Iterator[list[str]]:
    """Yield the lines of each price, with the price per base unit, and what customer groups with a percent pay.

    For owners they have the cost and the margin of the list price. A product of one level has the prices that its
    customers pay, and no groups.
    """
    for label, price in label_prices(product.prices, product.groups):
        paid = paid_instead(price, product) if product.level is not None else price_in_force(price, product.discounts)
        if price.hargajual is None:
            lines = [two_columns(label, messages.unpriced(product.matauang))]
        elif paid and not paid.discount:
            lines = [two_columns(label, rupiah(round_amount(paid.amount, rounding)))]
            lines += _per_base_unit(price, paid.amount, base_unit)
        else:
            lines = [two_columns(label, rupiah(shown_price(price, rounding)))]
            lines += _per_base_unit(price, price.hargajual, base_unit)
            if paid:
                lines.append(two_columns("  diskon", rupiah(round_amount(paid.amount, rounding))))
        if with_cost:
            lines += cost_lines(price, rounding)
        if product.level is None:
            lines += _of_groups(price, product, rounding)
        yield lines


def loss_lines(product: Product, rounding: int | None) -> Iterator[list[str]]:
    """Yield the lines of each price that is below its cost: the price, the cost and the loss."""
    for label, price in label_prices(product.prices, product.groups):
        if is_below_cost([price]):
            yield [two_columns(label, rupiah(shown_price(price, rounding))), *cost_lines(price, rounding)]


def two_columns(left: str, right: str) -> str:
    """Put two texts in one line if they fit, else in two lines."""
    if len(left) + 1 + len(right) <= WIDTH:
        return left + right.rjust(WIDTH - len(left))
    return f"{left[:WIDTH]}\n{right.rjust(WIDTH)}"


def cost_lines(price: Price, rounding: int | None) -> Iterator[str]:
    """Yield the cost and the margin of a price, rounded half up to the rupiah."""
    exact, cost = price.hargajual, price.hargapokok
    if exact is not None and shown_price(price, rounding) != exact:
        yield two_columns("  di iPOS", rupiah(exact))
    if cost is None:
        yield two_columns("  modal", messages.UNPRICED_SHORT)
        return
    yield two_columns("  modal", rupiah(messages.whole(cost)))
    if exact is None:
        return
    margin = exact - cost
    of_cost = f" {percent(abs(margin) / cost)}" if cost > 0 else ""  # as iPOS computes it
    label = "  laba" if margin >= 0 else "  RUGI"
    yield two_columns(label, f"{rupiah(messages.whole(abs(margin)))}{of_cost}")


def _per_base_unit(price: Price, amount: Decimal, base_unit: str) -> list[str]:
    """Return the line with an amount for one base unit; none for the base unit and units of unknown size."""
    if not price.konversi or price.konversi == 1:
        return []
    return [f"  {_per_unit(amount / price.konversi)}/{base_unit[:LONGEST_UNIT]}".rjust(WIDTH)]


def _of_groups(price: Price, product: Product, rounding: int | None) -> Iterator[str]:
    found = group_prices(price, product.groups, rounding, product.discounts)
    for paid in found[:MOST_GROUP_PRICES]:
        label = f"{label_groups(paid.names)} diskon" if paid.discount else label_payers(paid)
        yield two_columns(f"  {label}", rupiah(paid.amount))
    if len(found) > MOST_GROUP_PRICES:
        yield f"  {messages.more_lines(len(found) - MOST_GROUP_PRICES)}"


def _discounted(label: str, before: str, paid: Paid | GroupPrice) -> PriceLine:
    return PriceLine(label, rupiah(paid.amount), before, label_discount(paid.discount) if paid.discount else "")


def _per_unit(amount: Decimal) -> str:
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{'=' if whole == amount else '≈'} {rupiah(whole)}"
