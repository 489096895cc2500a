"""What a customer is shown of a product: prices of one level, never cost, stock, shelf or remark."""

from dataclasses import dataclass, replace

from toko_bot.replies import messages
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.payable import ORDINARY_LEVEL, levels_of, of_level
from toko_core.prices.shown import PriceLine, price_lines, promotion_texts
from toko_core.text import drop_controls, moment, shorten

LONGEST_NAME, LONGEST_SHOP = 200, 100


@dataclass(frozen=True, slots=True)
class SharedPrices:
    """A product's prices for a customer, as plain texts of one line each."""

    shop: str
    name: str
    code: str
    is_sold: bool
    prices: tuple[PriceLine, ...]
    """What customers of the level pay now. Prices that are not filled in are left out."""
    promotions: tuple[str, ...]
    date: str
    """When the data was made."""


def shared_prices(served: Served, settings: BotSettings, row: int, level: int) -> SharedPrices:
    """Return a product's prices for customers of a level, with the discounts and promotions that are in force now."""
    product = of_level(asked_now(served.catalog.products, row, View(stock=False), settings.zone), level)
    lines = zip(product.prices, price_lines(product, settings.price_rounding), strict=True)
    promotions = promotion_texts(product, served.catalog.products)
    code = shorten(one_line(product.kodeitem), LONGEST_NAME)
    return SharedPrices(
        shorten(one_line(settings.shop_name), LONGEST_SHOP),
        shorten(one_line(product.namaitem) or code, LONGEST_NAME),
        code,
        product.dijual,
        tuple(replace(line, label=one_line(line.label)) for price, line in lines if price.hargajual),
        tuple(map(one_line, promotions)),
        messages.prices_of(moment(served.data_time, settings.zone)),
    )


def shared_level(product: Product, view: View, wanted: int | None = None) -> int:
    """Return the level whose prices somebody shares: their own if they see one, else the wanted one if there is one."""
    if view.level is not None:
        return view.level
    return wanted if wanted is not None and wanted in levels_of(product) else ORDINARY_LEVEL


def one_line(text: str) -> str:
    """Return a text without line breaks and characters that command."""
    return " ".join(drop_controls(text).split())
