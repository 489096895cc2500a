"""The messages that show products: a page of results, a product, an owners' list. Each with its buttons."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape, unescape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot import messages
from toko_bot.buttons import NOTHING, Button, Open, Photo, Report, Results, button_hash, data_of
from toko_bot.catalog import WEAK
from toko_bot.format import quantity
from toko_bot.freshness import open_age
from toko_bot.live_catalog import Served
from toko_bot.price_lines import below_cost, chief_lines, full_table, price_table, two_columns
from toko_bot.products import Product
from toko_bot.search.index import Hit
from toko_bot.settings import BotSettings

MOST_CHARACTERS = 4096
MOST_PAGES = 5
"""Of results: who has not found it on five pages types another word."""
NUMBERS_A_ROW = 5
PRICES_A_HIT = 3
LOSSES_A_HIT = 2
LONGEST_NAME = 100
LONGEST_FULL_NAME = 300
PRICE_CHARACTERS, STOCK_CHARACTERS, BARCODE_CHARACTERS = 1800, 500, 500
"""Of a product's page, so that all of it fits."""
SPACE = 120
"""Characters kept for what stands under the results."""
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """A message: HTML and buttons."""

    text: str
    markup: InlineKeyboardMarkup | None = None


def results_page(served: Served, settings: BotSettings, query: str, number: int, hits: Sequence[Hit]) -> Page:
    """Page `number`, from 1, of all hits of a query."""
    size = settings.page_size
    pages = max(1, -(-len(hits) // size))
    number = min(max(number, 1), pages)
    back = Results(number, query)
    shown = hits[(number - 1) * size : number * size]
    head = [messages.asked(query)]
    if hits and hits[0].score < WEAK:
        meant = served.catalog.index.suggestion(query, hits[0].row)
        head.append(messages.perhaps_meant(meant) if meant else messages.NOTHING_EXACT)
    if not hits:
        head.append(messages.NOTHING_NEAR)
    first = (number - 1) * size + 1
    room = MOST_CHARACTERS - SPACE - _length("\n".join(head))
    parts = [_hit(served, settings, first + n, hit.row, room // max(len(shown), 1)) for n, hit in enumerate(shown)]
    text = "\n\n".join(["\n".join(head), *parts, *_stale(served, settings)])
    turn = [(Results(page, query) if 1 <= page <= pages else None) for page in (number - 1, number + 1)]
    rows = [*_open_buttons(served, first, [hit.row for hit in shown], back), *_turning(number, pages, turn)]
    return Page(text, InlineKeyboardMarkup(rows) if rows else None)


def report_page(served: Served, settings: BotSettings, name: str, number: int, rows: Sequence[int]) -> Page:
    """A page of an owners' list."""
    if not rows:
        return Page("\n\n".join([messages.REPORT_EMPTY[name], *_stale(served, settings)]))
    size = settings.page_size
    pages = -(-len(rows) // size)
    number = min(max(number, 1), pages)
    shown = rows[(number - 1) * size : number * size]
    first = (number - 1) * size + 1
    head = f"<b>{messages.REPORT_TITLES[name]}</b>: {len(rows)}"
    room = (MOST_CHARACTERS - SPACE - _length(head)) // len(shown)
    cost = name == "rugi"
    parts = [_hit(served, settings, first + n, row, room, with_cost=cost) for n, row in enumerate(shown)]
    turn = [(Report(name, page) if 1 <= page <= pages else None) for page in (number - 1, number + 1)]
    keyboard = [*_open_buttons(served, first, shown, Report(name, number)), *_turning(number, pages, turn)]
    return Page("\n\n".join([head, *parts, *_stale(served, settings)]), InlineKeyboardMarkup(keyboard))


def product_page(
    served: Served, settings: BotSettings, row: int, *, owner: bool, back: Results | Report | None = None
) -> Page:
    """Everything about a product; cost and margin for owners only. Reads the file: not in the event loop."""
    product, details = served.catalog.products[row], served.details.of(row)
    head = [f"<b>{_name(product, LONGEST_FULL_NAME)}</b>"]
    if not product.dijual:
        head.append(f"🚫 {messages.NOT_SOLD}")
    if owner and below_cost(product.prices):
        head.append(messages.BELOW_COST_WARNING)
    blocks = full_table(product.prices, details.satuan, settings.price_rounding, with_cost=owner)
    table = _fit(["\n".join(block) for block in blocks], PRICE_CHARACTERS, messages.more_prices)
    parts = ["\n".join(head), _pre(table)]
    if details.stock:
        stock = [two_columns(place.kantor[:16], quantity(place.stok)) for place in details.stock]
        parts.append(f"Stok ({escape(details.satuan[:16])})\n{_pre(_fit(stock, STOCK_CHARACTERS))}")
    facts = [f"Kode: <code>{escape(product.kodeitem[:100])}</code>"]
    units = [price.satuan for price in product.prices]
    barcodes = sorted(details.barcodes, key=lambda b: (units.index(b.satuan) if b.satuan in units else 99, b.barcode))
    facts += _barcodes([(b.barcode[:64], b.satuan[:16]) for b in barcodes])
    for title, value in (("Rak", details.rak), ("Merek", product.merek), ("Jenis", product.jenis)):
        if value:
            facts.append(f"{title}: {escape(value[:100])}")
    parts.append("\n".join(facts))
    parts += _stale(served, settings) or [messages.data_from(messages.moment(served.data_time, settings.zone))]
    if isinstance(back, Results) and back.query is not None and ":" not in data_of(back):
        parts.append(messages.asked(back.query))
    buttons = [_button(messages.PHOTO, Photo(button_hash(product.kodeitem)))] if details.has_photo else []
    if back is not None:
        buttons.insert(0, _button(messages.BACK, back))
    return Page("\n\n".join(filter(None, parts)), InlineKeyboardMarkup([buttons]) if buttons else None)


def shared_text(served: Served, settings: BotSettings, row: int) -> str:
    """A product as others may see it in any chat: its prices."""
    product = served.catalog.products[row]
    head = f"<b>{_name(product, LONGEST_FULL_NAME)}</b>"
    if not product.dijual:
        head += f"\n🚫 {messages.NOT_SOLD}"
    table = _fit(price_table(product.prices, settings.price_rounding), PRICE_CHARACTERS, messages.more_prices)
    data = _stale(served, settings) or [messages.data_from(messages.moment(served.data_time, settings.zone))]
    return "\n\n".join([head, _pre(table), *data])


def query_of(text: str) -> str | None:
    """What was searched, from the text of a message of the bot."""
    lines = [line for line in text.splitlines() if line.startswith(messages.ASKED)]
    return lines[-1].removeprefix(messages.ASKED) if lines else None


def is_stale(served: Served, settings: BotSettings) -> bool:
    return _open_age(served, settings) > timedelta(hours=settings.stale_hours)


def _open_age(served: Served, settings: BotSettings) -> timedelta:
    return open_age(served.data_time, datetime.now(UTC), settings.zone, settings.closed_days)


def _stale(served: Served, settings: BotSettings) -> list[str]:
    if not is_stale(served, settings):
        return []
    return [messages.stale(messages.moment(served.data_time, settings.zone))]


def _hit(served: Served, settings: BotSettings, number: int, row: int, room: int, *, with_cost: bool = False) -> str:
    """A product in a list, in at most `room` characters."""
    product = served.catalog.products[row]
    name = _name(product, LONGEST_NAME)
    title = f"<b>{number}. {name}</b>" + ("" if product.dijual else f" · {messages.NOT_SOLD.lower()}")
    if with_cost:
        low = [price for price in product.prices if below_cost([price])]
        lines = ["\n".join(block) for block in full_table(low, "", settings.price_rounding, with_cost=True)]
        count, lines = len(low), lines[:LOSSES_A_HIT]
    else:
        count, lines = len(product.prices), chief_lines(product.prices, PRICES_A_HIT, settings.price_rounding)
    kept: list[str] = []
    room -= _length(title) + 2 + len(messages.more_prices(999))
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    more = [messages.more_prices(count - len(kept))] if count > len(kept) else []
    return "\n".join([title, *([f"<code>{escape(chr(10).join(kept))}</code>"] if kept else []), *more])


def _name(product: Product, most: int) -> str:
    name = product.namaitem or product.kodeitem
    return escape(name if len(name) <= most else name[: most - 1] + "…")


def _barcodes(barcodes: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"Barcode {escape(unit)}: <code>{escape(code)}</code>" for code, unit in barcodes]
    return _fit(lines, BARCODE_CHARACTERS)


def _fit(lines: Sequence[str], room: int, more: Callable[[int], str] = messages.more_lines) -> list[str]:
    """As many as there is room for, and how many there are besides."""
    for number, line in enumerate(lines):
        room -= _length(line) + 1
        if room < 0:
            return [*lines[:number], more(len(lines) - number)]
    return list(lines)


def _pre(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f"<pre>{escape(text)}</pre>" if text else ""


def _length(text: str) -> int:
    """As Telegram counts: UTF-16 units after parsing."""
    return len(unescape(TAG.sub("", text)).encode("utf-16-le")) // 2


def _open_buttons(
    served: Served, first: int, rows: Sequence[int], back: Results | Report
) -> list[list[InlineKeyboardButton]]:
    buttons = [
        _button(str(first + n), Open(button_hash(served.catalog.products.code(row)), back))
        for n, row in enumerate(rows)
    ]
    return [buttons[start : start + NUMBERS_A_ROW] for start in range(0, len(buttons), NUMBERS_A_ROW)]


def _turning(number: int, pages: int, turn: Sequence[Results | Report | None]) -> list[list[InlineKeyboardButton]]:
    if pages == 1:
        return []
    before, after = turn
    row = [InlineKeyboardButton(f"{number}/{pages}", callback_data=NOTHING)]
    if before is not None:
        row.insert(0, _button(messages.PREVIOUS, before))
    if after is not None:
        row.append(_button(messages.NEXT, after))
    return [row]


def _button(label: str, button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data_of(button))
