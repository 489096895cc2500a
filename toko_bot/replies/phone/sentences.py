"""The words of lists and calculations, in Indonesian. They are plain text: whoever makes HTML of them escapes them."""

from collections.abc import Sequence

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


def best_hit(number: int, facts: Sequence[str]) -> str:
    """What a quantity of a product of the list above it costs."""
    return f"💡 No. {number} – {'. '.join(facts)}"


def for_level(name: str) -> str:
    """The level whose price is calculated."""
    return f"Harga {name}"
