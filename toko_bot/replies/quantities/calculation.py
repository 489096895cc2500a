"""The page that computes what a quantity of a product costs, with buttons for the quantity, the unit and the level."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot.replies import messages
from toko_bot.replies.buttons import Button, Calculate, Open, ProductList, Results, data_of, unit_hash
from toko_bot.replies.layout import Page, button, data_lines, short_name
from toko_bot.replies.phone import sentences
from toko_bot.replies.quantities.totals import total_lines
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.labels import LONGEST_UNIT, label_discount, label_level
from toko_core.prices.payable import ORDINARY_LEVEL, calculate, has_levels, levels_of, of_level
from toko_core.prices.totals import wanted_unit
from toko_core.search.quantities import MOST, THOUSANDTH, Quantity

LONGEST_NAME = 300
STEPS = (1, 10)
UNITS_A_ROW, MOST_UNITS, MOST_LEVELS = 4, 8, 8


def calculation_page(served: Served, settings: BotSettings, row: int, view: View, pressed: Calculate) -> Page:
    """Build the page for the quantity, unit and level of a button.

    A unit that the product no longer has becomes its first one. A viewer of one level sees that level's prices whatever
    the button says.
    """
    product = asked_now(served.catalog.products, row, view, settings.zone)
    level = _level(product, pressed)
    seen = of_level(product, level)
    units = list(dict.fromkeys(price.satuan for price in seen.prices if price.hargajual is not None))
    satuan = next((unit for unit in units if unit_hash(unit) == pressed.unit), units[0] if units else "")
    found = calculate(seen, satuan, pressed.number, settings.price_rounding)
    head = [f"<b>{escape(short_name(product, LONGEST_NAME))}</b>"]
    head += [f"🚫 {messages.NOT_SOLD}"] if not product.dijual else []
    lines = total_lines(found, settings.price_rounding) or [escape(sentences.UNPRICED)]
    if found and found.discount:
        lines.insert(1, f"🏷 {escape(label_discount(found.discount))}")
    if product.level is None and has_levels(product):
        lines.append(escape(sentences.for_level(label_level(level, product.groups))))
    here = Calculate(pressed.product, unit_hash(satuan), pressed.number, pressed.level, pressed.back)
    rows = [_steps(here), *_unit_rows(here, units), *_level_rows(here, product, level)]
    back: list[Button] = [Open(pressed.product, pressed.back)]
    parts = ["\n".join(head), "\n".join(lines), *data_lines(served, settings)]
    if isinstance(pressed.back, Results) and is_query_lost([*back, _longest(here)], pressed.back):
        parts.append(messages.asked(pressed.back.query or ""))
    return Page("\n\n".join(parts), InlineKeyboardMarkup([*rows, [button(messages.BACK, each) for each in back]]))


def first_calculation(
    product: Product, code: str, wanted: Quantity, query: str, back: ProductList | None
) -> Calculate | None:
    """Return the button of a product's page: for the quantity that somebody asked for, or one of the base unit.

    None if the product has no price.
    """
    priced = [price for price in product.prices if price.hargajual is not None]
    if not priced:
        return None
    base = next((price.satuan for price in priced if price.konversi == 1), priced[0].satuan)
    unit = wanted_unit(product, wanted, query)
    number = wanted.number.quantize(THOUSANDTH) if unit is not None and wanted.number else Decimal(1)
    return Calculate(code, unit_hash(unit or base), number or Decimal(1), back=back)


def is_query_lost(buttons: Sequence[Button], back: ProductList | None) -> bool:
    """Return whether one of the buttons has no room for the query of the list to go back to."""
    return isinstance(back, Results) and back.query is not None and any(":" not in data_of(each) for each in buttons)


def _level(product: Product, pressed: Calculate) -> int:
    if product.level is not None:
        return product.level
    return pressed.level if pressed.level in levels_of(product) and pressed.level is not None else ORDINARY_LEVEL


def _steps(here: Calculate) -> list[InlineKeyboardButton]:
    """Return the buttons that take from the quantity, and those that add to it. It stays above 0."""
    row = []
    for step in (-STEPS[1], -STEPS[0], *STEPS):
        sign = sentences.MORE if step > 0 else sentences.FEWER
        number = here.number + step
        if number <= 0:
            number = min(here.number, Decimal(1))
        label = sign if abs(step) == 1 else f"{sign}{abs(step)}"
        row.append(button(label, _with(here, number=min(number, MOST - THOUSANDTH))))
    return row


def _unit_rows(here: Calculate, units: Sequence[str]) -> list[list[InlineKeyboardButton]]:
    """Return the buttons of the units, if there are several."""
    if len(units) < 2:
        return []
    buttons = [
        button(_chosen(unit[:LONGEST_UNIT], unit_hash(unit) == here.unit), _with(here, unit=unit_hash(unit)))
        for unit in units[:MOST_UNITS]
    ]
    return [buttons[start : start + UNITS_A_ROW] for start in range(0, len(buttons), UNITS_A_ROW)]


def _level_rows(here: Calculate, product: Product, level: int) -> list[list[InlineKeyboardButton]]:
    """Return the buttons of the levels, if the viewer sees several."""
    if product.level is not None or not has_levels(product):
        return []
    buttons = [
        button(_chosen(label_level(each, product.groups), each == level), _with(here, level=each))
        for each in levels_of(product)[:MOST_LEVELS]
    ]
    return [buttons[start : start + UNITS_A_ROW] for start in range(0, len(buttons), UNITS_A_ROW)]


def _with(
    here: Calculate, *, number: Decimal | None = None, unit: str | None = None, level: int | None = None
) -> Calculate:
    return Calculate(
        here.product, unit or here.unit, here.number if number is None else number,
        here.level if level is None else level, here.back,
    )  # fmt: skip


def _longest(here: Calculate) -> Calculate:
    """Return the button of the page with the longest data, but for the back."""
    return _with(here, number=MOST - THOUSANDTH, level=here.level or ORDINARY_LEVEL)


def _chosen(label: str, is_chosen: bool) -> str:
    return f"{sentences.CHOSEN}{label}" if is_chosen else label
