"""The owners' lists: products below cost, without a price or out of stock, and those that sell best or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from telegram import InlineKeyboardButton
from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.buttons import Report
from toko_bot.replies.layout import Page, button, length, short_name, stale_lines
from toko_bot.replies.lists import (
    LONGEST_NAME,
    SPACE,
    list_page,
    open_buttons,
    part_of,
    product_part,
    turning,
)
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.text import count, day

COMMANDS = ("rugi", "tanpaharga", "habis", "laris", "lambat")
"""The commands that show a list, which has the same name."""
LISTS = (*COMMANDS, "habissemua", "larisminggu")
"""All lists. Buttons open the last ones: everything out of stock, and the best sellers of a week."""
OF_SALES = ("laris", "larisminggu", "lambat")
"""The lists that need sales."""


@dataclass(frozen=True, slots=True)
class Row:
    """A product of a list."""

    product_id: int
    stok: Decimal | None = None
    """The stock of all branches, where the list is of goods that do not sell."""
    modal: Decimal | None = None
    """What that stock cost; None if the cost is not known."""


def report_rows(served: Served, name: str) -> list[Row]:
    """Return the products of a list, the most urgent first. It reads the file: do not call it in the event loop."""
    sales, details = served.catalog.sales, served.details
    if name in {"laris", "larisminggu"}:
        return [Row(product) for product in sales.best(90 if name == "laris" else 7)]
    if name == "lambat":
        return [Row(*found) for found in details.idle_stock()] if sales.are_known else []
    products = details.report("habis" if name == "habissemua" else name)
    if name == "habis" and sales.are_known:
        sold = set(sales.sold().tolist())
        products = [product for product in products if product in sold]
    return [Row(product) for product in products]


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
    head = [f"<b>{_title(name, has_sales=sales.are_known)}</b>: {count(len(rows))} barang"]
    if name == "lambat":
        head.append(messages.idle_money(sum((row.modal for row in rows if row.modal is not None), Decimal(0))))
    if sales.until is not None and name not in {"rugi", "tanpaharga", "habissemua"}:
        head.append(messages.sales_until(day(sales.until, settings.zone)))
    room = (MessageLimit.MAX_TEXT_LENGTH - SPACE - length("\n".join(head))) // len(shown)
    parts = []
    for place, row in enumerate(shown, part.start + 1):
        product = served.catalog.products[row.product_id]
        title = f"<b>{place}. {escape(short_name(product, LONGEST_NAME))}</b>{_note(served, name, row)}"
        parts.append(product_part(served, product, settings, title, room, with_cost=name == "rugi"))
    keyboard = [
        *open_buttons(served, part, ids, Report(name, part.number)),
        *turning(part, lambda page: Report(name, page)),
        *more,
    ]
    return list_page(["\n".join(head), *parts, *stale_lines(served, settings)], keyboard)


def _title(name: str, *, has_sales: bool) -> str:
    return messages.REPORT_TITLES["habissemua" if name == "habis" and not has_sales else name]


def _note(served: Served, name: str, row: Row) -> str:
    """Return the line below a product's name: what it sold, or what its stock cost."""
    if name not in OF_SALES:
        return ""
    unit = served.details.of(row.product_id).satuan[:16]
    if name == "lambat":
        return f"\n{escape(messages.idle(row.stok or Decimal(0), unit, row.modal))}"
    sold = served.catalog.sales.of(row.product_id)
    if sold is None:
        return ""
    week = name == "larisminggu"
    receipts, amount = (sold.struk_7, sold.terjual_7) if week else (sold.struk_90, sold.terjual_90)
    return f"\n{escape(messages.sold(receipts, amount, unit))}"


def _other_lists(name: str, *, has_sales: bool) -> list[list[InlineKeyboardButton]]:
    """Return the buttons to the other form of a list."""
    others = {"laris": "larisminggu", "larisminggu": "laris"}
    if has_sales:
        others |= {"habis": "habissemua", "habissemua": "habis"}
    return [[button(messages.REPORT_BUTTONS[others[name]], Report(others[name], 1))]] if name in others else []
