"""What the quantity that somebody asked for costs, and how that is said in Indonesian. All texts are plain text."""

from decimal import Decimal

from toko_core.catalog.products import Product
from toko_core.prices.labels import LONGEST_UNIT
from toko_core.prices.payable import Calculation, calculate, round_price
from toko_core.search.quantities import Quantity, unit_meant
from toko_core.text import quantity, rupiah


def wanted_total(product: Product, wanted: Quantity, query: str, rounding: int | None) -> Calculation | None:
    """Return what a quantity costs everybody, or customers of the product's level. `query` is what somebody typed.

    None if none is wanted, or the product has no price in that unit. Without a unit, its base unit is meant.
    """
    satuan = wanted_unit(product, wanted, query)
    return calculate(product, satuan, wanted.number, rounding) if satuan is not None and wanted.number else None


def wanted_unit(product: Product, wanted: Quantity, query: str) -> str | None:
    """Return the product's unit that a wanted quantity is of.

    None if none is wanted, if the product lacks the unit, or if several of its units may be meant.
    """
    if wanted.number is None:
        return None
    if wanted.unit is not None:
        return unit_meant((price.satuan for price in product.prices), wanted.unit, query)
    return next((price.satuan for price in product.prices if price.konversi == 1), None)


def calculation_text(total: Calculation, rounding: int | None) -> str:
    """Return `3 DUS × Rp118.000 = Rp354.000`; with `@` in place of `×` if the total was rounded."""
    price = round_price(total.price, rounding)
    times = "×" if price * total.quantity == total.total else "@"
    return f"{_amount_of(total.quantity, total.satuan)} {times} {rupiah(price)} = {rupiah(total.total)}"


def short_calculation_text(total: Calculation) -> str:
    """Return `3 DUS = Rp354.000`."""
    return f"{_amount_of(total.quantity, total.satuan)} = {rupiah(total.total)}"


def next_tier_text(total: Calculation | None, rounding: int | None) -> str:
    """Say from which quantity on the price is lower; "" if it never is, or rounding hides it."""
    if total is None or total.next_tier is None or total.next_tier.saved <= 0:
        return ""
    unit, price = total.satuan[:LONGEST_UNIT], rupiah(round_price(total.next_tier.price, rounding))
    amount, saved = _amount_of(total.next_tier.quantity, unit), rupiah(total.next_tier.saved)
    return f"Beli {amount} jadi {price}/{unit}, hemat {saved}"


def unit_price_text(total: Calculation, rounding: int | None) -> str:
    """Return the price of one unit that applies to a quantity: `Rp17.200/BKS`."""
    return f"{rupiah(round_price(total.price, rounding))}/{total.satuan[:LONGEST_UNIT]}"


def _amount_of(number: Decimal, unit: str) -> str:
    return f"{quantity(number)} {unit[:LONGEST_UNIT]}"
