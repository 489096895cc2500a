"""Formats prices in narrow lines, aligned for a phone. Amounts are exact, unless PRICE_ROUNDING rounds them up."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from toko_bot.replies import messages
from toko_bot.replies.phone.lines import WIDTH
from toko_core.catalog.products import Price, Product
from toko_core.prices.labels import LONGEST_UNIT, UNPRICED, label_group_price, label_unpriced
from toko_core.prices.payable import GroupPrice, round_amount
from toko_core.prices.shown import PriceLine, cost_of, losses, offer_lines, shown_prices
from toko_core.text import percent, rupiah

MOST_GROUP_PRICES = 4
"""The most lines for customer groups below a price."""


def discount_lines(product: Product, rounding: int | None) -> list[str]:
    """Format one line of HTML for each price with a discount: `PCS Rp10.000 → <b>Rp9.000</b> diskon 10%`."""
    return [discount_line(line) for line in offer_lines(product, rounding)]


def discount_line(line: PriceLine) -> str:
    """Format the line of HTML of a price with a discount."""
    return f"🏷 {escape(line.label)} {line.before} → <b>{line.amount}</b> {escape(line.offer)}"


def full_table(product: Product, base_unit: str, rounding: int | None, *, with_cost: bool) -> Iterator[list[str]]:
    """Yield the lines of each price, with the price per base unit, and what customer groups with a percent pay.

    For owners they have the cost and the margin of the list price. A product of one level has the prices that its
    customers pay, and no groups.
    """
    for shown in shown_prices(product, rounding):
        amount = label_unpriced(product.matauang) if shown.amount is None else rupiah(shown.amount)
        lines = [two_columns(shown.label, amount)]
        if shown.per_base_unit is not None:
            lines.append(f"  {_per_unit(shown.per_base_unit)}/{base_unit[:LONGEST_UNIT]}".rjust(WIDTH))
        if shown.reduced is not None:
            lines.append(two_columns("  diskon", rupiah(shown.reduced)))
        if with_cost:
            lines += _cost_lines(shown.price, rounding)
        yield [*lines, *_of_groups(shown.groups)]


def loss_lines(product: Product, rounding: int | None) -> Iterator[list[str]]:
    """Yield the lines of each price that is below its cost: the price, the cost and the loss."""
    for label, price, amount in losses(product, rounding):
        yield [two_columns(label, rupiah(amount)), *_cost_lines(price, rounding)]


def two_columns(left: str, right: str) -> str:
    """Put two texts in one line if they fit, else in two lines."""
    if len(left) + 1 + len(right) <= WIDTH:
        return left + right.rjust(WIDTH - len(left))
    return f"{left[:WIDTH]}\n{right.rjust(WIDTH)}"


def _cost_lines(price: Price, rounding: int | None) -> Iterator[str]:
    """Yield the cost and the margin of a price, rounded half up to the rupiah."""
    found = cost_of(price, rounding)
    if found.in_ipos is not None:
        yield two_columns("  di iPOS", rupiah(found.in_ipos))
    if found.cost is None:
        yield two_columns("  modal", UNPRICED)
        return
    yield two_columns("  modal", rupiah(round_amount(found.cost, None)))
    if found.margin is None:
        return
    of_cost = "" if found.share is None else f" {percent(found.share)}"
    label = "  laba" if found.margin >= 0 else "  RUGI"
    yield two_columns(label, f"{rupiah(round_amount(abs(found.margin), None))}{of_cost}")


def _of_groups(found: tuple[GroupPrice, ...]) -> Iterator[str]:
    for paid in found[:MOST_GROUP_PRICES]:
        yield two_columns(f"  {label_group_price(paid)}", rupiah(paid.amount))
    if len(found) > MOST_GROUP_PRICES:
        yield f"  {messages.more_lines(len(found) - MOST_GROUP_PRICES)}"


def _per_unit(amount: Decimal) -> str:
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{'=' if whole == amount else '≈'} {rupiah(whole)}"
