"""The products of a catalogue as somebody is shown them."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from toko_core.catalog.products import Product, Products
from toko_core.people.view import View
from toko_core.prices.payable import of_level


def asked_now(products: Products, row: int, view: View, zone: ZoneInfo) -> Product:
    """Return a product as `view` shows it, with the discounts and promotions that are in force now."""
    return asked_at(products, row, view, datetime.now(zone).replace(tzinfo=None))


def asked_at(products: Products, row: int, view: View, moment: datetime) -> Product:
    """Return a product as `view` shows it at a moment of the shop's wall clock."""
    product = products.at(row, moment)
    return of_level(product if view.stock else replace(product, stok=None), view.level)
