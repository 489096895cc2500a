"""The gate before all other handlers. It sends people without access their own id once a day, and nothing else."""

import logging
import time
from collections import OrderedDict

from telegram import Chat, Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.settings import BotSettings

log = logging.getLogger(__name__)

REPEAT_SECONDS = 24 * 3600.0
MOST_STRANGERS = 10_000
GROUPS = {Chat.GROUP, Chat.SUPERGROUP}


class Gate:
    """A handler of group -1 that stops every update from somebody without access."""

    def __init__(self) -> None:
        self._notified: OrderedDict[int, float] = OrderedDict()

    async def __call__(self, update: Update, context: Context) -> None:
        if update.my_chat_member is not None:
            _log_membership(update)
            raise ApplicationHandlerStop
        if may_use(update, services(context).settings):
            return
        if update.to_dict().keys() <= {"update_id"}:  # what is left of an update that cannot be read
            raise ApplicationHandlerStop
        services(context).metrics.denied.inc()
        user, chat = update.effective_user, update.effective_chat
        kind = next((name for name in KINDS if getattr(update, name) is not None), "update")
        log.warning("Denied: %s of user %s in chat %s", kind, user.id if user else None, chat.id if chat else None)
        if update.message is not None and chat is not None and chat.type == Chat.PRIVATE and user is not None:
            await self._send_own_id(update, user.id)
        raise ApplicationHandlerStop

    async def _send_own_id(self, update: Update, user_id: int) -> None:
        now = time.monotonic()
        if now - self._notified.get(user_id, -REPEAT_SECONDS) < REPEAT_SECONDS or update.message is None:
            return
        self._notified[user_id] = now
        self._notified.move_to_end(user_id)
        if len(self._notified) > MOST_STRANGERS:
            self._notified.popitem(last=False)
        try:
            await update.message.reply_html(messages.stranger(user_id))
        except TelegramError as error:
            log.info("A person without access could not be sent their id: %s", error)


KINDS = ("message", "edited_message", "callback_query", "inline_query")


def may_use(update: Update, settings: BotSettings) -> bool:
    """Return whether the sender may use the bot here.

    Staff and owners may in private chats and inline, and all members may in the groups of ALLOWED_CHATS.
    """
    user, chat = update.effective_user, update.effective_chat
    if chat is not None and chat.type in GROUPS:
        if chat.id in settings.allowed_chats:
            return True
        return user is not None and user.id in settings.owners and _asks_id(update)
    if user is None or user.is_bot or user.id not in settings.staff:
        return False
    return chat is None or chat.type == Chat.PRIVATE


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
