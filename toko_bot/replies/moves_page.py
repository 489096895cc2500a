"""The message that lists the prices that rose or fell, today or within seven days."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from telegram import InlineKeyboardButton
from telegram.constants import MessageLimit

from toko_bot.replies import messages
from toko_bot.replies.buttons import Moves
from toko_bot.replies.layout import Page, button, data_lines, fit, length, list_page, part_of, short_name, turning
from toko_bot.replies.lists import LONGEST_NAME, SPACE, open_buttons
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import Period, PriceChange, start_of
from toko_core.catalog.products import Product
from toko_core.people import View
from toko_core.prices.history import price_labels
from toko_core.text import format_change

MOST_MOVES = 3
"""The most price changes that the list shows for a product."""


def moves_page(served: Served, settings: BotSettings, wanted: Moves, view: View) -> Page:
    """Build a page of the list, the largest relative change first, of the prices that `view` shows.

    It reads the file: do not call it in the event loop.
    """
    changes, rounding = served.details.price_changes, settings.price_rounding
    period = Period(wanted.way == "naik", start_of(wanted.days, datetime.now(UTC), settings.zone))
    rows = changes.moved(period, rounding, view.level)
    part = part_of(len(rows), wanted.page, settings.page_size)
    shown = rows[part.start : part.end]
    moves = changes.moves_of(shown, period, rounding, view.level)
    parts = [messages.moves(wanted.way, wanted.days, len(rows)) if rows else messages.no_moves(wanted.way, wanted.days)]
    room = (MessageLimit.MAX_TEXT_LENGTH - 2 * SPACE) // max(len(shown), 1)
    for place, row in enumerate(shown, part.start + 1):
        of_product = [move for move in moves if move.product_id == row]
        parts.append(format_moves(place, served.catalog.products[row], of_product, room))
    keyboard = [
        *open_buttons(served, part, shown, Moves(wanted.way, wanted.days, part.number)),
        *turning(part, lambda page: Moves(wanted.way, wanted.days, page)),
        _other_period(wanted),
    ]
    return list_page([*parts, *data_lines(served, settings)], keyboard)


def format_moves(place: int, product: Product, moves: Sequence[PriceChange], room: int) -> str:
    """Format a product with its prices that moved, in at most `room` characters."""
    labels = price_labels(product, moves)
    title = f"<b>{place}. {escape(short_name(product, LONGEST_NAME))}</b> – "
    lines = [f"{escape(labels[move.key])}: {format_change(move.before, move.after)}" for move in moves]
    room -= length(title) + length(messages.more_prices(999)) + 2
    return title + "\n".join(fit(lines, room, messages.more_prices, MOST_MOVES))


def _other_period(wanted: Moves) -> list[InlineKeyboardButton]:
    days = next(days for days in messages.PERIODS if days != wanted.days)
    return [button(messages.PERIODS[days].capitalize(), Moves(wanted.way, days, 1))]
