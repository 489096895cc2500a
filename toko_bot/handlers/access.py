"""The gate before all other handlers. It lets people with access pass, and hands strangers to `people.requests`."""

import logging

from telegram import Chat, Update
from telegram.ext import ApplicationHandlerStop

from toko_bot.handlers.commands import command_of, on_unknown
from toko_bot.handlers.people.requests import on_stranger
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies.people.menus import OF_CUSTOMERS
from toko_core.people import Role

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
    if update.my_chat_member is not None:
        _log_membership(update)
        return False
    if may_use(update, shop):
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
    return False


def may_use(update: Update, shop: Services) -> bool:
    """Return whether the sender may use the bot here.

    People with access may in private chats and inline, and all members may in the groups of ALLOWED_CHATS.
    """
    chat = update.effective_chat
    if chat is not None and chat.type in GROUPS:
        if chat.id in shop.settings.allowed_chats:
            return True
        return _asks_id(update) and _is_anywhere_owner(update, shop)
    return shop.sender(update) is not None and (chat is None or chat.type == Chat.PRIVATE)


def _is_anywhere_owner(update: Update, shop: Services) -> bool:
    person = shop.sender(update)
    return person is not None and person.role is Role.OWNER


def _is_beyond_customers(update: Update, shop: Services) -> bool:
    """Return whether a customer sent a command in the private chat that is not for customers."""
    message, person = update.message, shop.sender(update)
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
    text = (update.message.text or "") if update.message else ""
    return text.split("@")[0].strip() == "/id"


def _log_membership(update: Update) -> None:
    change = update.my_chat_member
    if change is not None:
        log.info(
            "User %s in chat %s: the bot is now %s", change.from_user.id, change.chat.id, change.new_chat_member.status
        )
