"""The messages that show one product, and what they share with lists of products."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot.replies import messages
from toko_bot.replies.buttons import Button, History, Photo, ProductList, Results, data_of
from toko_bot.replies.price_lines import full_table, price_table, two_columns
from toko_bot.settings import BotSettings
from toko_core.catalog.freshness import open_age
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.prices import is_below_cost, quantity
from toko_core.text import moment, shorten

LONGEST_FULL_NAME = 300
PRICE_CHARACTERS, STOCK_CHARACTERS, BARCODE_CHARACTERS = 1800, 500, 500
"""Of a product's page, so that all of it fits."""
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """A message: HTML and buttons; with a photo, the HTML is its caption."""

    text: str
    markup: InlineKeyboardMarkup | None = None
    photo: bytes | None = None


def product_page(
    served: Served, settings: BotSettings, row: int, *, owner: bool, back: ProductList | None = None
) -> Page:
    """Everything about a product; cost and margin for owners only. Reads the file: not in the event loop."""
    product, details = served.catalog.products[row], served.details.of(row)
    head = [f"<b>{escape(short_name(product, LONGEST_FULL_NAME))}</b>"]
    if not product.dijual:
        head.append(f"🚫 {messages.NOT_SOLD}")
    if owner and is_below_cost(product.prices):
        head.append(messages.BELOW_COST_WARNING)
    blocks = full_table(product.prices, details.satuan, settings.price_rounding, with_cost=owner)
    table = fit(["\n".join(block) for block in blocks], PRICE_CHARACTERS, messages.more_prices)
    parts = ["\n".join(head), _pre(table)]
    if details.stock:
        stock = [two_columns(place.kantor[:16], quantity(place.stok)) for place in details.stock]
        parts.append(f"Stok ({escape(details.satuan[:16])})\n{_pre(fit(stock, STOCK_CHARACTERS))}")
    facts = [f"Kode: <code>{escape(product.kodeitem[:100])}</code>"]
    units = [price.satuan for price in product.prices]
    barcodes = sorted(details.barcodes, key=lambda b: (units.index(b.satuan) if b.satuan in units else 99, b.barcode))
    facts += _barcodes([(b.barcode[:64], b.satuan[:16]) for b in barcodes])
    for title, value in (("Rak", details.rak), ("Merek", product.merek), ("Jenis", product.jenis)):
        if value:
            facts.append(f"{title}: {escape(value[:100])}")
    parts.append("\n".join(facts))
    parts += stale_lines(served, settings) or [messages.data_from(moment(served.data_time, settings.zone))]
    if isinstance(back, Results) and back.query is not None and ":" not in data_of(back):
        parts.append(messages.asked(back.query))
    code = product_hash(product.kodeitem)
    buttons = [button(messages.BACK, back)] if back is not None else []
    buttons += [button(messages.PHOTO, Photo(code))] if details.has_photo else []
    buttons.append(button(messages.HISTORY, History(code)))
    return Page("\n\n".join(filter(None, parts)), InlineKeyboardMarkup([buttons]))


def shared_text(served: Served, settings: BotSettings, row: int) -> str:
    """A product as others may see it in any chat: its prices."""
    product = served.catalog.products[row]
    head = f"<b>{escape(short_name(product, LONGEST_FULL_NAME))}</b>"
    if not product.dijual:
        head += f"\n🚫 {messages.NOT_SOLD}"
    table = fit(price_table(product.prices, settings.price_rounding), PRICE_CHARACTERS, messages.more_prices)
    data = stale_lines(served, settings) or [messages.data_from(moment(served.data_time, settings.zone))]
    return "\n\n".join([head, _pre(table), *data])


def query_of(text: str) -> str | None:
    """What was searched, from the text of a message of the bot."""
    lines = [line for line in text.splitlines() if line.startswith(messages.ASKED)]
    return lines[-1].removeprefix(messages.ASKED) if lines else None


def is_stale(served: Served, settings: BotSettings) -> bool:
    return _open_age(served, settings) > timedelta(hours=settings.stale_hours)


def _open_age(served: Served, settings: BotSettings) -> timedelta:
    return open_age(served.data_time, datetime.now(UTC), settings.zone, settings.closed_days)


def stale_lines(served: Served, settings: BotSettings) -> list[str]:
    """What every answer says of old data."""
    if not is_stale(served, settings):
        return []
    return [messages.stale(moment(served.data_time, settings.zone))]


def short_name(product: Product, most: int) -> str:
    """Its name in at most so many characters, or its code if it has none."""
    return shorten(product.namaitem or product.kodeitem, most)


def _barcodes(barcodes: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"Barcode {escape(unit)}: <code>{escape(code)}</code>" for code, unit in barcodes]
    return fit(lines, BARCODE_CHARACTERS)


def fit(
    lines: Sequence[str], room: int, more: Callable[[int], str] = messages.more_lines, most: int | None = None
) -> list[str]:
    """As many as there is room for, and how many there are besides."""
    for number, line in enumerate(lines):
        room -= length(line) + 1
        if room < 0 or number == most:
            return [*lines[:number], more(len(lines) - number)]
    return list(lines)


def _pre(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f"<pre>{escape(text)}</pre>" if text else ""


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units after parsing."""
    return len(unescape(TAG.sub("", text)).encode("utf-16-le")) // 2


def button(label: str, pressed: Button) -> InlineKeyboardButton:
    """Of an inline keyboard."""
    return InlineKeyboardButton(label, callback_data=data_of(pressed))
