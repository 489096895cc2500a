"""What is done about each thing that can go wrong with Telegram, or in here."""

import logging

from telegram import Chat, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from toko_bot.handlers.sending import answer_press, reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_bot.service.outgoing import short

log = logging.getLogger(__name__)

CHAT_GONE = ("chat not found", "user is deactivated", "have no rights", "not enough rights", "topic_closed")


async def on_error(update: object, context: Context) -> None:
    """The application's error handler: one line for what is known, a traceback for what is not."""
    error, errors = context.error, services(context).metrics.errors
    said = short(error) if error is not None else ""
    user = update.effective_user if isinstance(update, Update) else None
    who = user.id if user else None
    match error:
        case Conflict() if "webhook" in said.lower():
            errors.labels("conflict").inc()
            await _remove_webhook(context, said)
        case Conflict():
            errors.labels("conflict").inc()
            log.error("Another program polls with this bot's token; stop it, or make a new token: %s", said)
        case RetryAfter():
            errors.labels("too_many_requests").inc()
            log.warning("Telegram still says to send less, an answer is lost: %s", said)
        case Forbidden():
            errors.labels("forbidden").inc()
            log.info("User %s has blocked the bot, or it was put out of the chat: %s", who, said)
        case InvalidToken():
            errors.labels("token").inc()
            log.critical("Telegram does not know TELEGRAM_BOT_TOKEN any more: has @BotFather revoked it?")
        case ChatMigrated():
            errors.labels("migrated").inc()
            log.warning("A group has become a supergroup: put its new id into ALLOWED_CHATS: %s", said)
        case BadRequest() if any(reason in said.lower() for reason in CHAT_GONE):
            errors.labels("chat_gone").inc()
            log.info("The chat of user %s cannot be written to: %s", who, said)
        case BadRequest():
            errors.labels("bad_request").inc()
            log.error("Telegram refused a request: %s", said)
            await _say_sorry(update)
        case TimedOut():
            errors.labels("timeout").inc()
            log.warning("Telegram did not answer in time: %s", said)
        case NetworkError():
            errors.labels("network").inc()
            log.warning("Telegram, or the way there, fails: %s", said)
        case TelegramError():
            errors.labels("network").inc()
            log.warning("What answered was not Telegram: %s", said)
        case _:
            errors.labels("internal").inc()
            log.error("A mistake in the bot", exc_info=error)
            await _say_sorry(update)


async def _remove_webhook(context: Context, said: str) -> None:
    """While it stands, Telegram lets nobody poll: as at the start, whoever polls takes it away."""
    try:
        await context.bot.delete_webhook()
    except TelegramError as error:
        log.error("Another program has set a webhook for this bot, and it stays: %s", short(error))
    else:
        log.error("Another program had set a webhook for this bot; it is removed, stop that program: %s", said)


async def _say_sorry(update: object) -> None:
    if not isinstance(update, Update):
        return
    try:
        if update.callback_query is not None:
            await answer_press(update, messages.FAILED)
        elif update.message is not None and update.message.chat.type == Chat.PRIVATE:
            await reply(update, Page(messages.FAILED))
    except TelegramError as error:
        log.info("Nor could that be said: %s", short(error))
