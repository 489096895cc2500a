"""Handles errors from Telegram, from the network and in the bot itself."""

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

from toko_bot.handlers.sending import answer_press, forbids_writing, reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.groups import texts
from toko_bot.replies.layout import Page
from toko_bot.service.outgoing import short

log = logging.getLogger(__name__)


async def on_error(update: object, context: Context) -> None:
    """Log an error: one line if it is an expected kind, else with a traceback."""
    error, errors = context.error, services(context).metrics.errors
    text = short(error) if error is not None else ""
    user = update.effective_user if isinstance(update, Update) else None
    who = user.id if user else None
    match error:
        case Conflict() if "webhook" in text.lower():
            errors.labels("conflict").inc()
            await _remove_webhook(context, text)
        case Conflict():
            errors.labels("conflict").inc()
            log.error("Another program polls with this bot's token; stop it, or create a new token: %s", text)
        case RetryAfter():
            errors.labels("too_many_requests").inc()
            log.warning("Telegram still limits the bot, and an answer is lost: %s", text)
        case Forbidden():
            errors.labels("forbidden").inc()
            log.info("User %s has blocked the bot, or the bot was removed from the chat: %s", who, text)
            await _answer_press(update, texts.CANNOT_WRITE)
        case InvalidToken():
            errors.labels("token").inc()
            log.critical("Telegram does not know TELEGRAM_BOT_TOKEN any more: was it revoked with @BotFather?")
        case ChatMigrated():
            errors.labels("migrated").inc()
            log.warning("A group has become a supergroup: put its new id into ALLOWED_CHATS: %s", text)
        case BadRequest() if forbids_writing(error):
            errors.labels("chat_gone").inc()
            log.info("The bot cannot write to the chat of user %s: %s", who, text)
            await _answer_press(update, texts.CANNOT_WRITE)
        case BadRequest():
            errors.labels("bad_request").inc()
            log.error("Telegram rejected a request: %s", text)
            await _apologize(update)
        case TimedOut():
            errors.labels("timeout").inc()
            log.warning("Telegram did not respond in time: %s", text)
        case NetworkError():
            errors.labels("network").inc()
            log.warning("Telegram, or the network connection to it, fails: %s", text)
        case TelegramError():
            errors.labels("network").inc()
            log.warning("The response did not come from Telegram: %s", text)
        case _:
            errors.labels("internal").inc()
            log.error("Unexpected error in the bot", exc_info=error)
            await _apologize(update)


async def _remove_webhook(context: Context, text: str) -> None:
    """Remove the webhook, because Telegram rejects polls while one is set. The bot does the same when it starts."""
    try:
        await context.bot.delete_webhook()
    except TelegramError as error:
        log.error("Another program has set a webhook for this bot, and it could not be removed: %s", short(error))
    else:
        log.error("Another program had set a webhook for this bot; it is removed. Stop that program: %s", text)


async def _answer_press(update: object, text: str) -> None:
    """Answer a pressed button, which is possible even where the bot may not write."""
    if not isinstance(update, Update):
        return
    try:
        await answer_press(update, text)
    except TelegramError as error:
        log.info("A pressed button could not be answered: %s", short(error))


async def _apologize(update: object) -> None:
    if not isinstance(update, Update):
        return
    await _answer_press(update, messages.FAILED)
    try:
        message = update.message or update.edited_message
        if message is not None and message.chat.type == Chat.PRIVATE:
            await reply(update, Page(messages.FAILED))
    except TelegramError as error:
        log.info("The person could not be notified of the error: %s", short(error))
