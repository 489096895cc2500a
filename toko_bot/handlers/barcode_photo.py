"""Reads the barcodes in a photo, and answers with their products."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from telegram import Chat, Document, PhotoSize, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, NetworkError, TelegramError

from toko_bot.handlers.search import answer_search, is_for_us
from toko_bot.handlers.sending import reply, thread_of
from toko_bot.handlers.services import Context, Services, services
from toko_bot.handlers.watching.marks import open_product
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_bot.replies.photos import words
from toko_bot.replies.photos.page import several_page
from toko_core.catalog.live import Served
from toko_core.catalog.photos import PhotoError, Problem
from toko_core.catalog.photos.goods import find_goods, is_certain
from toko_core.catalog.photos.symbols import Kind, Symbol, load_symbols
from toko_core.search.codes.lookup import Printed
from toko_core.state.demand.counts import Outcome

log = logging.getLogger(__name__)

MOST_BYTES = 20 * 1024 * 1024
"""Telegram's own limit for downloads. A self-hosted Bot API server has none."""
TRIES = 3
MOST_UNKNOWN = 4
"""The most barcodes that are named if the shop has none of them."""


async def on_photo(update: Update, context: Context) -> None:
    """Handle a photo, or an image sent as a file. In a group only those that reply to the bot are read."""
    message = update.effective_message
    if message is None or (message.chat.type != Chat.PRIVATE and not is_for_us(update, context)):
        return
    image: PhotoSize | Document | None = message.photo[-1] if message.photo else message.document
    if image is None:
        return
    try:
        await context.bot.send_chat_action(message.chat.id, ChatAction.TYPING, message_thread_id=thread_of(message))
    except TelegramError as error:
        log.info("The chat action could not be sent: %s", error)
    shop, unread = services(context), messages.BARCODE_UNREADABLE
    symbols: list[Symbol] | None
    started = time.perf_counter()
    try:
        async with shop.photo_slots:
            symbols = await _read_barcodes(image, context)
    except PhotoError as error:
        log.info("A photo of user %s cannot be read: %s", message.from_user and message.from_user.id, error)
        symbols, unread = [], messages.PHOTO_PROBLEMS[error.problem]
    if symbols is None:
        await reply(update, Page(messages.PHOTO_UNAVAILABLE))
        return
    served = shop.live.served
    if served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    goods = find_goods(served.catalog.index, symbols)
    if any(printed.rows for printed in goods):
        await reply(update, await _goods_page(update, shop, served, goods, symbols))
        shop.metrics.searched("photo", goods[0].number, time.perf_counter() - started, len(goods))
    elif message.caption:
        await answer_search(update, context, message.caption)
    else:
        await reply(update, Page(_nothing_found(goods, symbols) or unread))
    for printed in goods:
        if not printed.rows:
            shop.usage.search(message.chat.id, printed.number, Outcome.NOTHING, scanned=True)


async def _goods_page(
    update: Update, shop: Services, served: Served, goods: Sequence[Printed], symbols: Sequence[Symbol]
) -> Page:
    """Build the page of the product whose barcode was read, or the list of several, or of those to confirm."""
    settings, view, certain = shop.settings, shop.view(update), is_certain(symbols)
    rows = list(dict.fromkeys(row for printed in goods for row in printed.rows))
    unknown = [printed.number for printed in goods if not printed.rows]
    notes = [*([words.not_in_data(unknown)] if unknown else []), *_unread(symbols)]
    if len(rows) > 1 or not certain:
        return several_page(served, settings, rows, view, notes, "" if certain else goods[0].number)
    page = await open_product(update, shop, served, rows[0], query=goods[0].number)
    if len(goods) == 1:
        notes.insert(0, words.only_read(goods[0].number))
    return replace(page, text="\n\n".join((page.text, *notes)))


def _nothing_found(goods: Sequence[Printed], symbols: Sequence[Symbol]) -> str | None:
    """Return what to say about barcodes that the shop does not have; None if there are none."""
    bars = [symbol.text for symbol in symbols if symbol.kind is Kind.LINEAR]
    if numbers := [printed.number for printed in goods] or bars:
        return "\n".join((words.not_in_data(numbers[:MOST_UNKNOWN]), *_unread(symbols)))
    return words.NO_GOODS if any(symbol.kind is Kind.MATRIX for symbol in symbols) else None


def _unread(symbols: Sequence[Symbol]) -> list[str]:
    """Return the line that says that the photo has barcodes that could not be read, if it has."""
    return [words.OTHER_UNREAD] if any(symbol.kind is Kind.UNREAD for symbol in symbols) else []


async def _read_barcodes(image: PhotoSize | Document, context: Context) -> list[Symbol] | None:
    """Return the barcodes, the largest first, or None if the photo cannot be downloaded. Raises PhotoError."""
    if (image.file_size or 0) > MOST_BYTES:
        raise PhotoError(Problem.TOO_LARGE)
    photo = await _download(image, context)
    if photo is None:
        return None
    return load_symbols(await asyncio.wrap_future(services(context).barcodes.submit(photo)))


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
