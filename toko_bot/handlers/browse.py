"""Handles buttons, which turn pages, open products and fetch photos. It is stateless, so any replica can answer."""

import asyncio
import time
from dataclasses import replace

from telegram import Message, Update
from telegram.error import BadRequest

from toko_bot.handlers.sending import answer_press, edit_or_send, forbids_photos, reply, where
from toko_bot.handlers.services import Context, services
from toko_bot.handlers.watching.marks import open_product
from toko_bot.replies import messages
from toko_bot.replies.buttons import (
    NOTHING,
    Calculate,
    Choose,
    History,
    Label,
    Moves,
    Open,
    Photo,
    Pictured,
    ProductList,
    Report,
    Results,
    read_data,
)
from toko_bot.replies.groups import texts
from toko_bot.replies.history_page import history_page
from toko_bot.replies.layout import Page, query_of
from toko_bot.replies.lists import choices_page, results_page
from toko_bot.replies.moves_page import moves_page
from toko_bot.replies.photos.page import several_page
from toko_bot.replies.quantities.calculation import calculation_page
from toko_bot.replies.reports import LISTS, report_page
from toko_core.catalog.live import Served
from toko_core.catalog.reports.rows import report_rows


async def on_press(update: Update, context: Context) -> None:
    """Handle a pressed button."""
    press, shop = update.callback_query, services(context)
    if press is None:
        return
    served = shop.live.served
    if press.data == NOTHING:
        await answer_press(update)
        return
    if served is None:
        await answer_press(update, messages.NO_CATALOG)
        return
    match read_data(press.data or ""):
        case Results() as wanted:
            await _turn(update, context, served, wanted)
        case Choose(label, results):
            await _choose(update, context, served, results, label)
        case Report(name, number) if name in LISTS:
            if shop.is_owner(update):
                page = await report(served, context, name, number)
                await _show(update, context, page)
            else:
                await answer_press(update, messages.FOR_OWNERS)
        case Open(product, back):
            await _open(update, context, served, product, back)
        case Moves() as moves:
            page = await asyncio.to_thread(moves_page, served, shop.settings, moves, shop.view(update))
            await _show(update, context, page)
        case Pictured(products):
            rows = [row for row in map(served.hashes.find, products) if row is not None]
            await _show(update, context, several_page(served, shop.settings, rows, shop.view(update)))
        case Calculate() as pressed:
            await _calculate(update, context, served, pressed)
        case History(product):
            await _history(update, context, served, product)
        case Photo(product):
            await _photo(update, context, served, product)
        case _:
            await answer_press(update, messages.OLD_BUTTON)


async def report(served: Served, context: Context, name: str, number: int) -> Page:
    """Build a page of an owners' list."""
    settings = services(context).settings
    return await asyncio.to_thread(lambda: report_page(served, settings, name, number, report_rows(served, name)))


async def _turn(update: Update, context: Context, served: Served, wanted: Results) -> None:
    shop = services(context)
    started = time.perf_counter()
    results = _with_query(update, wanted)
    if results is None:
        await answer_press(update, messages.OLD_BUTTON)
        return
    page, found, _ = results_page(served, shop.settings, results, shop.view(update))
    shop.metrics.searched("page", results.query or "", time.perf_counter() - started, found)
    await _show(update, context, page)


async def _choose(update: Update, context: Context, served: Served, wanted: Results, label: Label) -> None:
    results = _with_query(update, wanted)
    if results is None:
        await answer_press(update, messages.OLD_BUTTON)
    else:
        await _show(update, context, choices_page(served, results, label))


async def _open(update: Update, context: Context, served: Served, product: str, back: ProductList | None) -> None:
    shop = services(context)
    row = served.hashes.find(product)
    if row is None:
        await answer_press(update, messages.PRODUCT_GONE)
        return
    if isinstance(back, Results):
        back = _with_query(update, back)
    await _show(update, context, await open_product(update, shop, served, row, back))


async def _calculate(update: Update, context: Context, served: Served, pressed: Calculate) -> None:
    shop, row = services(context), served.hashes.find(pressed.product)
    if row is None:
        await answer_press(update, messages.PRODUCT_GONE)
        return
    if isinstance(pressed.back, Results):
        pressed = replace(pressed, back=_with_query(update, pressed.back))
    await _show(update, context, calculation_page(served, shop.settings, row, shop.view(update), pressed))


async def _history(update: Update, context: Context, served: Served, product: str) -> None:
    shop, row = services(context), served.hashes.find(product)
    if row is None:
        await answer_press(update, messages.PRODUCT_GONE)
        return
    page = await asyncio.to_thread(history_page, served, shop.settings, row, shop.view(update))
    sent = await reply(update, page)
    await answer_press(update, None if sent is not None else messages.OLD_BUTTON)


async def _photo(update: Update, context: Context, served: Served, product: str) -> None:
    row = served.hashes.find(product)
    photo = await asyncio.to_thread(served.details.photo, row) if row is not None else None
    message = update.effective_message
    if row is None or photo is None:
        await answer_press(update, messages.PHOTO_GONE)
    elif message is None:
        await answer_press(update, messages.OLD_BUTTON)
    else:
        name = served.catalog.products.name(row)[:200]
        try:
            await context.bot.send_photo(message.chat.id, photo, caption=name or None, **where(message))
        except BadRequest as error:
            if not forbids_photos(error):
                raise
            await answer_press(update, texts.PHOTOS_FORBIDDEN)
        else:
            await answer_press(update)


async def _show(update: Update, context: Context, page: Page) -> None:
    press = update.callback_query
    if press is not None:
        is_shown = await edit_or_send(context, press.message, page)
        await answer_press(update, None if is_shown else messages.OLD_BUTTON)


def _with_query(update: Update, results: Results) -> Results | None:
    """Add the query from the message if the button does not contain it. Returns None if the message has none."""
    if results.query:
        return results
    message = update.effective_message
    query = query_of(message.text) if isinstance(message, Message) and message.text else None
    return replace(results, query=query) if query else None
