"""The messages that list something: a page of results, and the choices to narrow results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.buttons import LABELS, NOTHING, Choose, History, Label, Open, ProductList, Results
from toko_bot.replies.highlight import Highlight
from toko_bot.replies.layout import Page, asked_now, button, data_lines, length, short_name
from toko_bot.replies.narrowing import find, find_choices, has_choice, read_wanted
from toko_bot.replies.price_lines import (
    chief_lines,
    discount_lines,
    full_table,
    price_table,
    promotion_lines,
    total_lines,
)
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.catalog.reader import WEAK
from toko_core.prices.payable import is_below_cost
from toko_core.search import Hit

MOST_PAGES = 5
"""The most pages of results: somebody who has not found a product on five pages types another word, or narrows them."""
NUMBERS_A_ROW, CHOICES_A_ROW = 5, 2
PRICES_A_HIT = 3
LOSSES_A_HIT = 2
PROMOTIONS_A_HIT = 2
LONGEST_NAME, LONGEST_LABEL = 100, 50
SPACE = 120
"""Characters that are reserved for the text below the results."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a list: `rows[start:end]`."""

    number: int
    pages: int
    start: int
    end: int


def part_of(count: int, number: int, size: int) -> Part:
    """Return the page with this number, or the nearest existing one."""
    pages = max(1, -(-count // size))
    number = min(max(number, 1), pages)
    return Part(number, pages, (number - 1) * size, number * size)


def results_page(served: Served, settings: BotSettings, wanted: Results) -> tuple[Page, int]:
    """Build a page of the results of a query. Returns also how many results all pages have."""
    products, index, size = served.catalog.products, served.catalog.index, settings.page_size
    asked = read_wanted(index, products, wanted.query or "")
    hits = find(index, products, wanted, MOST_PAGES * size)
    part = part_of(len(hits), wanted.page, size)
    here = replace(wanted, page=part.number)
    rows = [hit.row for hit in hits[part.start : part.end]]
    head = _head(served, here, asked.text, hits)
    room = (MessageLimit.MAX_TEXT_LENGTH - SPACE - length("\n".join(head))) // max(len(rows), 1)
    mark = Highlight(index, asked.text, rows)
    parts = []
    shown = [asked_now(served, settings, row) for row in rows]
    for place, product in enumerate(shown, part.start + 1):
        name = f"{place}. {mark(short_name(product, LONGEST_NAME))}"
        title = "\n".join([name, *total_lines(product, asked, settings.price_rounding)])
        parts.append(product_part(served, product, settings, title, room))
    keyboard = [
        *open_buttons(served, part, rows, here),
        *turning(part, lambda page: replace(here, page=page)),
        *_narrowing(served, here, hits, part.pages),
    ]
    data = data_lines(served, settings, always=any(product.discounts or product.promotions for product in shown))
    return list_page(["\n".join(head), *parts, *data], keyboard), len(hits)


def choices_page(served: Served, results: Results, label: Label) -> Page:
    """Build the list of brands or categories to which the results of a query can be narrowed."""
    catalog = served.catalog
    buttons = [
        button(messages.choice(choice.name, choice.count), results.narrowed(label, choice.hash))
        for choice in find_choices(catalog.index, catalog.products, results, label)
    ]
    rows = [*_in_rows(buttons, CHOICES_A_ROW), [button(messages.BACK, results)]]
    return list_page([messages.asked(results.query or ""), messages.choose(label)], rows)


def _head(served: Served, here: Results, text: str, hits: Sequence[Hit]) -> list[str]:
    """Return the lines above the results: the query, its narrowing, and a suggestion or a hint.

    `text` is what was searched for.
    """
    kept = [label for label in LABELS if here.kept(label) is not None]
    head = [messages.asked(here.query or "")]
    if hits:
        head += [messages.kept(label, _kept_name(served, label, hits)) for label in kept]
    if not hits:
        head.append(messages.NOTHING_KEPT if kept else messages.NOTHING_NEAR)
        if not kept:
            head += [messages.perhaps_meant(meant) for meant in served.catalog.index.suggest(text, 1)]
    elif hits[0].score < WEAK and not kept:
        meant = served.catalog.index.suggestion(text, hits[0].row)
        head.append(messages.perhaps_meant(meant) if meant else messages.NOTHING_EXACT)
    if hits and here.history:
        head.append(messages.CHOOSE_HISTORY)
    return head


def _kept_name(served: Served, label: Label, hits: Sequence[Hit]) -> str:
    """Return the brand or category to which hits are narrowed."""
    name = served.catalog.products.label(hits[0].row, label) if hits else None
    return (name or messages.LABELS[label])[:LONGEST_LABEL]


def product_part(
    served: Served, product: Product, settings: BotSettings, title: str, room: int, *, with_cost: bool = False
) -> str:
    """Format a product in a list, below a title in HTML, in at most `room` characters."""
    if not product.dijual:
        title += f" · {messages.NOT_SOLD.lower()}"
    if with_cost:
        low = tuple(price for price in product.prices if is_below_cost([price]))
        table = full_table(replace(product, prices=low), "", settings.price_rounding, with_cost=True, with_groups=False)
        count, plain, offers = len(low), ["\n".join(block) for block in table][:LOSSES_A_HIT], []
    else:
        chief = chief_lines(product, PRICES_A_HIT, settings.price_rounding)
        count, plain, offers = len(product.prices), price_table(chief), discount_lines(chief)
    room -= length(title) + 2 + len(messages.more_prices(999))
    kept, room = _fitting(plain, room)
    reduced, room = _fitting(offers, room)
    gifts, room = _fitting(promotion_lines(product, served.catalog.products)[:PROMOTIONS_A_HIT], room)
    left_out = count - len(kept) - len(reduced)
    table_part = [f"<code>{escape(chr(10).join(kept))}</code>"] if kept else []
    return "\n".join([title, *table_part, *reduced, *gifts, *([messages.more_prices(left_out)] if left_out else [])])


def _fitting(lines: Sequence[str], room: int) -> tuple[list[str], int]:
    """Return the first lines that fit into `room` characters, and what is left of it."""
    kept = []
    for line in lines:
        if length(line) + 1 > room:
            break
        kept.append(line)
        room -= length(line) + 1
    return kept, room


def list_page(parts: Sequence[str], rows: Sequence[Sequence[InlineKeyboardButton]]) -> Page:
    """Build a message from paragraphs in HTML and rows of buttons."""
    return Page("\n\n".join(parts), InlineKeyboardMarkup(rows) if rows else None)


def open_buttons(
    served: Served, part: Part, rows: Sequence[int], back: ProductList
) -> list[list[InlineKeyboardButton]]:
    """Return the numbered buttons of a page. Each opens its product, or in a /riwayat list its price history."""
    codes = [product_hash(served.catalog.products.code(row)) for row in rows]
    to_history = isinstance(back, Results) and back.history
    buttons = [
        button(str(place), History(code) if to_history else Open(code, back))
        for place, code in enumerate(codes, part.start + 1)
    ]
    return _in_rows(buttons, NUMBERS_A_ROW)


def turning(part: Part, at: Callable[[int], ProductList]) -> list[list[InlineKeyboardButton]]:
    """Return the buttons to the previous and the next page, if there are several pages."""
    if part.pages == 1:
        return []
    row = [InlineKeyboardButton(f"{part.number}/{part.pages}", callback_data=NOTHING)]
    if part.number > 1:
        row.insert(0, button(messages.PREVIOUS, at(part.number - 1)))
    if part.number < part.pages:
        row.append(button(messages.NEXT, at(part.number + 1)))
    return [row]


def _narrowing(served: Served, here: Results, hits: Sequence[Hit], pages: int) -> list[list[InlineKeyboardButton]]:
    """Return the buttons that remove a narrowing, or narrow several pages of results that have a choice."""
    row = []
    for label in LABELS:
        if here.kept(label) is not None:
            name = _kept_name(served, label, hits)
            row.append(button(messages.keep_no_more(name), here.narrowed(label, None)))
        elif pages > 1 and has_choice(served.catalog.products, hits, label):
            row.append(button(messages.narrow(label), Choose(label, here)))
    return [row] if row else []


def _in_rows(buttons: Sequence[InlineKeyboardButton], most: int) -> list[list[InlineKeyboardButton]]:
    return [list(buttons[start : start + most]) for start in range(0, len(buttons), most)]
