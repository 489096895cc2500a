"""The owners' lists: products below cost, without a price or out of stock, and those that sell best or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape

from telegram import InlineKeyboardButton
from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.buttons import Report
from toko_bot.replies.layout import Page, button, fit, length, list_page, part_of, stale_lines, turning
from toko_bot.replies.lists import LONGEST_LABEL, open_buttons
from toko_bot.replies.phone.hit import NAME_LINES, hit
from toko_bot.replies.phone.lines import shorten_to_lines
from toko_bot.replies.price_lines import loss_lines
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.catalog.reports.rows import OF_SALES, OUT_OF_STOCK, Row
from toko_core.text import count, day
from toko_core.text import sold as sold_text

COMMANDS = ("rugi", "tanpaharga", "habis", "laris", "lambat")
"""The commands that show a list, which has the same name."""
LISTS = (*COMMANDS, "habissemua", "larisminggu")
"""All lists. Buttons open the last ones: everything out of stock, and the best sellers of a week."""
LOSSES_A_HIT = 2
SPACE = 300
"""Characters that are reserved for what is above and below the products."""


def report_page(served: Served, settings: BotSettings, name: str, number: int, rows: Sequence[Row]) -> Page:
    """Build a page of a list. It reads the file: do not call it in the event loop."""
    sales = served.catalog.sales
    if name in OF_SALES and not sales.are_known:
        return list_page([messages.NO_SALES, *stale_lines(served, settings)], [])
    more = _other_lists(name, has_sales=sales.are_known)
    if not rows:
        return list_page([messages.REPORT_EMPTY[name], *stale_lines(served, settings)], more)
    part = part_of(len(rows), number, settings.page_size)
    shown = rows[part.start : part.end]
    ids = [row.product_id for row in shown]
    head = [f"<b>{_title(name, has_sales=sales.are_known)}</b>: {count(len(rows))}"]
    if name == "lambat":
        head.append(messages.idle_money(sum((row.modal for row in rows if row.modal is not None), Decimal(0))))
    if sales.until is not None and name not in {"rugi", "tanpaharga", "habissemua"}:
        head.append(messages.sales_until(day(sales.until, settings.zone)))
    room = (MessageLimit.MAX_TEXT_LENGTH - SPACE) // len(shown)
    parts: list[list[str]] = [[]]
    category: str | None = ""
    for place, row in enumerate(shown, part.start + 1):
        product = served.catalog.products[row.product_id]
        if name in OUT_OF_STOCK and category != product.jenis:
            category = product.jenis
            parts.append([f"<b>{escape((category or messages.NO_CATEGORY)[:LONGEST_LABEL])}</b>"])
        parts[-1].append(_product(served, settings, name, row, product, place, room))
    keyboard = [
        *open_buttons(served, part, ids, Report(name, part.number)),
        *turning(part, lambda page: Report(name, page)),
        *more,
    ]
    paragraphs = ["\n".join(part) for part in parts if part]
    return list_page(["\n".join(head), *paragraphs, *stale_lines(served, settings)], keyboard)


def _title(name: str, *, has_sales: bool) -> str:
    return messages.REPORT_TITLES["habissemua" if name == "habis" and not has_sales else name]


def _product(
    served: Served, settings: BotSettings, name: str, row: Row, product: Product, place: int, room: int
) -> str:
    """Format a product of a list: its name, and what the list is about."""
    if name in OUT_OF_STOCK:
        details = served.details.of(row.product_id)
        state = messages.out_of_stock(product.stok or Decimal(0), details.stokmin, details.satuan[:16])
        return f"{_title_of(product, place)}\n{escape(state)}"
    if name == "rugi":
        blocks = ["\n".join(block) for block in loss_lines(product, settings.price_rounding)]
        title = _title_of(product, place)
        table = fit(
            blocks, room - length(title) - length(messages.more_prices(999)), messages.more_prices, LOSSES_A_HIT
        )
        return f"{title}\n<code>{escape(chr(10).join(table))}</code>"
    shown = replace(product, stok=None) if name == "lambat" else product  # its line below has the stock
    title, *below = hit(shown, place, settings.price_rounding, _bold).splitlines()
    return "\n".join([title, *_note(served, name, row), *below])


def _title_of(product: Product, place: int) -> str:
    before = f"{place}. "
    name = shorten_to_lines(before, product.namaitem or product.kodeitem, NAME_LINES)
    return f"{before}{_bold(name)}{'' if product.dijual else f' · {messages.NOT_SOLD.lower()}'}"


def _bold(name: str) -> str:
    return f"<b>{escape(name)}</b>"


def _note(served: Served, name: str, row: Row) -> list[str]:
    """Return the line below a product's name: what it sold, or what its stock cost."""
    if name not in OF_SALES:
        return []
    unit = served.details.of(row.product_id).satuan[:16]
    if name == "lambat":
        return [escape(messages.idle(row.stok or Decimal(0), unit, row.modal))]
    sold = served.catalog.sales.of(row.product_id)
    if sold is None:
        return []
    week = name == "larisminggu"
    receipts, amount = (sold.struk_7, sold.terjual_7) if week else (sold.struk_90, sold.terjual_90)
    return [escape(sold_text(receipts, amount, unit))]


def _other_lists(name: str, *, has_sales: bool) -> list[list[InlineKeyboardButton]]:
    """Return the buttons to the other form of a list."""
    others = {"laris": "larisminggu", "larisminggu": "laris"}
    if has_sales:
        others |= {"habis": "habissemua", "habissemua": "habis"}
    return [[button(messages.REPORT_BUTTONS[others[name]], Report(others[name], 1))]] if name in others else []
