"""The owners' /dicari and its buttons, and the buttons of the products that somebody opened last."""

import asyncio
import logging

from telegram import Update

from toko_bot.handlers.search import find
from toko_bot.handlers.sending import answer_press, edit_or_send, reply
from toko_bot.handlers.services import Context, services
from toko_bot.handlers.watching.marks import open_product, watcher_of
from toko_bot.replies import messages
from toko_bot.replies.demand import words
from toko_bot.replies.demand.buttons import DemandList, OpenAgain, SearchAgain, decode_demand
from toko_bot.replies.demand.pages import A_PAGE, demand_page
from toko_bot.replies.layout import Page, part_of
from toko_core.catalog.live import Served
from toko_core.state.database import StateError
from toko_core.state.demand.store import Kind

log = logging.getLogger(__name__)


async def on_demand(update: Update, context: Context) -> None:
    """Handle /dicari: list what was searched for and not found in the last days."""
    shop = services(context)
    if not shop.is_owner(update):
        await reply(update, Page(messages.FOR_OWNERS))
    elif shop.live.served is None:
        await reply(update, Page(messages.NO_CATALOG))
    else:
        page = await _list(context, shop.live.served, DemandList(Kind.MISSING))
        await reply(update, page or Page(words.NOT_AVAILABLE))


async def on_demand_press(update: Update, context: Context) -> None:
    """Handle a button of /dicari, which only owners may press, or of a product under /start."""
    press, shop = update.callback_query, services(context)
    served, pressed = shop.live.served, decode_demand((press.data if press else None) or "")
    if press is None or pressed is None:
        await answer_press(update, messages.OLD_BUTTON)
    elif served is None:
        await answer_press(update, messages.NO_CATALOG)
    elif isinstance(pressed, OpenAgain):
        await _open(update, context, served, pressed.product)
    elif not shop.is_owner(update):
        await answer_press(update, messages.FOR_OWNERS)
    elif isinstance(pressed, SearchAgain):
        await _search(update, context, pressed.query)
    else:
        page = await _list(context, served, pressed)
        if page is not None:
            await edit_or_send(context, press.message, page)
        await answer_press(update, None if page is not None else words.NOT_AVAILABLE)


async def _list(context: Context, served: Served, wanted: DemandList) -> Page | None:
    """Build a page of a list; None if the state database cannot be used."""
    usage, start = services(context).usage, max(wanted.page - 1, 0) * A_PAGE
    try:
        number, shown = await usage.most(wanted.kind, wanted.days, A_PAGE, start)
        part = part_of(number, wanted.page, A_PAGE)
        if part.start != start:  # the list has fewer pages by now
            number, shown = await usage.most(wanted.kind, wanted.days, A_PAGE, part.start)
    except StateError as error:
        log.error("What was searched for cannot be read: %s", error)
        return None
    return await asyncio.to_thread(demand_page, served, wanted, part, number, shown)


async def _search(update: Update, context: Context, query: str) -> None:
    """Search for a query of the list. That does not count as a search, nor does what the owner opens then."""
    shop = services(context)
    answer = await find(shop, query, "again", view=shop.view(update), watcher=watcher_of(update))
    if (chat := update.effective_chat) is not None:
        shop.usage.ignore(chat.id, answer.asked)
    sent = await reply(update, answer.page)
    await answer_press(update, None if sent is not None else messages.OLD_BUTTON)


async def _open(update: Update, context: Context, served: Served, product: str) -> None:
    """Send a product's page; the message with the button stays."""
    shop, row = services(context), served.hashes.find(product)
    if row is None:
        await answer_press(update, messages.PRODUCT_GONE)
        return
    sent = await reply(update, await open_product(update, shop, served, row))
    await answer_press(update, None if sent is not None else messages.OLD_BUTTON)
