"""The text with a product's prices that people send on, and the messages with it and with a link."""

from html import escape

from telegram import InlineKeyboardButton

from toko_bot.replies import messages
from toko_bot.replies.layout import Page, button, fit, in_rows, list_page
from toko_bot.replies.price_lines import discount_line
from toko_bot.replies.sharing import words
from toko_bot.replies.sharing.buttons import Share
from toko_bot.replies.sharing.prices import LONGEST_NAME, SharedPrices, one_line, shared_level, shared_prices
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.prices.labels import label_level
from toko_core.prices.payable import levels_of
from toko_core.prices.shown import PriceLine
from toko_core.text import shorten

PRICE_CHARACTERS, PROMOTION_CHARACTERS = 1800, 1000
"""Limits that keep the text within one message."""
LEVELS_A_ROW, MOST_LEVELS, LONGEST_LEVEL = 3, 9, 20
LINK = "https://t.me/{bot}?start=p-{product}"


def share_page(
    served: Served, settings: BotSettings, row: int, view: View, wanted: int | None = None, *, for_colleagues: bool
) -> Page:
    """Build the message that people send on. Telegram leaves out its buttons when somebody forwards it.

    `wanted` is the chosen level; somebody who sees one level shares that one. `for_colleagues` offers a link, too.
    """
    product = served.catalog.products[row]
    level, code = shared_level(product, view, wanted), product_hash(product.kodeitem)
    shared = shared_prices(served, settings, row, level)
    more = [button(words.PICTURE, Share("picture", code, level))] if shared.prices else []
    more += [button(words.LINK, Share("link", code))] if for_colleagues else []
    levels = _levels(product, code, level) if view.level is None else []
    return list_page([shared_text(shared)], [*in_rows(levels, LEVELS_A_ROW), *([more] if more else [])])


def shared_text(shared: SharedPrices) -> str:
    """Return a product's prices as HTML that reads well in Telegram, and copied to other apps."""
    head = f"<b>{escape(shared.shop)}</b>\n{escape(shared.name)}"
    if not shared.is_sold:
        head += f"\n🚫 {messages.NOT_SOLD}"
    prices = [_price(line) for line in shared.prices] or [words.UNPRICED]
    parts = [head, "\n".join(fit(prices, PRICE_CHARACTERS, messages.more_prices))]
    promotions = [f"🎁 {escape(text)}" for text in shared.promotions]
    parts.append("\n".join(fit(promotions, PROMOTION_CHARACTERS, words.more_offers)))
    return "\n\n".join(filter(None, [*parts, escape(shared.date)]))


def link_page(served: Served, row: int, bot: str) -> Page:
    """Build the message with the link that opens a product in the chat with this bot."""
    product = served.catalog.products[row]
    url = LINK.format(bot=bot, product=product_hash(product.kodeitem))
    return Page(words.link(shorten(one_line(product.namaitem or product.kodeitem), LONGEST_NAME), url))


def is_shareable(product: Product) -> bool:
    """Return whether a product is sold, and has a price."""
    return product.dijual and any(price.hargajual for price in product.prices)


def _price(line: PriceLine) -> str:
    return discount_line(line) if line.offer else f"{escape(line.label)} {line.amount}"


def _levels(product: Product, code: str, chosen: int) -> list[InlineKeyboardButton]:
    """Return a button for each level that the product has prices of, if there is a choice."""
    levels = levels_of(product)
    if levels == [chosen]:
        return []
    return [
        button(
            f"{words.CHOSEN if level == chosen else ''}{shorten(label_level(level, product.groups), LONGEST_LEVEL)}",
            Share("level", code, level),
        )
        for level in levels[:MOST_LEVELS]
    ]
