"""Adds up the lines of a receipt or a quotation, so that what is shown adds up to the total."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from toko_core.prices.payable import round_price, total


class Receipt(NamedTuple):
    """What lines cost: `sum(subtotals) + rounding == total`."""

    subtotals: tuple[Decimal, ...]
    """What each line costs if nothing else is bought: rounded once, as a total is."""
    rounding: Decimal
    """What the receipt has more or, if negative, less than its rounded lines, because it is rounded once."""
    total: Decimal


def add_up(lines: Sequence[tuple[Decimal, Decimal]], rounding: int | None) -> Receipt:
    """Return what lines of (quantity, exact unit price) cost. `rounding` is PRICE_ROUNDING."""
    subtotals = tuple(total([line], rounding) for line in lines)
    together = total(lines, rounding)
    return Receipt(subtotals, together - sum(subtotals, Decimal(0)), together)


def shown_unit_price(price: Decimal, rounding: int | None) -> Decimal:
    """Return an exact price of one unit as people see it: rounded up to PRICE_ROUNDING, else half up to a hundredth."""
    if rounding is not None:
        return round_price(price, rounding)
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP)
