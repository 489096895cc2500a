"""Sends and edits messages, and ignores the harmless errors of Telegram, such as an unchanged edit."""

import logging
from typing import Any

from telegram import LinkPreviewOptions, MaybeInaccessibleMessage, Message, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ExtBot

from toko_bot.handlers.services import Context
from toko_bot.replies.layout import Page

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
UNCHANGED = "message is not modified"
GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "message to be replied not found",
    "there is no text in the message to edit",
)  # fmt: skip
GONE_LOG = "Message %d of chat %d is gone, or cannot be edited: the bot sends a new one"
TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")


async def reply(update: Update, page: Page) -> Message | None:
    """Answer a message. In a group the answer quotes it, so that people see which message it answers."""
    message = update.effective_message
    if message is None:
        return None
    bot, quote = message.get_bot(), message.chat.type != message.chat.PRIVATE
    how: dict[str, Any] = {
        "parse_mode": ParseMode.HTML, "reply_markup": page.markup,
        "message_thread_id": message.message_thread_id if message.is_topic_message else None,
        "reply_parameters": ReplyParameters(message.message_id, allow_sending_without_reply=True) if quote else None,
    }  # fmt: skip
    if page.photo is not None:
        return await bot.send_photo(message.chat.id, page.photo, caption=page.text, **how)
    return await bot.send_message(message.chat.id, page.text, link_preview_options=NO_PREVIEW, **how)


async def edit(bot: ExtBot[Any], chat_id: int, message_id: int, page: Page) -> bool:
    """Edit one of the bot's messages. Returns False if the message is gone or too old to be edited."""
    try:
        await bot.edit_message_text(
            page.text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=page.markup,
            link_preview_options=NO_PREVIEW,
        )  # fmt: skip
    except BadRequest as error:
        text = str(error).lower()
        if UNCHANGED in text:
            log.info("Message %d of chat %d already has this text", message_id, chat_id)
            return True
        if any(reason in text for reason in GONE):
            log.info(GONE_LOG, message_id, chat_id)
            return False
        raise
    return True


async def edit_or_send(context: Context, message: MaybeInaccessibleMessage | None, page: Page) -> None:
    """Edit the message that a button belongs to. If the message is gone, send a new one."""
    if message is None:
        return
    if not message.is_accessible:
        log.info(GONE_LOG, message.message_id, message.chat.id)
    elif await edit(context.bot, message.chat.id, message.message_id, page):
        return
    await context.bot.send_message(
        message.chat.id, page.text, parse_mode=ParseMode.HTML, reply_markup=page.markup, link_preview_options=NO_PREVIEW
    )


async def answer_press(update: Update, text: str | None = None) -> None:
    """End the progress indicator of a pressed button. A text is shown as an alert."""
    query = update.callback_query
    if query is None:
        return
    try:
        await query.answer(text, show_alert=bool(text))
    except BadRequest as error:
        if not any(reason in str(error).lower() for reason in TOO_LATE):
            raise
        log.info("The answer to a pressed button came too late")
