"""Opens a product: its page with the buttons that mark it, and what whoever opens it wants of it."""

import asyncio
import logging

from telegram import Chat, Update

from toko_bot.handlers.services import Services
from toko_bot.replies.buttons import ProductList, Results
from toko_bot.replies.layout import Page
from toko_bot.replies.product_page import product_page
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.live import Served
from toko_core.state.database import StateError
from toko_core.state.watching.watches import Marks

log = logging.getLogger(__name__)

MARKS_SECONDS = 1.0
"""How long a product waits for its marks. Another process may hold the state database locked for longer."""


async def open_product(
    update: Update, shop: Services, served: Served, row: int, back: ProductList | None = None, query: str | None = None
) -> Page:
    """Build the page of a product as the sender is shown it, with the buttons that mark it where they can.

    It was opened from the list `back`, or by the code `query`, and is among those that the sender opened last.
    """
    code, view = served.catalog.products.code(row), shop.view(update)
    marks = await find_marks(shop, watcher_of(update), code)
    page = await asyncio.to_thread(
        product_page, served, shop.settings, row, view=view, back=back, query=query, marks=marks
    )
    user, chat = update.effective_user, update.effective_chat
    if user is not None and chat is not None:
        listed = (back.query if isinstance(back, Results) else None) or ""
        shop.usage.open(chat.id, user.id, code, read_wanted(served.catalog.index, served.catalog.products, listed).text)
    return page


def watcher_of(update: Update) -> int | None:
    """Return the id of who sent an update in their private chat with the bot; None elsewhere: nobody can mark there."""
    user, chat = update.effective_user, update.effective_chat
    return user.id if user is not None and chat is not None and chat.type == Chat.PRIVATE else None


async def find_marks(shop: Services, watcher: int | None, kodeitem: str) -> Marks | None:
    """Return what somebody wants of a product; None if nobody can mark it here.

    No product waits for a state database that does not work: then it shows no marks.
    """
    if watcher is None:
        return None
    if shop.state.problem is not None:
        return Marks()
    reading = asyncio.get_running_loop().run_in_executor(shop.marking, shop.watches.marks, watcher, kodeitem)
    try:
        return await asyncio.wait_for(reading, MARKS_SECONDS)
    except TimeoutError:
        log.warning("The marks of a product are not shown: the state database does not respond")
    except StateError as error:
        log.error("The marks of a product cannot be read: %s", error)
    return Marks()
