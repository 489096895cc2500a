"""The commands /favorit and /pagi, and the buttons of what people watch. It is stateless, so any replica can answer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import Message, Update
from telegram.error import BadRequest

from toko_bot.handlers.sending import GONE, UNCHANGED, answer_press, edit_or_send, reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.handlers.watching.marks import watcher_of
from toko_bot.replies import messages
from toko_bot.replies.buttons import ChangedList, MarkedList
from toko_bot.replies.layout import Page
from toko_bot.replies.watching import words
from toko_bot.replies.watching.buttons import MorningHour, RemoveGone, SetMark, decode_watching
from toko_bot.replies.watching.pages import HOURS, changed_page, gone_codes, hour_page, marked_page, with_marks
from toko_core.catalog.live import Served
from toko_core.people import View
from toko_core.state.database import StateError
from toko_core.state.watching.watches import MOST_WATCHES, Marks

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a button does: a page in place of its message, other marks on it, an alert."""

    page: Page | None = None
    marks: Marks | None = None
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Does what one person wants. Its methods touch the disk: do not call them in the event loop."""

    shop: Services
    served: Served
    person_id: int
    view: View

    def marked(self, number: int) -> Outcome:
        """Show a page of the list of marked products."""
        watches = self.shop.watches.of(self.person_id)
        return Outcome(marked_page(self.served, self.shop.settings, watches, number, self.view))

    def changed(self, wanted: ChangedList) -> Outcome:
        """Show a page of changed prices."""
        watches = self.shop.watches.of(self.person_id)
        page = changed_page(self.served, self.shop.settings, watches, wanted, self.view)
        return Outcome(page or Page(words.NOTHING_CHANGED))

    def hour(self) -> Outcome:
        """Show at which hour the morning message comes."""
        return Outcome(hour_page(self.shop.watches.morning_hour(self.person_id)))

    def set_hour(self, hour: int) -> Outcome:
        """Choose the hour; 0: no morning message."""
        if hour and hour not in HOURS:
            return Outcome(alert=messages.OLD_BUTTON)
        now, data_time = datetime.now(UTC), self.served.data_time
        self.shop.watches.set_morning_hour(self.person_id, hour or None, now, data_time)
        return self.hour()

    def mark(self, wanted: SetMark) -> Outcome:
        """Mark a product, or remove the mark. Pressed twice, it does the same."""
        row = self.served.hashes.find(wanted.product)
        if row is None:
            return Outcome(alert=messages.PRODUCT_GONE)
        watches, code = self.shop.watches, self.served.catalog.products.code(row)
        before = watches.marks(self.person_id, code)
        marks = replace(before, **{wanted.mark: wanted.on})
        if not watches.mark(self.person_id, code, marks, self.served.data_time):
            return Outcome(alert=words.too_many(MOST_WATCHES))
        return Outcome(marks=marks, alert=words.NOTIFIED if marks.notify and not before.notify else None)

    def remove_gone(self) -> Outcome:
        """Remove the marked products that the catalogue no longer has."""
        watches = self.shop.watches
        watches.remove(self.person_id, gone_codes(self.served, watches.of(self.person_id)))
        return self.marked(1)


async def on_marked(update: Update, context: Context) -> None:
    """Handle /favorit: list what somebody marked."""
    await _answer(update, context, lambda desk: desk.marked(1))


async def on_morning(update: Update, context: Context) -> None:
    """Handle /pagi: choose the hour of the morning message."""
    await _answer(update, context, Desk.hour)


async def on_watch_press(update: Update, context: Context) -> None:
    """Handle a pressed button of what people watch. It is about whoever presses it, in their private chat."""
    press = update.callback_query
    if press is None:
        return
    pressed = decode_watching(press.data or "")
    outcome = await _work(update, services(context), lambda desk: _press(desk, pressed))
    if outcome.page is not None:
        await edit_or_send(context, press.message, outcome.page)
    if outcome.marks is not None and isinstance(pressed, SetMark) and isinstance(press.message, Message):
        await _show_marks(press.message, pressed.product, outcome.marks)
    await answer_press(update, outcome.alert)


def _press(desk: Desk, pressed: object) -> Outcome:
    match pressed:
        case SetMark() as wanted:
            return desk.mark(wanted)
        case MarkedList(number):
            return desk.marked(number)
        case ChangedList() as wanted:
            return desk.changed(wanted)
        case MorningHour(hour):
            return desk.set_hour(hour)
        case RemoveGone():
            return desk.remove_gone()
    return Outcome(alert=messages.OLD_BUTTON)


async def _answer(update: Update, context: Context, work: Callable[[Desk], Outcome]) -> None:
    outcome = await _work(update, services(context), work)
    await reply(update, outcome.page or Page(outcome.alert or messages.FAILED))


async def _work(update: Update, shop: Services, work: Callable[[Desk], Outcome]) -> Outcome:
    """Do the work in a thread, for whoever sent the update."""
    served, person_id = shop.live.served, watcher_of(update)
    if person_id is None:
        return Outcome(alert=words.PRIVATE_ONLY)
    if served is None:
        return Outcome(alert=messages.NO_CATALOG)
    try:
        desk = Desk(shop, served, person_id, shop.view(update))
        return await asyncio.get_running_loop().run_in_executor(shop.marking, work, desk)
    except StateError as error:
        log.error("What somebody watches cannot be used: %s", error)
        return Outcome(alert=words.NOT_AVAILABLE)


async def _show_marks(message: Message, product: str, marks: Marks) -> None:
    """Change the buttons of a product's page."""
    if message.reply_markup is None:
        return
    try:
        await message.edit_reply_markup(with_marks(message.reply_markup, product, marks))
    except BadRequest as error:
        if not any(reason in str(error).lower() for reason in (UNCHANGED, *GONE)):
            raise
        log.info("The buttons of message %d are unchanged: %s", message.message_id, error)
