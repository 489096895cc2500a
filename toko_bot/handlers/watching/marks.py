"""What whoever opens a product wants of it."""

import asyncio
import logging

from telegram import Chat, Update

from toko_bot.handlers.services import Services
from toko_core.state.database import StateError
from toko_core.state.watching.watches import Marks

log = logging.getLogger(__name__)


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
    try:
        return await asyncio.to_thread(shop.watches.marks, watcher, kodeitem)
    except StateError as error:
        log.error("The marks of a product cannot be read: %s", error)
        return Marks()
