"""What the quantity that somebody asked for costs."""

from decimal import Decimal
from html import escape

from toko_bot.replies.phone import sentences
from toko_bot.replies.phone.hit import calculation_text
from toko_core.catalog.products import Price, Product
from toko_core.prices.labels import LONGEST_UNIT
from toko_core.prices.payable import Calculation, calculate, round_price
from toko_core.search.quantities import Quantity, unit_named
from toko_core.text import rupiah


def wanted_total(product: Product, wanted: Quantity, rounding: int | None) -> Calculation | None:
    """Return what a quantity costs everybody, or customers of the product's level.

    None if none is wanted, or the product has no price in that unit. Without a unit, its base unit is meant.
    """
    satuan = wanted_unit(product, wanted)
    return calculate(product, satuan, wanted.number, rounding) if satuan is not None and wanted.number else None


def wanted_unit(product: Product, wanted: Quantity) -> str | None:
    """Return the product's unit that a wanted quantity is of; None if none is wanted, or the product lacks the unit."""
    if wanted.number is None:
        return None
    return next((price.satuan for price in product.prices if _is_wanted(price, wanted)), None)


def total_lines(total: Calculation | None, rounding: int | None) -> list[str]:
    """Format what a quantity costs, and what a larger one would save, as lines of HTML."""
    if total is None:
        return []
    amount, saving = rupiah(total.total), next_tier_text(total, rounding)
    text = calculation_text(total, rounding).removesuffix(amount)
    return [f"🧮 {escape(text)}<b>{amount}</b>", *([f"💡 {escape(saving)}"] if saving else [])]


def next_tier_text(total: Calculation | None, rounding: int | None) -> str:
    """Say from which quantity on the price is lower; "" if it never is, or rounding hides it."""
    if total is None or total.next_tier is None or total.next_tier.saved <= 0:
        return ""
    following = total.next_tier
    price = rupiah(round_price(following.price, rounding))
    return sentences.next_tier(following.quantity, total.satuan[:LONGEST_UNIT], price, rupiah(following.saved))


def unit_price_text(total: Calculation, rounding: int | None) -> str:
    """Return the price of one unit that applies to a quantity: `Rp17.200/BKS`."""
    return sentences.unit_price(rupiah(round_price(total.price, rounding)), total.satuan[:LONGEST_UNIT])


def _is_wanted(price: Price, wanted: Quantity) -> bool:
    return price.konversi == Decimal(1) if wanted.unit is None else unit_named(price.satuan) == wanted.unit
