"""Reads the barcode in a photo and searches for it."""

import asyncio
import io
import logging

import zxingcpp
from PIL import Image, ImageOps
from telegram import Document, PhotoSize, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, NetworkError, TelegramError

from toko_bot.handlers.search import answer_search
from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page

log = logging.getLogger(__name__)

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
TRIES = 3


async def on_photo(update: Update, context: Context) -> None:
    """Handle a photo, or an image sent as a file."""
    message = update.effective_message
    if message is None:
        return
    image: PhotoSize | Document | None = message.photo[-1] if message.photo else message.document
    if image is None:
        return
    if (image.file_size or 0) > MOST_BYTES:
        await reply(update, Page(messages.BARCODE_UNREADABLE))
        return
    try:
        await context.bot.send_chat_action(message.chat.id, ChatAction.TYPING)
    except TelegramError as error:
        log.info("The chat action could not be sent: %s", error)
    data = await _download(image, context)
    if data is None:
        await reply(update, Page(messages.PHOTO_UNAVAILABLE))
        return
    shop = services(context)
    async with shop.photo_slots:
        codes = await asyncio.to_thread(read_barcodes, data)
    served = shop.live.served
    known = [code for code in codes if served is not None and served.catalog.index.search(code, 1)]
    if known:
        await answer_search(update, context, known[0], "photo")
    elif codes:
        await reply(update, Page(messages.barcode_read(codes[0])))
    elif message.caption:
        await answer_search(update, context, message.caption)
    else:
        await reply(update, Page(messages.BARCODE_UNREADABLE))


def read_barcodes(data: bytes) -> list[str]:
    """Read the barcodes in an image, the largest first. Returns none if the data is not an image."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MOST_PIXELS:
                return []
            image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(image).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    found = zxingcpp.read_barcodes(picture) or zxingcpp.read_barcodes(
        picture.resize((picture.width * 2, picture.height * 2))
    )
    found = sorted(found, key=lambda barcode: -_width(barcode))
    return list(dict.fromkeys(barcode.text.strip() for barcode in found if barcode.valid and barcode.text.strip()))


async def _download(image: PhotoSize | Document, context: Context) -> bytes | None:
    for number in range(TRIES):
        try:
            file = await context.bot.get_file(image.file_id)
            return bytes(await file.download_as_bytearray())
        except NetworkError as error:
            log.warning("A photo could not be downloaded: %s", str(error)[:200])
            if isinstance(error, BadRequest):
                return None
            await asyncio.sleep(0.5 * 2**number)
    return None


def _width(barcode: zxingcpp.Barcode) -> int:
    place = barcode.position
    return abs(place.top_right.x - place.top_left.x) + abs(place.top_right.y - place.top_left.y)
