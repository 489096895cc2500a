"""The messages that list something: a page of results, and the choices to narrow results."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

from telegram import InlineKeyboardButton

from toko_bot.replies import messages
from toko_bot.replies.buttons import LABELS, Choose, History, Label, Open, ProductList, Results
from toko_bot.replies.highlight import Highlight
from toko_bot.replies.layout import (
    Page,
    Part,
    button,
    data_lines,
    in_rows,
    list_page,
    part_of,
    plain_text,
    turning,
)
from toko_bot.replies.narrowing import find, find_choices, has_choice
from toko_bot.replies.phone import sentences
from toko_bot.replies.phone.hit import LINES, hit
from toko_bot.replies.phone.lines import MOST_LINES, count_lines
from toko_bot.settings import BotSettings
from toko_core.catalog.asking.wanted import find_meant, is_found, read_wanted
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.reader import WEAK
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.payable import Calculation
from toko_core.prices.totals import calculation_text, next_tier_text, unit_price_text, wanted_total
from toko_core.search import Hit

MOST_HITS = 50
"""The most results: somebody who has not found a product among fifty types another word, or narrows them."""
NUMBERS_A_ROW, CHOICES_A_ROW = 5, 2
FITTING = 5
"""The most products that fit a phone. Who wants more a page scrolls, and still sees whole names."""
SAVING_LINES = 3
"""The lines that are reserved for what is said about the quantity of the best hit."""
ROW_CHARACTERS = 35
"""The characters of the labels in a row of buttons. All buttons of a row are as wide as the widest."""
LONGEST_NAME, LONGEST_LABEL = 100, 50
SPACE = 120
"""Characters that are reserved for the text below the results."""


class Listed(NamedTuple):
    """A page of results, how many results all pages have, and whether one of them is what was asked for."""

    page: Page
    hits: int
    is_found: bool


def results_page(served: Served, settings: BotSettings, wanted: Results, view: View) -> Listed:
    """Build a page of the results of a query, as `view` shows them."""
    products, index, size = served.catalog.products, served.catalog.index, settings.page_size
    asked = read_wanted(index, products, wanted.query or "")
    hits = find(index, products, wanted, MOST_HITS)
    part = part_of(len(hits), wanted.page, size)
    here = replace(wanted, page=part.number)
    rows = [hit.row for hit in hits[part.start : part.end]]
    shown = [asked_now(served.catalog.products, row, view, settings.zone) for row in rows]
    totals = [wanted_total(product, asked, here.query or "", settings.price_rounding) for product in shown]
    meant = find_meant(index, asked.text, hits)
    head = "\n".join(_head(served, here, asked.text, hits, meant))
    data = data_lines(served, settings, always=any(product.discounts or product.promotions for product in shown))
    keyboard = [
        *open_buttons(served, part, rows, here),
        *_turning_and_narrowing(served, here, hits, part),
    ]
    around = count_lines(plain_text("\n\n".join([head, *data]))) + 1 + len(keyboard)
    around += SAVING_LINES if totals and totals[0] else 0
    is_too_long = len(rows) <= FITTING and around + LINES * len(rows) > MOST_LINES
    most = LINES - 1 if is_too_long else LINES
    mark = Highlight(index, asked.text, rows)
    numbered = zip(range(part.start + 1, part.end + 1), shown, totals, strict=False)
    lines = [hit(product, place, settings.price_rounding, mark, total, most) for place, product, total in numbered]
    tail = [*(_about_best(part, totals[0], lines[0], settings.price_rounding) if lines else []), *data]
    page = list_page([head, *("\n".join(texts) for texts in (lines, tail) if texts)], keyboard)
    return Listed(page, len(hits), is_found(hits, meant))


def choices_page(served: Served, results: Results, label: Label) -> Page:
    """Build the list of brands or categories to which the results of a query can be narrowed."""
    catalog = served.catalog
    buttons = [
        button(messages.choice(choice.name, choice.count), results.narrowed(label, choice.hash))
        for choice in find_choices(catalog.index, catalog.products, results, label)
    ]
    rows = [*in_rows(buttons, CHOICES_A_ROW), [button(messages.BACK, results)]]
    return list_page([messages.asked(results.query or ""), messages.choose(label)], rows)


def _head(served: Served, here: Results, text: str, hits: Sequence[Hit], meant: str | None) -> list[str]:
    """Return the lines above the results: the query, its narrowing, and a suggestion or a hint.

    `text` is what was searched for, and `meant` is that without its typos.
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
        head.append(messages.perhaps_meant(meant) if meant else messages.NOTHING_EXACT)
    if hits and here.history:
        head.append(messages.CHOOSE_HISTORY)
    return head


def _kept_name(served: Served, label: Label, hits: Sequence[Hit]) -> str:
    """Return the brand or category to which hits are narrowed."""
    name = served.catalog.products.label(hits[0].row, label) if hits else None
    return (name or messages.LABELS[label])[:LONGEST_LABEL]


def _about_best(part: Part, total: Calculation | None, first: str, rounding: int | None) -> list[str]:
    """Return a line about the quantity of the best hit: its unit price, if the hit lacks it, and the next tier's."""
    if total is None or part.number > 1:
        return []
    unit_price = [] if calculation_text(total, rounding) in plain_text(first) else [unit_price_text(total, rounding)]
    facts = [*unit_price, *([saving] if (saving := next_tier_text(total, rounding)) else [])]
    return [escape(sentences.best_hit(part.start + 1, facts))] if facts else []


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
    return in_rows(buttons, NUMBERS_A_ROW)


def _turning_and_narrowing(
    served: Served, here: Results, hits: Sequence[Hit], part: Part
) -> list[list[InlineKeyboardButton]]:
    """Return the buttons that turn pages, and those that narrow the results, in one row if their labels fit."""
    pages = turning(part, lambda page: replace(here, page=page))
    narrowing = _narrowing(served, here, hits, part.pages)
    together = [*(pages[0] if pages else []), *narrowing]
    widest = max((len(each.text) for each in together), default=0)
    rows = [together] if widest * len(together) <= ROW_CHARACTERS else [*pages, narrowing]
    return [row for row in rows if row]


def _narrowing(served: Served, here: Results, hits: Sequence[Hit], pages: int) -> list[InlineKeyboardButton]:
    """Return the buttons that remove a narrowing, or narrow several pages of results that have a choice."""
    row = []
    for label in LABELS:
        if here.kept(label) is not None:
            name = _kept_name(served, label, hits)
            row.append(button(messages.keep_no_more(name), here.narrowed(label, None)))
        elif pages > 1 and has_choice(served.catalog.products, hits, label):
            row.append(button(messages.narrow(label), Choose(label, here)))
    return row
