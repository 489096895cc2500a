"""The gate before all other handlers. It lets people with access pass, and hands strangers to `people.requests`."""

import asyncio
import logging

from telegram import Chat, Message, Update
from telegram.ext import ApplicationHandlerStop

from toko_bot.handlers.commands import command_of, on_unknown
from toko_bot.handlers.groups.upgrades import on_upgrade
from toko_bot.handlers.people.requests import on_stranger
from toko_bot.handlers.sending import answer_press
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies import messages
from toko_bot.replies.groups.texts import ENDED as GROUP_ENDED
from toko_bot.replies.people.menus import OF_CUSTOMERS
from toko_bot.replies.people.texts import ENDED
from toko_core.people import Role
from toko_core.state.database import StateError

log = logging.getLogger(__name__)

GROUPS = {Chat.GROUP, Chat.SUPERGROUP}
KINDS = ("message", "edited_message", "callback_query", "inline_query")
COMMANDS_OF_CUSTOMERS = {*OF_CUSTOMERS, "start", "help", "bantuan", "harga", "cari"}
"""Also by their other names."""


async def guard(update: Update, context: Context) -> None:
    """Stop every update from somebody without access, and the commands that customers do not have.

    This is the handler of group -1. An error stops the update too: the library would continue with the next group.
    """
    try:
        passes = await _passes(update, context)
    except Exception as error:
        await context.application.process_error(update, error)
        passes = False
    if not passes:
        raise ApplicationHandlerStop


async def _passes(update: Update, context: Context) -> bool:
    """Return whether the other handlers get the update. Answers it if they do not."""
    shop = services(context)
    shop.begin()
    if update.my_chat_member is not None:
        _log_membership(update)
        return False
    if _is_unasked(update) or await on_upgrade(update, context):
        return False
    if await may_use(update, shop):
        if update.edited_message is not None and shop.answers.has_answered(update.edited_message):
            return False
        if _is_beyond_customers(update, shop):
            await on_unknown(update, context)
            return False
        return True
    if update.to_dict().keys() <= {"update_id"}:  # what is left of an update that cannot be read
        return False
    shop.metrics.denied.inc()
    user, chat = update.effective_user, update.effective_chat
    kind = next((name for name in KINDS if getattr(update, name) is not None), "update")
    log.warning("Denied: %s of user %s in chat %s", kind, user.id if user else None, chat.id if chat else None)
    if user is not None and not user.is_bot and chat is not None and chat.type == Chat.PRIVATE:
        await on_stranger(update, context, user)
    elif update.callback_query is not None:  # the button is of the time when the person, or the group, had access
        ended = ENDED if chat is None else GROUP_ENDED
        await answer_press(update, messages.FAILED if shop.state.problem else ended)
    return False


async def may_use(update: Update, shop: Services) -> bool:
    """Return whether the sender may use the bot here.

    People with access may in private chats and inline, and all members may in the groups of ALLOWED_CHATS.
    """
    chat = update.effective_chat
    if chat is not None and chat.type in GROUPS:
        if await _is_allowed(shop, chat.id):
            return True
        return _asks_id(update) and _is_anywhere_owner(update, shop)
    return shop.sender(update) is not None and (chat is None or chat.type == Chat.PRIVATE)


async def _is_allowed(shop: Services, group: int) -> bool:
    if shop.groups.knows(group):
        return True
    try:
        return await asyncio.to_thread(shop.groups.allows, group)
    except StateError as error:
        log.info("It is not known whether group %d was one of ALLOWED_CHATS: %s", group, error)
        return False


def _is_unasked(update: Update) -> bool:
    """Return whether nobody wrote the message to the bot.

    Telegram forwards the posts of a channel into its group of comments. Bots that answer each other never stop.
    """
    message = _message_of(update)
    if message is None:
        return False
    is_of_bot = message.from_user is not None and message.from_user.is_bot and message.sender_chat is None
    return is_of_bot or bool(message.is_automatic_forward)


def _message_of(update: Update) -> Message | None:
    """Return what somebody wrote, also if they have edited it."""
    return update.message or update.edited_message


def _is_anywhere_owner(update: Update, shop: Services) -> bool:
    person = shop.sender(update)
    return person is not None and person.role is Role.OWNER


def _is_beyond_customers(update: Update, shop: Services) -> bool:
    """Return whether a customer sent a command in the private chat that is not for customers."""
    message, person = _message_of(update), shop.sender(update)
    return (
        person is not None
        and person.role is Role.CUSTOMER
        and message is not None
        and message.chat.type == Chat.PRIVATE
        and (message.text or "").startswith("/")
        and command_of(message) not in COMMANDS_OF_CUSTOMERS
    )


def _asks_id(update: Update) -> bool:
    """Return whether the message is /id: an owner needs a group's id to add it to ALLOWED_CHATS."""
    message = _message_of(update)
    text = (message.text or "") if message else ""
    return text.split("@")[0].strip() == "/id"


def _log_membership(update: Update) -> None:
    change = update.my_chat_member
    if change is not None:
        log.info(
            "User %s in %s %s: the bot is now %s, and was %s",
            change.from_user.id,
            change.chat.type,
            change.chat.id,
            change.new_chat_member.status,
            change.old_chat_member.status,
        )
