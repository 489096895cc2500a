"""Reads the barcodes that a shop's own scale prints: an EAN-13 with a prefix from 20 to 29.

After the prefix come five digits of the item and five of its weight in grams or its price in rupiah, which the shop
sets on the scale: the label does not say which.
"""

from decimal import Decimal
from typing import NamedTuple

from toko_core.search.codes.gtin import check_digit

PREFIXES = frozenset(map(str, range(20, 30)))
DIGITS = 13
ITEM, VALUE = slice(2, 7), slice(7, 12)


class ScaleLabel(NamedTuple):
    """What a scale printed."""

    items: tuple[str, ...]
    """The numbers under which a shop may have the item, the most specific first."""
    value: int
    """Grams or rupiah."""

    @property
    def kilograms(self) -> Decimal:
        """The weight, if the scale prints weights."""
        return Decimal(self.value) / 1000


def read_scale_label(digits: str) -> ScaleLabel | None:
    """Return what a label says, or None if the digits are no label or their check digit is wrong."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()) or digits[:2] not in PREFIXES:
        return None
    if check_digit(digits[:-1]) != digits[-1]:
        return None
    head = digits[: ITEM.stop]
    of_nothing = f"{head}00000"
    item = digits[ITEM]
    items = (of_nothing + check_digit(of_nothing), of_nothing, head, head[1:], item, item.lstrip("0"))
    return ScaleLabel(items, int(digits[VALUE]))
