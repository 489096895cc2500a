"""Formats prices in narrow lines, aligned for a phone. Amounts are exact, unless PRICE_ROUNDING rounds them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from toko_bot.replies import messages
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
    price_in_force,
    round_amount,
    shown_price,
    total,
    unit_price,
    usual_price,
)
from toko_core.search.quantities import Quantity, unit_named
from toko_core.text import percent, rupiah

WIDTH = 30
"""Characters of a line. A small phone shows 32 in a fixed-width font."""
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
    """The discount: `diskon 10 % s.d. 30 Nov`."""

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
    """Return what customers pay for each price. If only groups pay it, that is what they pay."""
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
        elif paid := price_in_force(price, product.discounts):
            lines.append(_discounted(label, listed, replace(paid, amount=round_amount(paid.amount, rounding))))
        else:
            lines.append(PriceLine(label, listed))
    return lines


def price_table(lines: Iterable[PriceLine]) -> list[str]:
    """Format one line for each price without a discount: its label and the amount."""
    return [two_columns(line.label, line.amount) for line in lines if not line.offer]


def discount_lines(lines: Iterable[PriceLine]) -> list[str]:
    """Format one line of HTML for each price with a discount: `PCS Rp10.000 → <b>Rp9.000</b> diskon 10 %`."""
    return [f"🏷 {line.html}" for line in lines if line.offer]


def total_lines(product: Product, wanted: Quantity, rounding: int | None) -> list[str]:
    """Format a line of HTML with what everybody pays for a quantity: `3 DUS = <b>Rp354.000</b>`.

    There is none if the product has no price in the wanted unit. Without a unit, its base unit is meant.
    """
    satuan = next((price.satuan for price in product.prices if _is_wanted(price, wanted)), None)
    if wanted.number is None or satuan is None:
        return []
    price = unit_price(product, satuan, wanted.number)
    if price is None or price <= 0:
        return []
    amount = rupiah(total([(wanted.number, price)], rounding))
    return [messages.total(wanted.number, satuan[:LONGEST_UNIT], amount)]


def _is_wanted(price: Price, wanted: Quantity) -> bool:
    return price.konversi == 1 if wanted.unit is None else unit_named(price.satuan) == wanted.unit


def group_discount_lines(product: Product, rounding: int | None) -> list[str]:
    """Format one line of HTML for each price of a customer group that has a discount of its own."""
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


def full_table(
    product: Product, base_unit: str, rounding: int | None, *, with_cost: bool, with_groups: bool = True
) -> Iterator[list[str]]:
    """Yield the lines of each price, with the price per base unit, and what customer groups with a percent pay.

    For owners they have the cost and the margin of the list price.
    """
    for label, price in label_prices(product.prices, product.groups):
        if price.hargajual is None:
            lines = [two_columns(label, messages.unpriced(product.matauang))]
        else:
            lines = [two_columns(label, rupiah(shown_price(price, rounding)))]
            if price.konversi not in {None, Decimal(1)} and price.konversi:
                lines.append(f"  {_per_unit(price.hargajual / price.konversi)}/{base_unit[:LONGEST_UNIT]}".rjust(WIDTH))
            if paid := price_in_force(price, product.discounts):
                lines.append(two_columns("  diskon", rupiah(round_amount(paid.amount, rounding))))
        if with_cost:
            lines += _cost(price, rounding)
        if with_groups:
            lines += _of_groups(price, product, rounding)
        yield lines


def chief_lines(product: Product, most: int, rounding: int | None) -> list[PriceLine]:
    """Return at most `most` prices. The first price of each unit goes before a second price of any unit."""
    lines = price_lines(product, rounding)
    units = [price.satuan for price in product.prices]
    best = sorted(range(len(lines)), key=lambda number: (units[number] in units[:number], number))[:most]
    return [lines[number] for number in sorted(best)]


def two_columns(left: str, right: str) -> str:
    """Put two texts in one line if they fit, else in two lines."""
    if len(left) + 1 + len(right) <= WIDTH:
        return left + right.rjust(WIDTH - len(left))
    return f"{left[:WIDTH]}\n{right.rjust(WIDTH)}"


def _cost(price: Price, rounding: int | None) -> Iterator[str]:
    exact, cost = price.hargajual, price.hargapokok
    if exact is not None and shown_price(price, rounding) != exact:
        yield two_columns("  di iPOS", rupiah(exact))
    if cost is None:
        yield two_columns("  pokok", messages.UNPRICED_SHORT)
        return
    yield two_columns("  pokok", rupiah(cost))
    if exact is None:
        return
    margin = exact - cost
    of_cost = f" {percent(abs(margin) / cost)}" if cost > 0 else ""  # as iPOS computes it
    yield two_columns("  laba" if margin >= 0 else "  RUGI", f"{rupiah(abs(margin))}{of_cost}")


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
