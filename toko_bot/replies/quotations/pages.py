"""The message that shows a quotation as a table, and the list of quotations."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from telegram import InlineKeyboardButton

from toko_bot.replies import messages
from toko_bot.replies.buttons import Quote
from toko_bot.replies.layout import Page, Part, button, in_rows, list_page, part_of, stale_lines, turning
from toko_bot.replies.phone.lines import WIDTH
from toko_bot.replies.price_lines import two_columns
from toko_bot.replies.quotations import words
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.prices.labels import LONGEST_UNIT, label_level
from toko_core.prices.receipts import Receipt, shown_unit_price
from toko_core.state.quotations.quoting import Quoter
from toko_core.state.quotations.records import Changed, Line, Quotation
from toko_core.text import day, drop_controls, format_change, quantity, rupiah, shorten

VIEW, EDIT, OPEN_LINE, CHOOSE, NUMBER, UNIT, CHANGE, REMOVE = "v", "e", "l", "c", "q", "u", "g", "d"
ADD, LEVELS, LEVEL, TAKE, SHARE, TEXT, PICTURE, RECENT = "a", "p", "n", "r", "s", "t", "i", "o"
"""The actions of buttons. They never change: old messages have them."""
LINES_A_PAGE = 20
"""With names of two lines and a line for the price, they fit into one message."""
QUOTATIONS_A_PAGE = 5
NUMBERS_A_ROW = 5
INDENT = "   "
NAME_LINES = 2
MOST_CHANGES = 10
"""How many changed prices are listed."""


@dataclass(frozen=True)
class Desk:
    """A quotation, and all that its pages need to know."""

    quotation: Quotation
    served: Served
    quoter: Quoter
    settings: BotSettings
    may_choose_level: bool
    is_own: bool
    now_expired: bool

    @cached_property
    def receipt(self) -> Receipt:
        return self.quotation.receipt(self.settings.price_rounding)

    @cached_property
    def changes(self) -> list[Changed]:
        return list(self.quoter.changes(self.quotation))

    @cached_property
    def levels(self) -> list[int]:
        return self.quoter.levels(self.quotation)

    def number_of(self, line: Line) -> int:
        """Return the number of a line as people see it, from 1."""
        return self.quotation.lines.index(line) + 1

    def date(self) -> str:
        return day(self.quotation.priced_at, self.settings.zone)

    def until(self) -> str:
        return day(self.quotation.holds_until(self.settings.quotation_days), self.settings.zone)

    def level_name(self, level: int) -> str:
        return label_level(level, self.quoter.groups(self.quotation), "level")


def quotation_page(desk: Desk, page: int = 1, *, editing: bool = False, note: str = "") -> Page:
    """Build the message with the table. While `editing`, its buttons open the lines."""
    lines = desk.quotation.lines
    part = part_of(len(lines), page, LINES_A_PAGE)
    if not lines:
        parts = ["\n".join(_head(desk)), words.EMPTY]
    else:
        table = [*_table(desk, part), *_sums(desk)]
        parts = ["\n".join(_head(desk)), f"<pre>{escape(chr(10).join(table))}</pre>", *_remarks(desk)]
    parts += [note] if note else []
    if editing:
        return list_page([*parts, words.CHOOSE_LINE], _editing_rows(desk, part))
    return list_page(parts, _rows(desk, part))


def recent_page(
    found: Sequence[Quotation], count: int, part: Part, settings: BotSettings, *, with_makers: bool
) -> Page:
    """Build a page of the list of quotations."""
    if not found:
        return Page(words.NO_QUOTATIONS)
    parts = [words.all_quotations(count)]
    buttons = []
    for number, quotation in enumerate(found, part.start + 1):
        amount = quotation.receipt(settings.price_rounding).total
        date, name = day(quotation.created_at, settings.zone), quotation.maker_name if with_makers else ""
        parts.append(words.summary(number, quotation.label, date, len(quotation.lines), amount, name))
        buttons.append(button(str(number), Quote(VIEW, quotation.id)))
    rows = [buttons, *turning(part, lambda page: Quote(RECENT, 0, page))]
    return list_page(["\n".join(parts)], rows)


def line_name(line: Line) -> str:
    """Return the product's name, or what was typed, on one line and without characters that command."""
    return " ".join(drop_controls(line.namaitem or line.kodeitem or line.asked or "?").split())


def count_of(line: Line) -> str:
    """Return a quantity with its unit: `3 DUS`."""
    unit = line.satuan or line.unit or ""
    return f"{quantity(line.number)} {unit[:LONGEST_UNIT]}".strip()


def problem_of(desk: Desk, line: Line) -> str:
    """Say what is open about a line."""
    if line.kodeitem is None:
        return words.OPEN_PRODUCT if line.choices else words.NOT_FOUND
    if desk.quoter.find(line.kodeitem) is None:
        return words.NOT_SOLD
    if line.number <= 0:
        return words.OPEN_NUMBER
    return words.OPEN_UNIT if line.satuan is None else words.UNPRICED


def head_lines(desk: Desk) -> list[str]:
    """Return the title of every message about the quotation."""
    return [f"<b>{words.title(desk.quotation.label)}</b>"]


def _head(desk: Desk) -> Iterator[str]:
    yield from head_lines(desk)
    yield words.holds(desk.date(), desk.until())
    if desk.may_choose_level and len(desk.levels) > 1:
        yield words.level(desk.level_name(desk.quotation.level))
    if not desk.is_own and desk.quotation.maker_name:
        yield words.maker(desk.quotation.maker_name)


def _table(desk: Desk, part: Part) -> Iterator[str]:
    """Yield the lines of the table: a name of up to two lines, and the quantity, unit price and subtotal below it."""
    subtotals = iter(desk.receipt.subtotals)
    amounts = [next(subtotals) if line.is_priced else None for line in desk.quotation.lines]
    shown = list(enumerate(zip(desk.quotation.lines, amounts, strict=True), 1))[part.start : part.end]
    for number, (line, amount) in shown:
        mark = f"{number}. "
        room = (WIDTH - len(mark)) * NAME_LINES - 6
        name = line_name(line) if line.kodeitem else line.asked or line_name(line)
        yield from textwrap.wrap(
            shorten(name, room), WIDTH, initial_indent=mark, subsequent_indent=INDENT, max_lines=NAME_LINES,
            placeholder="…",
        )  # fmt: skip
        if line.price is None or amount is None:
            yield f"{INDENT}{problem_of(desk, line)}"
        else:
            price = shown_unit_price(line.price, desk.settings.price_rounding)
            sign = words.times(line.number, price, amount)
            yield two_columns(f"{INDENT}{count_of(line)} {sign} {quantity(price)}", quantity(amount))


def _sums(desk: Desk) -> Iterator[str]:
    yield "─" * WIDTH
    if desk.receipt.rounding:
        sign = "+" if desk.receipt.rounding > 0 else "−"
        yield two_columns(words.ROUNDING, f"{sign}{quantity(abs(desk.receipt.rounding))}")
    yield two_columns(words.TOTAL, rupiah(desk.receipt.total))


def _remarks(desk: Desk) -> Iterator[str]:
    """Yield what somebody has to know: open lines, changed prices, that it no longer holds, and old data."""
    if desk.quotation.open:
        yield words.still_open(len(desk.quotation.open))
    if desk.changes:
        lines = [words.changed_since(desk.date())]
        for changed in desk.changes[:MOST_CHANGES]:
            number, before = desk.number_of(changed.line), changed.line.price
            if before is not None:
                gone = words.gone_line(number, before)
                shown = gone if changed.now is None else words.changed_line(number, format_change(before, changed.now))
                lines.append(shown)
        if len(desk.changes) > MOST_CHANGES:
            lines.append(messages.more_lines(len(desk.changes) - MOST_CHANGES))
        yield "\n".join(lines)
    if desk.now_expired:
        yield words.EXPIRED
    yield from stale_lines(desk.served, desk.settings)


def _rows(desk: Desk, part: Part) -> list[list[InlineKeyboardButton]]:
    quotation, rows = desk.quotation, turning(part, lambda page: Quote(VIEW, desk.quotation.id, page))
    if quotation.open:
        first = quotation.open[0]
        rows.append([button(words.open_button(len(quotation.open)), Quote(OPEN_LINE, quotation.id, first.place))])
    if desk.changes or (desk.now_expired and quotation.lines):
        rows.append([button(words.NEW_PRICES, Quote(TAKE, quotation.id))])
    row = [button(words.EDIT, Quote(EDIT, quotation.id, part.number))] if quotation.lines else []
    row.append(button(words.ADD, Quote(ADD, quotation.id)))
    row += [button(words.SHARE, Quote(SHARE, quotation.id))] if quotation.lines else []
    rows.append(row)
    if desk.may_choose_level and len(desk.levels) > 1:
        name = desk.level_name(quotation.level)
        rows.append([button(words.level_button(name), Quote(LEVELS, quotation.id))])
    return rows


def _editing_rows(desk: Desk, part: Part) -> list[list[InlineKeyboardButton]]:
    here = desk.quotation.id
    shown = list(enumerate(desk.quotation.lines, 1))[part.start : part.end]
    buttons = [button(str(number), Quote(OPEN_LINE, here, line.place)) for number, line in shown]
    rows = in_rows(buttons, NUMBERS_A_ROW)
    rows += turning(part, lambda page: Quote(EDIT, here, page))
    return [*rows, [button(words.DONE, Quote(VIEW, here, part.number))]]
