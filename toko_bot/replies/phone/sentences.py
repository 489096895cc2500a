"""The words of lists and calculations, in Indonesian. They are plain text: whoever makes HTML of them escapes them."""

from collections.abc import Sequence
from decimal import Decimal

from toko_core.text import quantity

OUT_OF_STOCK, SOME_STOCK = "habis", "ada"
PROMOTION = "promo"
CALCULATE = "🧮 Hitung"
FEWER, MORE = "−", "+"
UNPRICED = "Harga satuan ini belum diisi."
CHOSEN = "✓ "


def in_stock(amount: str) -> str:
    return f"stok {amount}"


def starting_at(amount: str) -> str:
    """The lowest of several prices."""
    return f"mulai {amount}"


def instead_of(amount: str) -> str:
    """The list price, after the price with a discount."""
    return f"dari {amount}"


def calculation(number: Decimal, unit: str, price: str, total: str, *, is_exact: bool) -> str:
    """What a quantity costs. Without `is_exact` the total was rounded: it is not number × price."""
    return f"{quantity(number)} {unit} {'×' if is_exact else '@'} {price} = {total}"


def total(number: Decimal, unit: str, amount: str) -> str:
    """What a quantity costs, in fewer characters."""
    return f"{quantity(number)} {unit} = {amount}"


def next_tier(number: Decimal, unit: str, price: str, saved: str) -> str:
    """From which quantity on the price is lower, and what that saves."""
    return f"Beli {quantity(number)} {unit} jadi {price}/{unit}, hemat {saved}"


def unit_price(price: str, unit: str) -> str:
    return f"{price}/{unit}"


def best_hit(number: int, facts: Sequence[str]) -> str:
    """What a quantity of a product of the list above it costs."""
    return f"💡 No. {number} – {'. '.join(facts)}"


def for_level(name: str) -> str:
    """The level whose price is calculated."""
    return f"Harga {name}"
