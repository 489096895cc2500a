"""Shows how prices changed: /riwayat for one product, /naik and /turun for all products."""

import asyncio
import time

from telegram import Update

from toko_bot.handlers.commands import command_of
from toko_bot.handlers.search import clean
from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.buttons import WAYS, Moves, Results
from toko_bot.replies.history_page import history_page
from toko_bot.replies.layout import Page
from toko_bot.replies.lists import results_page
from toko_bot.replies.moves_page import moves_page
from toko_core.catalog.reader import WEAK, PublishedCatalog
from toko_core.search.text import words
from toko_core.state.demand.counts import Outcome


async def on_history(update: Update, context: Context) -> None:
    """Handle /riwayat: show the price history if the product is clear, else a list with buttons that open it."""
    shop = services(context)
    served, query, started = shop.live.served, clean(" ".join(context.args or ())), time.perf_counter()
    if not query:
        await reply(update, Page(messages.usage("riwayat")))
    elif served is None:
        await reply(update, Page(messages.NO_CATALOG))
    else:
        row = clearly_meant(served.catalog, query)
        page, found, is_found = results_page(served, shop.settings, Results(1, query, history=True), shop.view(update))
        shop.metrics.searched("history", query, time.perf_counter() - started, found)
        if row is not None:
            page = await asyncio.to_thread(history_page, served, shop.settings, row, shop.view(update))
        await reply(update, page)
        if (chat := update.effective_chat) is not None:
            shop.usage.search(chat.id, query, Outcome.UNCOUNTED if is_found else Outcome.NOTHING)


async def on_moves(update: Update, context: Context) -> None:
    """Handle /naik and /turun: list the prices that moved today."""
    shop, message = services(context), update.effective_message
    if message is None:
        return
    if shop.live.served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    wanted = Moves(WAYS[command_of(message) == WAYS[1]], 1, 1)
    page = await asyncio.to_thread(moves_page, shop.live.served, shop.settings, wanted, shop.view(update))
    await reply(update, page)


def clearly_meant(catalog: PublishedCatalog, query: str) -> int | None:
    """Return the product if it is the only hit, or the only one with exactly this name."""
    hits, typed = catalog.index.search(query, 2), words(query)
    if not hits or hits[0].score < WEAK:
        return None
    exact = [words(catalog.products.name(hit.row)) == typed for hit in hits]
    return hits[0].row if exact in ([True], [False], [True, False]) else None
