"""The owners' list of what was searched for, and the buttons of the products that somebody opened last."""

from collections.abc import Sequence
from dataclasses import replace

from telegram import InlineKeyboardMarkup

from toko_bot.replies.demand import words
from toko_bot.replies.demand.buttons import PERIODS, DemandList, OpenAgain, SearchAgain
from toko_bot.replies.layout import Page, Part, button, in_rows, list_page, turning
from toko_core.catalog.asking.wanted import is_there
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.state.demand.store import Kind, Wanted
from toko_core.text import shorten

A_PAGE, NUMBERS_A_ROW = 10, 5
MOST_RECENT = 5
LONGEST_LABEL = 40


def demand_page(served: Served, wanted: DemandList, part: Part, number: int, shown: Sequence[Wanted]) -> Page:
    """Build a page of a list. `number` is how many queries all pages have, and `shown` are those of this one.

    It searches for each of them: do not call it in the event loop.
    """
    is_missing = wanted.kind is Kind.MISSING
    numbered = list(enumerate(shown, part.start + 1))
    index, products = served.catalog.index, served.catalog.products
    lines = [
        words.line(place, one.query, one.times, is_there=is_missing and is_there(index, products, one.query))
        for place, one in numbered
    ]
    about = words.ABOUT if shown else words.EMPTY
    other = Kind.UNOPENED if is_missing else Kind.MISSING
    first = replace(wanted, page=1)
    keyboard = [
        *in_rows([button(str(place), SearchAgain(one.query)) for place, one in numbered], NUMBERS_A_ROW),
        *turning(part, lambda page: replace(wanted, page=page)),
        [button(words.days(days), replace(first, days=days)) for days in PERIODS if days != wanted.days],
        [button(words.OPEN[other], replace(first, kind=other))],
    ]
    parts = [words.title(wanted.kind, wanted.days, number), "\n".join(lines), about[wanted.kind]]
    return list_page([text for text in parts if text], keyboard)


def recent_page(text: str, served: Served | None, codes: Sequence[str]) -> Page:
    """Add buttons for the products that somebody opened last to a message, if the catalogue still has them."""
    hashes = [product_hash(code) for code in codes]
    rows = [(one, served.hashes.find(one)) for one in hashes] if served is not None else []
    buttons = [
        button(shorten(served.catalog.products.name(row) or code, LONGEST_LABEL), OpenAgain(one))
        for code, (one, row) in zip(codes, rows, strict=False)
        if served is not None and row is not None
    ][:MOST_RECENT]
    if not buttons:
        return Page(text)
    return Page(f"{text}\n\n{words.RECENT}", InlineKeyboardMarkup(in_rows(buttons, 1)))
