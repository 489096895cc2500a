"""Reads the barcode in a photo and searches for it."""

import asyncio
import json
import logging

from telegram import Document, PhotoSize, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, NetworkError, TelegramError

from toko_bot.handlers.search import answer_search
from toko_bot.handlers.sending import reply, thread_of
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_core.catalog.photos import PhotoError, Problem
from toko_core.state.demand.counts import Outcome

log = logging.getLogger(__name__)

MOST_BYTES = 20 * 1024 * 1024
"""Telegram's own limit for downloads. A self-hosted Bot API server has none."""
TRIES = 3


async def on_photo(update: Update, context: Context) -> None:
    """Handle a photo, or an image sent as a file."""
    message = update.effective_message
    if message is None:
        return
    image: PhotoSize | Document | None = message.photo[-1] if message.photo else message.document
    if image is None:
        return
    try:
        await context.bot.send_chat_action(message.chat.id, ChatAction.TYPING, message_thread_id=thread_of(message))
    except TelegramError as error:
        log.info("The chat action could not be sent: %s", error)
    shop, unread = services(context), messages.BARCODE_UNREADABLE
    try:
        async with shop.photo_slots:
            codes = await _read_barcodes(image, context)
    except PhotoError as error:
        log.info("A photo of user %s cannot be read: %s", message.from_user and message.from_user.id, error)
        codes, unread = [], messages.PHOTO_PROBLEMS[error.problem]
    if codes is None:
        await reply(update, Page(messages.PHOTO_UNAVAILABLE))
        return
    served = shop.live.served
    known = [code for code in codes if served is not None and served.catalog.index.rows_of_code(code)]
    if known:
        await answer_search(update, context, known[0], "photo")
    elif codes:
        await reply(update, Page(messages.barcode_read(codes[0])))
        shop.usage.search(message.chat.id, codes[0], Outcome.NOTHING, scanned=True)
    elif message.caption:
        await answer_search(update, context, message.caption)
    else:
        await reply(update, Page(unread))


async def _read_barcodes(image: PhotoSize | Document, context: Context) -> list[str] | None:
    """Return the texts of the barcodes, the largest first, or None if the photo cannot be downloaded.

    Raises PhotoError.
    """
    if (image.file_size or 0) > MOST_BYTES:
        raise PhotoError(Problem.TOO_LARGE)
    photo = await _download(image, context)
    if photo is None:
        return None
    read = await asyncio.wrap_future(services(context).barcodes.submit(photo))
    codes: list[str] = json.loads(read)
    return codes


async def _download(image: PhotoSize | Document, context: Context) -> bytearray | None:
    for number in range(TRIES):
        try:
            file = await context.bot.get_file(image.file_id)
            if (file.file_size or 0) > MOST_BYTES:
                raise PhotoError(Problem.TOO_LARGE)
            return await file.download_as_bytearray()
        except NetworkError as error:
            log.warning("A photo could not be downloaded: %s", str(error)[:200])
            if isinstance(error, BadRequest):
                return None
            await asyncio.sleep(0.5 * 2**number)
    return None
