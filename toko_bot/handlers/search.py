"""Handles any text as a search. If somebody edits the text, the bot edits its answer."""

import asyncio
import time
from dataclasses import dataclass

from telegram import Chat, Update

from toko_bot.handlers.quotations.conversation import answer_as_quotation
from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.handlers.small_talk import small_talk_page
from toko_bot.handlers.watching.marks import find_marks, watcher_of
from toko_bot.replies import messages
from toko_bot.replies.buttons import Results
from toko_bot.replies.layout import Page
from toko_bot.replies.lists import results_page
from toko_bot.replies.product_page import product_page
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.people import View
from toko_core.state.demand.counts import Outcome

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
    page = small_talk_page(update, shop, text)
    if page is None:
        answer = await find(shop, clean(text), kind, view=shop.view(update), watcher=watcher_of(update))
    else:
        answer = Answer(page)
    await reply(update, answer.page)
    _remember(update, shop, answer)


def _remember(update: Update, shop: Services, answer: "Answer") -> None:
    """Count a search, or remember that somebody opened a product by its code."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or answer.outcome is None:
        return
    shop.usage.search(chat.id, answer.asked, answer.outcome)
    if answer.product is not None:
        shop.usage.open(chat.id, user.id, answer.product)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a message. `outcome` is None if it was no search."""

    page: Page
    asked: str = ""
    """What was searched for, without a quantity."""
    outcome: Outcome | None = None
    product: str | None = None
    """The `kodeitem` of the product whose page it is."""


async def find(shop: Services, query: str, kind: str, *, view: View, watcher: int | None = None) -> Answer:
    """Search, and build the page that answers a query. `watcher` is who can mark a product (`watcher_of`)."""
    started = time.perf_counter()
    served, settings = shop.live.served, shop.settings
    if served is None:
        return Answer(Page(messages.NO_CATALOG))
    index = served.catalog.index
    text = read_wanted(index, served.catalog.products, query).text
    alone = index.rows_of_serial(text)
    if index.is_code(text) or len(alone) > 1:
        alone = [hit.row for hit in index.search(text, 2)]
    if len(alone) == 1:
        found = 1
        code = served.catalog.products.code(alone[0])
        marks = await find_marks(shop, watcher, code)
        page = await asyncio.to_thread(product_page, served, settings, alone[0], view=view, query=query, marks=marks)
        answer = Answer(page, text, Outcome.UNCOUNTED, code)
    else:
        page, found, is_found = results_page(served, settings, Results(1, query), view)
        answer = Answer(page, text, Outcome.LISTED if is_found else Outcome.NOTHING)
    shop.metrics.searched(kind, query, time.perf_counter() - started, found)
    return answer


def clean(text: str) -> str:
    """Return the query as one line that is not longer than what the search engine reads."""
    return " ".join(text.split())[:LONGEST_QUERY].strip()


def is_for_us(update: Update, context: Context) -> bool:
    """Return whether a message in a group is a reply to the bot. Others talk to each other, or use /harga."""
    message = update.effective_message
    before = message.reply_to_message if message else None
    return before is not None and before.from_user is not None and before.from_user.id == context.bot.id
