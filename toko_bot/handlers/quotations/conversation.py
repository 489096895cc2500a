"""Answers lists, replies to quotations, and the buttons of quotations. It is stateless, so any replica can answer."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime

from telegram import Chat, ForceReply, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode

from toko_bot.handlers.quotations.desk import Outcome, QuotationDesk, Visitor
from toko_bot.handlers.sending import answer_press, edit_or_send, reply, thread_of
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies import messages
from toko_bot.replies.buttons import Quote, read_data
from toko_bot.replies.layout import Page
from toko_bot.replies.quotations import pages, words
from toko_core.catalog.live import Served
from toko_core.people import Role
from toko_core.search.lists import LONGEST_ITEM, ShoppingList, is_surely_a_search, read_list, readings
from toko_core.state.database import StateError

log = logging.getLogger(__name__)

NUMBERED = re.compile(rf"{words.TITLE}(\d{{1,9}}/\d{{4}})\b")
MOST_SENTENCES = 4
"""Longer messages are lists, also if most of their lines find nothing."""
OF_A_LINE = frozenset({pages.NUMBER, pages.UNIT, pages.CHOOSE, pages.CHANGE, pages.REMOVE})
"""The actions of the buttons below one line."""


async def answer_as_quotation(update: Update, context: Context) -> bool:
    """Answer a message that is a list, or a reply to a quotation. Returns False for any other: it is a search."""
    message = update.effective_message
    if message is None or not message.text or message.chat.type != Chat.PRIVATE:
        return False
    text, message_id = message.text, message.message_id
    if (number := _numbered(message.reply_to_message, context)) is not None:
        quotation, place = _replied_to(message.reply_to_message)
        is_edited = update.edited_message is not None  # it was taken into account when it was sent

        def answer(desk: QuotationDesk) -> Outcome:
            if is_edited:
                return desk.open_number(number)
            return desk.reply(quotation, place, text) if quotation else desk.reply_to_number(number, text)

        await _answer(update, context, answer)
        return True
    served = services(context).live.served
    if served is None or is_surely_a_search(text):
        return False
    if len(text) <= LONGEST_ITEM and not read_list(text).items:  # at once: a search shall not wait for a thread
        return False
    started = time.perf_counter()
    asked = await asyncio.to_thread(_read, served, text)
    if not asked.items:
        return False
    await _answer(update, context, lambda desk: desk.create(asked, message_id))
    seconds = time.perf_counter() - started
    services(context).metrics.searched("list", " ".join(text.split()), seconds, len(asked.items))
    return True


async def on_quotations(update: Update, context: Context) -> None:
    """Handle /penawaran: list the newest quotations, or open one by its number."""
    wanted = (context.args or [""])[0]
    await _answer(update, context, lambda desk: desk.open_number(wanted) if wanted else desk.recent())


async def on_quotation_press(update: Update, context: Context) -> None:
    """Handle a pressed button of a quotation."""
    press, shop = update.callback_query, services(context)
    pressed = read_data(press.data or "") if press is not None else None
    served, visitor = shop.live.served, visitor_of(update, shop)
    if press is None or not isinstance(pressed, Quote):
        await answer_press(update, messages.OLD_BUTTON)
    elif served is None:
        await answer_press(update, messages.NO_CATALOG)
    elif visitor is None:
        await answer_press(update, words.PRIVATE_ONLY)
    else:
        async with shop.photo_slots if pressed.action == pages.PICTURE else nullcontext():  # a second of a core each
            outcome = await _work(shop, served, visitor, lambda desk: desk.press(pressed))
        if outcome.page is not None:
            await edit_or_send(context, press.message, outcome.page)
        await _send_more(update, context, outcome)
        await answer_press(update, outcome.alert)


def visitor_of(update: Update, shop: Services) -> Visitor | None:
    """Return who sent an update in their private chat with the bot; None elsewhere, where others would read along."""
    user, chat, person = update.effective_user, update.effective_chat, shop.sender(update)
    if user is None or person is None or chat is None or chat.type != Chat.PRIVATE:
        return None
    is_customer, is_owner = person.role is Role.CUSTOMER, person.role is Role.OWNER
    return Visitor(user.id, user.full_name, not is_customer, is_owner, shop.view(update).level)


async def _answer(update: Update, context: Context, work: Callable[[QuotationDesk], Outcome]) -> None:
    """Answer a message. An edited one changes its answer, if this replica knows it."""
    shop = services(context)
    served, visitor = shop.live.served, visitor_of(update, shop)
    if visitor is None:
        await reply(update, Page(words.PRIVATE_ONLY))
        return
    if served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    outcome = await _work(shop, served, visitor, work)
    page = outcome.page or Page(outcome.alert or words.GONE)
    if update.edited_message is None:
        shop.usage.miss(outcome.missing)
    await reply(update, page)


async def _work(shop: Services, served: Served, visitor: Visitor, work: Callable[[QuotationDesk], Outcome]) -> Outcome:
    """Do the work in a thread: it searches, draws, and touches the disk."""
    desk = QuotationDesk(shop.quotations, served, shop.settings, visitor, datetime.now(UTC))
    try:
        return await asyncio.to_thread(work, desk)
    except StateError as error:
        log.error("A quotation cannot be used: %s", error)
        return Outcome(alert=words.NOT_AVAILABLE)


async def _send_more(update: Update, context: Context, outcome: Outcome) -> None:
    """Send what does not take the place of the message with the button."""
    chat, thread = update.effective_chat, thread_of(update.effective_message)
    if chat is None:
        return
    for text in outcome.texts:
        await context.bot.send_message(chat.id, text, message_thread_id=thread)
    for picture in outcome.pictures:
        await context.bot.send_photo(chat.id, picture, message_thread_id=thread)
    if outcome.prompt is not None:
        ask = ForceReply(input_field_placeholder=words.PLACEHOLDER)
        await context.bot.send_message(
            chat.id, outcome.prompt, parse_mode=ParseMode.HTML, reply_markup=ask, message_thread_id=thread
        )


def _numbered(replied: Message | None, context: Context) -> str | None:
    """Return the number of the quotation that a message of the bot is about."""
    if replied is None or replied.from_user is None or replied.from_user.id != context.bot.id:
        return None
    found = NUMBERED.match(replied.text or "")
    return found[1] if found else None


def _replied_to(replied: Message | None) -> tuple[int, int]:
    """Return the quotation and the line that the buttons of a message are about; 0 if they do not say."""
    markup = replied.reply_markup if replied is not None else None
    buttons = (
        [button for row in markup.inline_keyboard for button in row] if isinstance(markup, InlineKeyboardMarkup) else []
    )
    quotation = 0
    for button in buttons:
        pressed = read_data(button.callback_data) if isinstance(button.callback_data, str) else None
        if isinstance(pressed, Quote):
            quotation = pressed.quotation
            if pressed.action in OF_A_LINE:
                return quotation, pressed.place
    return quotation, 0


def _read(served: Served, text: str) -> ShoppingList:
    """Return the items of a list; none for the name of a product that looks like one, on several lines or on one.

    A question and its greeting on lines of their own is a search too: only one of the lines finds something.
    """
    asked, index = read_list(text), served.catalog.index
    if not asked.items:
        return asked
    best = next(iter(index.search(" ".join(text.split()), 1)), None)
    if best is not None and best.score == 1:
        return ShoppingList(())
    if len(asked.items) <= MOST_SENTENCES:
        goods = [item for item in asked.items if next(readings(item)).number or index.search(item, 1)]
        return asked if len(goods) > 1 else ShoppingList(())
    return asked
