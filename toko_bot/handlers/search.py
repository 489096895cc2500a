"""Handles any text as a search. If somebody edits the text, the bot edits its answer."""

import asyncio
import time

from telegram import Chat, Update

from toko_bot.handlers.quotations.conversation import answer_as_quotation
from toko_bot.handlers.sending import edit, reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.handlers.small_talk import small_talk_page
from toko_bot.replies import messages
from toko_bot.replies.buttons import Results
from toko_bot.replies.layout import Page
from toko_bot.replies.lists import results_page
from toko_bot.replies.narrowing import read_wanted
from toko_bot.replies.product_page import product_page
from toko_core.people import View

LONGEST_QUERY = 200
"""Characters of a query; the search engine reads no more."""


async def on_text(update: Update, context: Context) -> None:
    """Handle a new or edited text message."""
    message = update.effective_message
    if message is None or not message.text:
        return
    if message.chat.type != Chat.PRIVATE and not is_for_us(update, context):
        return
    if not await answer_as_quotation(update, context):
        await answer_search(update, context, message.text)


async def on_group_search(update: Update, context: Context) -> None:
    """Handle /harga and /cari, for example `/harga indomie goreng`."""
    words = " ".join(context.args or ())
    if words:
        await answer_search(update, context, words)
    else:
        await reply(update, Page(messages.usage("harga")))


async def answer_search(update: Update, context: Context, text: str, kind: str = "text") -> None:
    """Send one message: the results, or the product if a code or barcode finds exactly one."""
    shop, message = services(context), update.effective_message
    if message is None:
        return
    page = small_talk_page(update, shop, text) or await find(shop, clean(text), kind, view=shop.view(update))
    before = shop.answers.find(message.chat.id, message.message_id) if update.edited_message else None
    if before is not None and await edit(context.bot, message.chat.id, before, page):
        return
    answer = await reply(update, page)
    if answer is not None:
        shop.answers.note(message.chat.id, message.message_id, answer.message_id)


async def find(shop: Services, query: str, kind: str, *, view: View) -> Page:
    """Search, and build the page that answers a query."""
    started = time.perf_counter()
    served, settings = shop.live.served, shop.settings
    if served is None:
        return Page(messages.NO_CATALOG)
    index = served.catalog.index
    text = read_wanted(index, served.catalog.products, query).text
    alone = index.rows_of_serial(text)
    if index.is_code(text) or len(alone) > 1:
        alone = [hit.row for hit in index.search(text, 2)]
    if len(alone) == 1:
        found = 1
        page = await asyncio.to_thread(product_page, served, settings, alone[0], view=view, query=query)
    else:
        page, found = results_page(served, settings, Results(1, query), view)
    shop.metrics.searched(kind, query, time.perf_counter() - started, found)
    return page


def clean(text: str) -> str:
    """Return the query as one line that is not longer than what the search engine reads."""
    return " ".join(text.split())[:LONGEST_QUERY].strip()


def is_for_us(update: Update, context: Context) -> bool:
    """Return whether a message in a group is a reply to the bot. Others talk to each other, or use /harga."""
    message = update.effective_message
    before = message.reply_to_message if message else None
    return before is not None and before.from_user is not None and before.from_user.id == context.bot.id
