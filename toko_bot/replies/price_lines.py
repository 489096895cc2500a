"""Formats prices in narrow lines, aligned for a phone. Amounts are exact, unless PRICE_ROUNDING rounds them up."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from toko_bot.replies import messages
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.prices import (
    LONGEST_UNIT,
    group_prices,
    label_prices,
    label_unit,
    percent,
    rupiah,
    shown_price,
    usual_price,
)

WIDTH = 30
"""Characters of a line. A small phone shows 32 in a fixed-width font."""
MOST_GROUP_PRICES = 4
"""The most lines for customer groups below a price."""


def price_table(product: Product, rounding: int | None) -> list[str]:
    """Format one line for each price: its label and the amount."""
    return [two_columns(*line) for line in price_cells(product, rounding)]


def price_cells(product: Product, rounding: int | None) -> Iterator[tuple[str, str]]:
    """Yield the label and the amount of each price. If only groups with a percent pay it, that is what they pay."""
    for label, price in label_prices(product.prices, product.groups):
        if price.hargajual is None:
            yield label, messages.unpriced(product.matauang, short=True)
        elif usual := usual_price(price, product.groups, rounding):
            yield f"{label_unit(price)} {usual.label}", rupiah(usual.amount)
        else:
            yield label, rupiah(shown_price(price, rounding))


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
        if with_cost:
            lines += _cost(price, rounding)
        if with_groups:
            lines += _of_groups(price, product.groups, rounding)
        yield lines


def chief_lines(product: Product, most: int, rounding: int | None) -> list[str]:
    """Format at most `most` prices. The first price of each unit goes before a second price of any unit."""
    lines = price_table(product, rounding)
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


def _of_groups(price: Price, groups: Sequence[CustomerGroup], rounding: int | None) -> Iterator[str]:
    found = group_prices(price, groups, rounding)
    for paid in found[:MOST_GROUP_PRICES]:
        yield two_columns(f"  {paid.label}", rupiah(paid.amount))
    if len(found) > MOST_GROUP_PRICES:
        yield f"  {messages.more_lines(len(found) - MOST_GROUP_PRICES)}"


def _per_unit(amount: Decimal) -> str:
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{'=' if whole == amount else '≈'} {rupiah(whole)}"
