"""The list of marked products, the lists of changed prices, the choice of the hour, and the buttons on a product."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from toko_bot.replies.buttons import ChangedList, MarkedList
from toko_bot.replies.buttons.lists import MICROSECOND
from toko_bot.replies.layout import (
    Page,
    button,
    data_lines,
    dated_lines,
    in_rows,
    list_page,
    part_of,
    turning,
)
from toko_bot.replies.lists import SPACE, open_buttons
from toko_bot.replies.moves_page import format_moves
from toko_bot.replies.phone.hit import hit
from toko_bot.replies.watching import words
from toko_bot.replies.watching.buttons import MorningHour, RemoveGone, SetMark, decode_watching
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import Period, PriceChange
from toko_core.catalog.product_hashes import product_hash
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.history import price_labels
from toko_core.state.watching.deliveries import Kind
from toko_core.state.watching.watches import Marks, Watch
from toko_core.text import day

HOURS = (5, 6, 7, 8, 9, 10)
"""The hours of the morning message that people choose from."""
HOURS_A_ROW = 3
LATE_NOTE = 80
"""Characters that are reserved for the line of a message that arrives late."""


def mark_buttons(product: str, marks: Marks) -> list[InlineKeyboardButton]:
    """Return the buttons that mark a product, given by its hash, or remove the marks."""
    star = words.IS_FAVOURITE if marks.favourite else words.FAVOURITE
    bell = words.IS_NOTIFIED if marks.notify else words.NOTIFY
    return [
        button(star, SetMark("favourite", not marks.favourite, product)),
        button(bell, SetMark("notify", not marks.notify, product)),
    ]


def with_marks(markup: InlineKeyboardMarkup, product: str, marks: Marks) -> InlineKeyboardMarkup:
    """Return the buttons of a product's page with other marks."""
    return InlineKeyboardMarkup([
        mark_buttons(product, marks) if any(_marks(each, product) for each in row) else row
        for row in markup.inline_keyboard
    ])  # fmt: skip


def marked_page(served: Served, settings: BotSettings, watches: Sequence[Watch], number: int, view: View) -> Page:
    """Build a page of the list of marked products, with the prices that `view` shows."""
    found = [(row, watch) for watch in watches if (row := _find(served, watch.kodeitem)) is not None]
    gone = len(watches) - len(found)
    if not watches:
        return Page(words.NOTHING_MARKED)
    part = part_of(len(found), number, settings.page_size)
    lines = []
    for place, (row, watch) in enumerate(found[part.start : part.end], part.start + 1):
        name, *below = hit(
            asked_now(served.catalog.products, row, view, settings.zone), place, settings.price_rounding
        ).splitlines()
        lines += [f"{name} {words.BELL}" if watch.marks.notify else name, *below]
    legend = [words.LEGEND] if any(watch.marks.notify for _, watch in found) else []
    parts = [words.marked(len(found)), "\n".join(lines), "\n".join([*legend, *([words.gone(gone)] if gone else [])])]
    keyboard = [
        *open_buttons(served, part, [row for row, _ in found[part.start : part.end]], MarkedList(part.number)),
        *turning(part, MarkedList),
        *([[button(words.remove_gone(gone), RemoveGone())]] if gone else []),
    ]
    return list_page([*filter(None, parts), *data_lines(served, settings)], keyboard)


def gone_codes(served: Served, watches: Iterable[Watch]) -> list[str]:
    """Return the codes of marked products that the catalogue no longer has."""
    return [watch.kodeitem for watch in watches if _find(served, watch.kodeitem) is None]


def changed_page(
    served: Served, settings: BotSettings, watches: Sequence[Watch], wanted: ChangedList, view: View
) -> Page | None:
    """Build a page of changed prices, of those that `view` shows: of watched products, or of all.

    None means that there are none. It reads the file: do not call it in the event loop.
    """
    find = _find_morning if wanted.kind is Kind.MORNING else _find_watched
    found = find(served, settings, watches, wanted, view)
    if not found.rows:
        return None
    part = part_of(len(found.rows), wanted.page, settings.page_size)
    shown = found.rows[part.start : part.end]
    room = (MessageLimit.MAX_TEXT_LENGTH - 2 * SPACE - LATE_NOTE) // len(shown)
    parts = [found.title]
    for place, (row, section) in enumerate(shown, part.start + 1):
        changes = [change for change in found.changes[section] if change.product_id == row]
        product = format_moves(place, served.catalog.products[row], changes, room)
        starts = section and (place == part.start + 1 or section != found.rows[place - 2][1])
        parts.append(f"<b>{section}</b>\n{product}" if starts else product)
    keyboard = [
        *open_buttons(served, part, [row for row, _ in shown], _page(wanted, part.number)),
        *turning(part, lambda number: _page(wanted, number)),
    ]
    return list_page([*parts, *dated_lines(served, settings)], keyboard)


def hour_page(hour: int | None) -> Page:
    """Build the message in which somebody chooses the hour of the morning message; None: they get none."""
    buttons = [button(f"{words.CHOSEN if each == hour else ''}{words.hour(each)}", MorningHour(each)) for each in HOURS]
    off = button(f"{words.CHOSEN if hour is None else ''}{words.OFF}", MorningHour(0))
    state = words.HOUR_OFF if hour is None else words.hour_on(words.hour(hour))
    return Page(words.CHOOSE_HOUR + state, InlineKeyboardMarkup([*in_rows(buttons, HOURS_A_ROW), [off]]))


@dataclass(frozen=True, slots=True)
class _Found:
    """The products of a list, each with the section that it is in, and their changed prices by section."""

    title: str
    rows: Sequence[tuple[int, str]]
    changes: dict[str, Sequence[PriceChange]]


def _find_watched(
    served: Served, settings: BotSettings, watches: Sequence[Watch], wanted: ChangedList, view: View
) -> _Found:
    """Find the watched products that changed, in the order in which they were marked."""
    rows = [_find(served, watch.kodeitem) for watch in watches if watch.marks.notify]
    changes = served.details.price_changes.between(
        [row for row in rows if row is not None], wanted.since, wanted.until, settings.price_rounding, view.level
    )
    shown, ordered = [], list[PriceChange]()
    for row in dict.fromkeys(rows):
        of_product = [change for change in changes if change.product_id == row]
        if row is not None and of_product:
            shown.append((row, ""))
            places = list(price_labels(served.catalog.products[row], of_product))
            ordered += sorted(of_product, key=lambda change: places.index(change.key))
    return _Found(words.changed(len(shown)), shown, {"": ordered})


def _find_morning(served: Served, settings: BotSettings, _: Sequence[Watch], wanted: ChangedList, view: View) -> _Found:
    """Find all products whose prices rose, and then those whose prices fell, the largest relative change first."""
    prices, rounding = served.details.price_changes, settings.price_rounding
    periods = [(text, Period(rising, wanted.since + MICROSECOND, wanted.until))
               for text, rising in ((words.RISEN, True), (words.FALLEN, False))]  # fmt: skip
    moved = {text: prices.moved(period, rounding, view.level) for text, period in periods}
    rows = [(row, text) for text, found in moved.items() for row in found]
    part = part_of(len(rows), wanted.page, settings.page_size)
    shown = rows[part.start : part.end]
    changes: dict[str, Sequence[PriceChange]] = {
        text: prices.moves_of([row for row, section in shown if section == text], period, rounding, view.level)
        for text, period in periods
    }
    title = words.morning(_since(wanted, settings), len(moved[words.RISEN]), len(moved[words.FALLEN]))
    return _Found(title, rows, changes)


def _since(wanted: ChangedList, settings: BotSettings) -> str:
    """Return since when a morning message lists changes, in words.

    A change of yesterday is one of yesterday's backups. The period begins at the last backup of the day before.
    """
    first, last = wanted.since.astimezone(settings.zone), (wanted.until - MICROSECOND).astimezone(settings.zone)
    if first >= datetime.combine(last.date() - timedelta(days=1), time(), settings.zone):
        yesterday = datetime.now(settings.zone).date() - timedelta(days=1)
        text = day(last, settings.zone)
        return words.yesterday(text) if last.date() == yesterday else text
    return words.from_day(day(first, settings.zone))


def _page(wanted: ChangedList, number: int) -> ChangedList:
    return ChangedList(wanted.kind, wanted.since, wanted.until, number)


def _find(served: Served, kodeitem: str) -> int | None:
    return served.hashes.find(product_hash(kodeitem))


def _marks(pressed: InlineKeyboardButton, product: str) -> bool:
    """Return whether a button marks the product."""
    data = pressed.callback_data
    found = decode_watching(data) if isinstance(data, str) else None
    return isinstance(found, SetMark) and found.product == product
