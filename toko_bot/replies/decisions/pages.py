"""The messages about decisions, with their buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from toko_bot.replies.decisions import texts
from toko_bot.replies.decisions.buttons import Earlier, SetQuiet, SyncNow
from toko_bot.replies.layout import Page, button, in_rows, list_page
from toko_core.state.decisions import Decision, Press, buttons_of
from toko_core.state.outbox import keyboard
from toko_core.state.outbox.messages import Buttons
from toko_core.state.quiet import QuietHours
from toko_core.text import moment

NUMBERS_A_ROW, HOURS_A_ROW = 5, 2
USUAL_HOURS = ("2000-0600", "2100-0600", "2200-0600", "2100-0700")


@dataclass(frozen=True, slots=True)
class Kept:
    """An earlier catalogue that can be served again."""

    file: str
    data_time: datetime
    products: int


def question_page(decision: Decision) -> Page:
    """Build the message of a question as the chain sent it."""
    return Page(decision.message, markup_of(buttons_of(decision)))


def markup_of(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message in the outbox; None if it has none."""
    rows = [
        [InlineKeyboardButton(each["text"], callback_data=each["callback_data"]) for each in row]
        for row in keyboard(buttons)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def sure_page(decision: Decision, choice: int) -> Page:
    """Build the question whether a choice is really meant."""
    row = [
        button(texts.YES, Press("sure", decision.id, choice)),
        button(texts.CANCEL, Press("cancel", decision.id, choice)),
    ]
    return Page(texts.really(decision, choice), InlineKeyboardMarkup([row]))


def decided_page(decision: Decision, zone: ZoneInfo, again: Decision | None = None) -> Page:
    """Build what the messages about a question become once it is decided.

    `again` is the question that takes its place, whose buttons they have then.
    """
    text = texts.decided(decision, moment(decision.decided_at or decision.asked_at, zone))
    return Page(text, markup_of(buttons_of(again)) if again is not None else None)


def earlier_page(served: datetime | None, kept: Sequence[Kept], zone: ZoneInfo) -> Page:
    """Build the list of earlier catalogues. `served` is the time of the data that is served now."""
    if not kept:
        return Page(texts.NO_EARLIER)
    lines = [texts.earlier_line(place, moment(one.data_time, zone), one.products) for place, one in enumerate(kept, 1)]
    numbers = [button(str(place), Earlier(one.file)) for place, one in enumerate(kept, 1)]
    head = texts.earlier_head(moment(served, zone) if served else "-")
    return list_page([head, "\n".join(lines), texts.CHOOSE_EARLIER], in_rows(numbers, NUMBERS_A_ROW))


def quiet_page(hours: QuietHours | None) -> Page:
    """Build the choice of quiet hours."""
    usual = [(str(parsed), value) for value in USUAL_HOURS if (parsed := read_hours(value)) and parsed != hours]
    buttons = [button(label, SetQuiet(value)) for label, value in usual]
    rows = in_rows(buttons, HOURS_A_ROW)
    if hours is not None:
        rows.append([button(texts.QUIET_OFF, SetQuiet(""))])
    return list_page([texts.quiet_now(str(hours) if hours else "")], rows)


def read_hours(value: str) -> QuietHours | None:
    """Read the hours of a button, such as `2100-0600`."""
    return QuietHours.parse(f"{value[:2]}.{value[2:7]}.{value[7:]}")


def sync_button(occasion: str) -> InlineKeyboardButton:
    """Make a button that begins a sync."""
    return button(texts.SYNC_NOW, SyncNow(occasion))
