"""Which products are in a list for owners, in which order."""

from dataclasses import dataclass
from decimal import Decimal

from toko_core.catalog.live import Served

OF_SALES = ("laris", "larisminggu", "lambat")
"""The lists that need sales."""
OUT_OF_STOCK = ("habis", "habissemua")
"""The lists by category."""


@dataclass(frozen=True, slots=True)
class Row:
    """A product of a list."""

    product_id: int
    stok: Decimal | None = None
    """The stock of all branches, where the list is of goods that do not sell."""
    modal: Decimal | None = None
    """What that stock cost; None if the cost is not known."""


def report_rows(served: Served, name: str) -> list[Row]:
    """Return the products of a list, the most urgent first. It reads the file: do not call it in the event loop.

    The lists: below cost (rugi), without a price (tanpaharga), out of stock and sold in 90 days (habis) or at all
    (habissemua), best sellers of 90 days (laris) and of 7 (larisminggu), in stock and not sold in 90 days (lambat).
    """
    sales, details = served.catalog.sales, served.details
    if name in {"laris", "larisminggu"}:
        return [Row(product) for product in sales.best(90 if name == "laris" else 7)]
    if name == "lambat":
        return [Row(*found) for found in details.idle_stock()] if sales.are_known else []
    products = details.report("habis" if name == "habissemua" else name)
    if name == "habis" and sales.are_known:
        sold = set(sales.sold().tolist())
        products = [product for product in products if product in sold]
    if name in OUT_OF_STOCK:
        products.sort(key=lambda product: _by_category(served.catalog.products.label(product, "jenis")))
    return [Row(product) for product in products]


def _by_category(name: str | None) -> tuple[bool, str]:
    """Return the key by which products are sorted: those without a category last."""
    return name is None, (name or "").casefold()
