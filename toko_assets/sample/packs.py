"""Chooses the ladders of units in a category that suit a product: no bottle of biscuits, no sack of half a kilo."""

from collections.abc import Callable

from toko_assets.sample.names import SampleProduct, Size
from toko_assets.sample.vocabulary import Pack

SACHET_PRICE = 5_000
"""Rupiah. More expensive goods do not come in sachets."""

_PIECES = (Pack("PCS", 1),)


def fitting_ladders(product: SampleProduct) -> tuple[tuple[Pack, ...], ...]:
    """Return the ladders whose base unit suits the product's size and price, or single pieces if none does."""
    size = product.size or Size(0, "")
    fitting = tuple(
        ladder
        for ladder in product.category.packs
        if (suits := _SUITS.get(ladder[0].satuan)) is None or suits(size, product.price)
    )
    return fitting or (_PIECES,)


_SUITS: dict[str, Callable[[Size, int], bool]] = {
    "BKS": lambda size, _: size.dimension != "volume",
    "SCT": lambda size, price: price <= SACHET_PRICE and size.amount <= 60,
    "BTL": lambda size, _: size.dimension == "volume" and size.amount >= 20,
    "CUP": lambda size, _: size.dimension == "volume" and size.amount <= 400,
    "GLN": lambda size, _: size.dimension == "volume" and size.amount >= 5_000,
    "KLG": lambda size, _: size.dimension in ("mass", "volume") and 100 <= size.amount <= 25_000,
    "KG": lambda size, _: size == Size(1_000, "mass"),
    "SAK": lambda size, _: size.dimension == "mass" and size.amount >= 20_000,
    "STRIP": lambda size, _: size.dimension == "S",
    "TUBE": lambda size, _: size.dimension == "mass" and size.amount <= 300,
}
