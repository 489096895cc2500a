"""Reduces a product to what one price level pays, so that nothing that is built from it shows another level."""

from dataclasses import replace
from itertools import groupby

from toko_core.catalog.products import Product
from toko_core.prices.payable import ORDINARY_LEVEL


def at_level(product: Product, level: int | None) -> Product:
    """Return the product with the prices that a customer of a level pays, and without costs.

    The prices are those of `unit_price`: a unit without prices of the level has the ordinary ones. They name no level.
    Customer groups, and what only they get, are left out. With None the product is unchanged.
    """
    if level is None:
        return product
    prices = []
    for _, same in groupby(product.prices, key=lambda price: price.satuan):
        of_unit = list(same)
        own = [price for price in of_unit if price.level in (None, level)]
        prices += own or [price for price in of_unit if price.level == ORDINARY_LEVEL]
    return replace(
        product,
        prices=tuple(replace(price, level=None, hargapokok=None) for price in prices),
        groups=(),
        discounts=tuple(discount for discount in product.discounts if discount.group is None),
    )
