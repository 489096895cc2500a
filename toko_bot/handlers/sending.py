"""Sending and editing messages, where Telegram's refusals that mean no harm are taken for what they are."""

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
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to be replied not found")
GONE_SAID = "Message %d of chat %d is gone, or cannot be changed: a new one is sent"
TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")


async def reply(update: Update, page: Page) -> Message | None:
    """Answer a message; in a group as a reply, so that it is clear whom."""
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
    """Change a message of ours; False if it is gone or too old for that."""
    try:
        await bot.edit_message_text(
            page.text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=page.markup,
            link_preview_options=NO_PREVIEW,
        )  # fmt: skip
    except BadRequest as error:
        said = str(error).lower()
        if UNCHANGED in said:
            log.info("Message %d of chat %d already says so", message_id, chat_id)
            return True
        if any(reason in said for reason in GONE):
            log.info(GONE_SAID, message_id, chat_id)
            return False
        raise
    return True


async def edit_or_send(context: Context, message: MaybeInaccessibleMessage | None, page: Page) -> None:
    """Change the message that a button stands under; if it is gone, send a new one."""
    if message is None:
        return
    if not message.is_accessible:
        log.info(GONE_SAID, message.message_id, message.chat.id)
    elif await edit(context.bot, message.chat.id, message.message_id, page):
        return
    await context.bot.send_message(
        message.chat.id, page.text, parse_mode=ParseMode.HTML, reply_markup=page.markup, link_preview_options=NO_PREVIEW
    )


async def answer_press(update: Update, text: str | None = None) -> None:
    """End the button's waiting; a text is shown in a window."""
    query = update.callback_query
    if query is None:
        return
    try:
        await query.answer(text, show_alert=bool(text))
    except BadRequest as error:
        if not any(reason in str(error).lower() for reason in TOO_LATE):
            raise
        log.info("A press was answered too late")
