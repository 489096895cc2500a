"""Buttons: they turn pages, open products and fetch photos. Nothing of it is remembered: any replica may answer."""

import asyncio
import time

from telegram import CallbackQuery, Message, Update

from toko_bot import messages
from toko_bot.buttons import NOTHING, Open, Photo, Report, Results, read_data
from toko_bot.details import REPORTS
from toko_bot.handlers.sending import answer_press, edit_or_send
from toko_bot.handlers.services import Context, services
from toko_bot.live_catalog import Served
from toko_bot.pages import MOST_PAGES, Page, product_page, query_of, report_page, results_page


async def on_press(update: Update, context: Context) -> None:
    """A button was pressed."""
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
        case Results(number, query):
            await _turn(update, context, served, number, query)
        case Report(name, number) if name in REPORTS:
            if shop.is_owner(update):
                page = await report(served, context, name, number)
                await _show(update, context, page)
            else:
                await answer_press(update, messages.FOR_OWNERS)
        case Open(product, back):
            await _open(update, context, served, product, back)
        case Photo(product):
            await _photo(update, context, served, product)
        case _:
            await answer_press(update, messages.OLD_BUTTON)


async def report(served: Served, context: Context, name: str, number: int) -> Page:
    """A page of an owners' list."""
    rows = await asyncio.to_thread(served.details.report, name)
    return report_page(served, services(context).settings, name, number, rows)


async def _turn(update: Update, context: Context, served: Served, number: int, query: str | None) -> None:
    shop = services(context)
    begun = time.perf_counter()
    query = query or _query_in_message(update.callback_query)
    if query is None:
        await answer_press(update, messages.OLD_BUTTON)
        return
    hits = served.catalog.index.search(query, MOST_PAGES * shop.settings.page_size)
    page = results_page(served, shop.settings, query, number, hits)
    shop.metrics.searched("page", query, time.perf_counter() - begun, len(hits))
    await _show(update, context, page)


async def _open(update: Update, context: Context, served: Served, product: str, back: Results | Report | None) -> None:
    shop = services(context)
    row = served.hashes.find(product)
    if row is None:
        await answer_press(update, messages.PRODUCT_GONE)
        return
    if isinstance(back, Results) and back.query is None:
        query = _query_in_message(update.callback_query)
        back = Results(back.page, query) if query else None
    page = await asyncio.to_thread(product_page, served, shop.settings, row, owner=shop.is_owner(update), back=back)
    await _show(update, context, page)


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
        await context.bot.send_photo(message.chat.id, photo, caption=name or None)
        await answer_press(update)


async def _show(update: Update, context: Context, page: Page) -> None:
    press = update.callback_query
    if press is not None:
        await edit_or_send(context, press.message, page)
        await answer_press(update)


def _query_in_message(press: CallbackQuery | None) -> str | None:
    message = press.message if press else None
    return query_of(message.text) if isinstance(message, Message) and message.text else None
