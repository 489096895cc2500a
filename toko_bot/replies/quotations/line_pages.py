"""The messages in which one line of a quotation is changed, its level is chosen, or how it is shared."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape

from telegram import InlineKeyboardButton

from toko_bot.replies.buttons import NOTHING, Quote, unit_hash
from toko_bot.replies.layout import Page, button, in_rows, list_page
from toko_bot.replies.price_lines import two_columns
from toko_bot.replies.quotations import words
from toko_bot.replies.quotations.pages import (
    CHANGE,
    CHOOSE,
    EDIT,
    LEVEL,
    LINES_A_PAGE,
    NUMBER,
    NUMBERS_A_ROW,
    PICTURE,
    REMOVE,
    TEXT,
    UNIT,
    VIEW,
    Desk,
    count_of,
    head_lines,
    line_name,
    problem_of,
)
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.prices.labels import LONGEST_UNIT
from toko_core.prices.payable import total
from toko_core.prices.receipts import shown_unit_price
from toko_core.search.quantities import unit_named
from toko_core.state.quotations.matching import find_unit, units_of
from toko_core.state.quotations.records import MOST_NUMBER, Line
from toko_core.text import drop_controls, quantity, rupiah, shorten

LONGEST_NAME, LONGEST_ASKED = 100, 100
BUTTONS_A_ROW = 3
MOST_UNITS = 9


def line_page(desk: Desk, line: Line, note: str = "") -> Page:
    """Build the message of one line: what it costs, and buttons that change it; of an open line, what it asks.

    `note` is said above the question which product is meant.
    """
    if line.kodeitem is None:
        return choose_page(desk, line, line.choices, note)
    product = desk.quoter.find(line.kodeitem)
    if product is not None and line.satuan is None:
        return _choose_unit(desk, line, product)
    name = f"<b>{escape(shorten(line_name(line), LONGEST_NAME))}</b>"
    if line.price is None or line.satuan is None:
        parts = [_head(desk, line), f"{name}\n{escape(f'{count_of(line)} {problem_of(desk, line)}')}"]
    else:
        rounding = desk.settings.price_rounding
        price, subtotal = shown_unit_price(line.price, rounding), total([(line.number, line.price)], rounding)
        parts = [_head(desk, line), f"{name}\n{words.priced(line.number, line.satuan[:LONGEST_UNIT], price, subtotal)}"]
    here = desk.quotation.id
    rows = [_steps(here, line), *(_units(here, line, product) if product is not None else [])]
    rows.append([button(words.CHANGE_PRODUCT, Quote(CHANGE, here, line.place)), *_remove(here, line)])
    return list_page([*parts, words.REPLY_CHANGES], [*rows, _back(desk, line)])


def choose_page(desk: Desk, line: Line, codes: Sequence[str], note: str = "") -> Page:
    """Build the message in which the product of a line is chosen."""
    products = [product for product in map(desk.quoter.find, codes) if product is not None]
    here = desk.quotation.id
    rows, notes = [[*_remove(here, line)], _back(desk, line)], [note] if note else []
    if not products:
        return list_page([_head(desk, line), *notes, words.NOTHING_FOUND], rows)
    offers = [_offer(desk, line, number, product) for number, product in enumerate(products, 1)]
    buttons = [
        button(str(number), Quote(CHOOSE, here, line.place, product_hash(product.kodeitem)))
        for number, product in enumerate(products, 1)
    ]
    parts = [_head(desk, line), *notes, words.CHOOSE_PRODUCT, "\n".join(offers), words.OTHER_NAME]
    return list_page(parts, [*in_rows(buttons, NUMBERS_A_ROW), *rows])


def levels_page(desk: Desk) -> Page:
    """Build the message in which the level of all prices is chosen."""
    here = desk.quotation.id
    buttons = [button(shorten(desk.level_name(level), 20), Quote(LEVEL, here, 0, str(level))) for level in desk.levels]
    rows = [*in_rows(buttons, BUTTONS_A_ROW), [button(words.BACK, Quote(VIEW, here))]]
    return list_page(["\n".join(head_lines(desk)), words.CHOOSE_LEVEL], rows)


def share_page(desk: Desk) -> Page:
    """Build the message in which it is chosen how to share the quotation."""
    here = desk.quotation.id
    rows = [
        [button(words.SHARE_TEXT, Quote(TEXT, here)), button(words.SHARE_PICTURE, Quote(PICTURE, here))],
        [button(words.BACK, Quote(VIEW, here))],
    ]
    return list_page(["\n".join(head_lines(desk)), words.CHOOSE_SHARE], rows)


def _head(desk: Desk, line: Line) -> str:
    typed = [words.typed(shorten(drop_controls(line.asked), LONGEST_ASKED))] if line.asked else []
    return "\n".join([*head_lines(desk), words.line_title(desk.number_of(line)), *typed])


def _choose_unit(desk: Desk, line: Line, product: Product) -> Page:
    here = desk.quotation.id
    buttons = []
    for satuan in units_of(product)[:MOST_UNITS]:
        priced = desk.quoter.price(replace(line, satuan=satuan), desk.quotation.level)
        amount = f" {rupiah(shown_unit_price(priced.price, desk.settings.price_rounding))}" if priced.price else ""
        label = f"{quantity(line.number)} {satuan[:LONGEST_UNIT]}{amount}"
        buttons.append(button(label, Quote(UNIT, here, line.place, unit_hash(satuan))))
    name = f"<b>{escape(shorten(line_name(line), LONGEST_NAME))}</b>"
    rows = [
        *in_rows(buttons, 1),
        [button(words.CHANGE_PRODUCT, Quote(CHANGE, here, line.place)), *_remove(here, line)],
    ]
    is_one_of_several = any(unit_named(satuan) == line.unit for satuan in units_of(product))
    ask = words.which_unit if is_one_of_several else words.no_unit
    return list_page([_head(desk, line), name, ask(line.unit or "")], [*rows, _back(desk, line)])


def _offer(desk: Desk, line: Line, number: int, product: Product) -> str:
    """Return the lines of a product that may be meant: its name, and the price in the wanted unit, else in its own."""
    sold = find_unit(product, line.number, line.unit, line.asked) or find_unit(product, line.number, None)
    name = shorten(drop_controls(product.namaitem or product.kodeitem), LONGEST_NAME)
    if sold is None:
        return escape(f"{number}. {name}")
    asked = replace(line, kodeitem=product.kodeitem, satuan=sold.satuan, number=sold.number)
    price = desk.quoter.price_now(asked, desk.quotation.level)
    amount = rupiah(shown_unit_price(price, desk.settings.price_rounding)) if price is not None else words.UNPRICED
    return (
        f"{escape(f'{number}. {name}')}\n<code>{escape(two_columns(f'   {sold.satuan[:LONGEST_UNIT]}', amount))}</code>"
    )


def _steps(here: int, line: Line) -> list[InlineKeyboardButton]:
    """Return the buttons for one less and one more. They hold the new quantity: pressed twice, they change it once."""
    less, more = line.number - 1, line.number + 1
    row = [InlineKeyboardButton(count_of(line), callback_data=NOTHING)]
    if less > 0:
        row.insert(0, button(words.LESS, Quote(NUMBER, here, line.place, _number(less))))
    if more <= MOST_NUMBER:
        row.append(button(words.MORE, Quote(NUMBER, here, line.place, _number(more))))
    return row


def _units(here: int, line: Line, product: Product) -> list[list[InlineKeyboardButton]]:
    units = units_of(product)[:MOST_UNITS]
    if len(units) < 2:
        return []
    marked = {
        satuan: f"✓ {satuan[:LONGEST_UNIT]}" if satuan == line.satuan else satuan[:LONGEST_UNIT] for satuan in units
    }
    buttons = [button(marked[satuan], Quote(UNIT, here, line.place, unit_hash(satuan))) for satuan in units]
    return in_rows(buttons, BUTTONS_A_ROW)


def _remove(here: int, line: Line) -> list[InlineKeyboardButton]:
    return [button(words.REMOVE, Quote(REMOVE, here, line.place))]


def _back(desk: Desk, line: Line) -> list[InlineKeyboardButton]:
    page = (desk.number_of(line) - 1) // LINES_A_PAGE + 1
    action = EDIT if line.is_priced else VIEW
    return [button(words.BACK, Quote(action, desk.quotation.id, page))]


def _number(number: Decimal) -> str:
    """Return a quantity for a button, where a comma stands for the point."""
    return f"{number.normalize():f}".replace(".", ",")
