"""What all messages share: HTML of limited length, pages of a list, buttons, and the warning about old data."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot.replies import messages
from toko_bot.replies.buttons import NOTHING, Pressable, data_of
from toko_bot.settings import BotSettings
from toko_core.catalog.freshness import is_old
from toko_core.catalog.live import Served
from toko_core.catalog.products import Product
from toko_core.text import ago, moment, shorten

TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """A message of HTML and buttons. If it has a photo, the HTML is the caption."""

    text: str
    markup: InlineKeyboardMarkup | None = None
    photo: bytes | None = None


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


def button(label: str, pressed: Pressable) -> InlineKeyboardButton:
    """Make a button of an inline keyboard."""
    return InlineKeyboardButton(label, callback_data=data_of(pressed))


def in_rows(buttons: Sequence[InlineKeyboardButton], most: int) -> list[list[InlineKeyboardButton]]:
    """Return buttons in rows of at most `most`."""
    return [list(buttons[start : start + most]) for start in range(0, len(buttons), most)]


def turning(part: Part, at: Callable[[int], Pressable]) -> list[list[InlineKeyboardButton]]:
    """Return the buttons to the previous and the next page, if there are several pages."""
    if part.pages == 1:
        return []
    row = [InlineKeyboardButton(f"{part.number}/{part.pages}", callback_data=NOTHING)]
    if part.number > 1:
        row.insert(0, button(messages.PREVIOUS, at(part.number - 1)))
    if part.number < part.pages:
        row.append(button(messages.NEXT, at(part.number + 1)))
    return [row]


def list_page(parts: Sequence[str], rows: Sequence[Sequence[InlineKeyboardButton]]) -> Page:
    """Build a message from paragraphs in HTML and rows of buttons."""
    return Page("\n\n".join(parts), InlineKeyboardMarkup(rows) if rows else None)


def query_of(text: str) -> str | None:
    """Read the query from the text of one of the bot's messages. Returns None if it repeats no query."""
    lines = [line for line in text.splitlines() if line.startswith(messages.ASKED)]
    return lines[-1].removeprefix(messages.ASKED) if lines else None


def short_name(product: Product, most: int) -> str:
    """Return the product's name, or its code if it has no name, in at most `most` characters."""
    return shorten(product.namaitem or product.kodeitem, most)


def stale_lines(served: Served, settings: BotSettings) -> list[str]:
    """Return the warning about old data; empty if the data is fresh."""
    if not is_stale(served, settings):
        return []
    return [messages.stale(moment(served.data_time, settings.zone), old(served))]


def is_stale(served: Served, settings: BotSettings) -> bool:
    """Return whether the data is older than STALE_HOURS. Days on which the shop is closed don't count."""
    return is_old(served.data_time, settings.stale_hours, settings.zone, settings.closed_days)


def old(served: Served) -> str:
    """Return how long ago the data was made: `7 jam lalu`."""
    return ago(datetime.now(UTC) - served.data_time)


def data_lines(served: Served, settings: BotSettings, *, always: bool = True) -> list[str]:
    """Return how old the data is: the warning if it is old, else, if `always`, how long ago it was made."""
    return stale_lines(served, settings) or ([messages.updated(old(served))] if always else [])


def dated_lines(served: Served, settings: BotSettings) -> list[str]:
    """Return when the data was made, for a text that people read later."""
    return stale_lines(served, settings) or [messages.prices_of(moment(served.data_time, settings.zone))]


def fit(
    lines: Sequence[str], room: int, more: Callable[[int], str] = messages.more_lines, most: int | None = None
) -> list[str]:
    """Return the first lines that fit into `room` characters, at most `most`. `more` formats how many are left out."""
    for number, line in enumerate(lines):
        room -= length(line) + 1
        if room < 0 or number == most:
            return [*lines[:number], more(len(lines) - number)]
    return list(lines)


def length(text: str) -> int:
    """Return the length of HTML as Telegram counts it: in UTF-16 units, after parsing."""
    return len(plain_text(text).encode("utf-16-le")) // 2


def plain_text(text: str) -> str:
    """Return HTML as people see it, without markup."""
    return unescape(TAG.sub("", text))
