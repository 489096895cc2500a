"""Sends and edits messages, and ignores the harmless errors of Telegram, such as an unchanged edit."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from telegram import Bot, LinkPreviewOptions, MaybeInaccessibleMessage, Message, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from toko_bot.handlers.services import Context, answers_here
from toko_bot.replies.groups import texts
from toko_bot.replies.layout import Page

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
UNCHANGED = "message is not modified"
GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "message to be replied not found",
    "there is no text in the message to edit",
)  # fmt: skip
GONE_LOG = "Message %d of chat %d is gone, or cannot be edited: the bot sends a new one"
PHOTOS_FORBIDDEN = ("not enough rights to send photos", "chat_send_photos_forbidden", "chat_send_media_forbidden")
WRITING_FORBIDDEN = (
    "chat not found", "user is deactivated", "have no rights", "have no write access", "not enough rights",
    "need administrator rights", "chat_write_forbidden", "chat_restricted", "chat_send_", "topic_closed",
    "topic_deleted", "message thread not found",
)  # fmt: skip
"""What Telegram responds if the bot may not write. The codes come from Telegram's servers, as long as the Bot API
server does not know that the bot's rights have changed."""
TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")


async def reply(update: Update, page: Page) -> Message | None:
    """Answer a message. In a group the answer quotes it, so that people see which message it answers.

    An edited message changes its answer, if this process remembers it. Returns the answer, of an edited one only its
    number and chat; None if there is nothing to answer.
    """
    message = update.effective_message
    if message is None:
        return None
    bot, chat, answers = message.get_bot(), message.chat, answers_here()
    before = answers.find(chat.id, message.message_id) if update.edited_message is not None else None
    if before is not None and page.photo is None and await edit(bot, chat.id, before, page):
        answer = Message(before, message.date, chat)
    else:
        answer = await send(bot, chat.id, page, where(message))
    if update.message is not None or update.edited_message is not None:
        answers.note(message, answer.message_id)
    return answer


async def send(bot: Bot, chat_id: int, page: Page, place: dict[str, Any]) -> Message:
    """Send a page to a place that `where` returned. Where photos are forbidden, its text comes with a line about it."""
    how = {"parse_mode": ParseMode.HTML, "reply_markup": page.markup, **place}
    if page.photo is not None:
        try:
            return await bot.send_photo(chat_id, page.photo, caption=page.text, **how)
        except BadRequest as error:
            if not forbids_photos(error):
                raise
            log.info("Chat %d forbids photos: the bot sends the text", chat_id)
            page = replace(page, text=f"{page.text}\n\n{texts.PHOTOS_FORBIDDEN}")
    return await bot.send_message(chat_id, page.text, link_preview_options=NO_PREVIEW, **how)


def forbids_photos(error: BadRequest) -> bool:
    """Return whether the chat forbids photos. It may allow text."""
    return _is(error, PHOTOS_FORBIDDEN)


def forbids_writing(error: BadRequest) -> bool:
    """Return whether the bot may not write in the chat, or in the topic, or whether either is gone."""
    return _is(error, WRITING_FORBIDDEN)


def where(message: MaybeInaccessibleMessage) -> dict[str, Any]:
    """Return the parameters with which a new message is sent where `message` is.

    In a group it quotes the message. That also keeps it among the comments on a post of a channel.
    """
    quote = ReplyParameters(message.message_id, allow_sending_without_reply=True)
    return {
        "message_thread_id": thread_of(message),
        "reply_parameters": quote if message.chat.type != message.chat.PRIVATE else None,
    }


def thread_of(message: MaybeInaccessibleMessage | None) -> int | None:
    """Return the topic of a message; None outside topics. Replies and comments have a thread that is no topic."""
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


async def edit(bot: Bot, chat_id: int, message_id: int, page: Page) -> bool:
    """Edit one of the bot's messages. Returns False if the message is gone or too old to be edited."""
    try:
        await bot.edit_message_text(
            page.text, chat_id, message_id, parse_mode=ParseMode.HTML, reply_markup=page.markup,
            link_preview_options=NO_PREVIEW,
        )  # fmt: skip
    except BadRequest as error:
        if _is(error, (UNCHANGED,)):
            log.info("Message %d of chat %d already has this text", message_id, chat_id)
            return True
        if _is(error, GONE):
            log.info(GONE_LOG, message_id, chat_id)
            return False
        raise
    return True


async def edit_or_send(context: Context, message: MaybeInaccessibleMessage | None, page: Page) -> bool:
    """Edit the message that a button belongs to. If the message is gone, send a new one.

    Returns False if there is nowhere to send it: the message is gone, and with it which topic it was in.
    """
    if message is None:
        return False
    if not message.is_accessible:
        log.info(GONE_LOG, message.message_id, message.chat.id)
        if message.chat.is_forum:
            return False
    elif await edit(context.bot, message.chat.id, message.message_id, page):
        return True
    await send(context.bot, message.chat.id, page, where(message))
    return True


async def answer_press(update: Update, text: str | None = None) -> None:
    """End the progress indicator of a pressed button. A text is shown as an alert."""
    query = update.callback_query
    if query is None:
        return
    try:
        await query.answer(text, show_alert=bool(text))
    except BadRequest as error:
        if not _is(error, TOO_LATE):
            raise
        log.info("The answer to a pressed button came too late")


def _is(error: BadRequest, reasons: Sequence[str]) -> bool:
    text = str(error).lower()
    return any(reason in text for reason in reasons)
