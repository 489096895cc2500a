"""A group that becomes a supergroup gets another id. It keeps its access, and the owners are notified of the new id."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ExtBot

from toko_bot.handlers.commands import set_menu
from toko_bot.handlers.services import Context, Services, services
from toko_bot.service.outgoing import short
from toko_core.state.database import StateError
from toko_core.state.groups.store import Move

log = logging.getLogger(__name__)


async def on_upgrade(update: Update, context: Context) -> bool:
    """Handle a message that says that a group became a supergroup. Returns False for any other update.

    Telegram sends two of them: one to the old group, and one to the supergroup.
    """
    message = update.message
    if message is None:
        return False
    title = message.chat.title or ""
    if message.migrate_to_chat_id is not None:
        move = Move(message.chat.id, message.migrate_to_chat_id, title)
    elif message.migrate_from_chat_id is not None:
        move = Move(message.migrate_from_chat_id, message.chat.id, title)
    else:
        return False
    await take_over(context.bot, services(context), move)
    return True


async def take_over(bot: ExtBot[Any], shop: Services, move: Move) -> None:
    """Give the supergroup the access of the group, unless another replica has done so. Raises nothing.

    If the state database cannot be written, the supergroup has access until the bot ends.
    """
    if not move.title and not shop.groups.knows(move.new):
        move = replace(move, title=await _find_title(bot, move.new))
    try:
        is_news = await asyncio.to_thread(shop.groups.move, move)
        if not is_news:
            return
        log.warning("Group %d is now supergroup %d: put the new id into ALLOWED_CHATS", move.old, move.new)
        if shop.reports is not None:
            await shop.reports.report_moved_groups(shop.groups)
    except StateError as error:
        log.error("Group %d is now supergroup %d, which cannot be stored: %s", move.old, move.new, error)
    await set_menu(bot, move.new, None)


async def _find_title(bot: ExtBot[Any], chat_id: int) -> str:
    """Ask for the title of a group; empty if the bot cannot know it."""
    try:
        return (await bot.get_chat(chat_id)).title or ""
    except TelegramError as error:
        log.info("The title of group %d is not known: %s", chat_id, short(error))
        return ""
