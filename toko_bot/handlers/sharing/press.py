"""Handles the buttons that share a product. It is stateless, so any replica can answer."""

import asyncio
import logging

from telegram import Update

from toko_bot.handlers.commands import role_here
from toko_bot.handlers.sending import answer_press, edit_or_send, reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page, stale_lines
from toko_bot.replies.sharing.buttons import Share
from toko_bot.replies.sharing.pages import link_page, share_page
from toko_bot.replies.sharing.picture import draw_prices
from toko_bot.replies.sharing.prices import shared_level, shared_prices
from toko_core import TransientError
from toko_core.catalog.live import Served
from toko_core.catalog.photos import PhotoError
from toko_core.people import Role, View

log = logging.getLogger(__name__)


async def on_share_press(update: Update, context: Context) -> None:
    """Handle a pressed button that shares a product."""
    press, shop = update.callback_query, services(context)
    if press is None:
        return
    pressed, served = Share.decode(press.data or ""), shop.live.served
    if pressed is None:
        await answer_press(update, messages.OLD_BUTTON)
    elif served is None:
        await answer_press(update, messages.NO_CATALOG)
    elif (row := served.hashes.find(pressed.product)) is None:
        await answer_press(update, messages.PRODUCT_GONE)
    else:
        await _share(update, context, served, row, pressed)


async def _share(update: Update, context: Context, served: Served, row: int, pressed: Share) -> None:
    shop, view = services(context), services(context).view(update)
    is_colleague = role_here(update, shop.sender(update)) is not Role.CUSTOMER
    match pressed.action:
        case "share":
            page = share_page(served, shop.settings, row, view, for_colleagues=is_colleague)
            # The text is for customers, so that only the alert warns of old data.
            await _send(update, page, alert="\n".join(stale_lines(served, shop.settings)))
        case "level" if update.callback_query is not None:
            page = share_page(served, shop.settings, row, view, pressed.level, for_colleagues=is_colleague)
            await edit_or_send(context, update.callback_query.message, page)
            await answer_press(update)
        case "picture":
            async with shop.photo_slots:
                picture = await _draw(shop, served, row, view, pressed.level)
            await _send(update, Page("", photo=picture))
        case "link" if is_colleague:
            await _send(update, link_page(served, row, context.bot.username))
        case _:
            await answer_press(update, messages.OLD_BUTTON)


async def _send(update: Update, page: Page, alert: str = "") -> None:
    """Send a new message, or say that the button is too old to tell where to."""
    sent = await reply(update, page)
    await answer_press(update, alert if sent is not None else messages.OLD_BUTTON)


async def _draw(shop: Services, served: Served, row: int, view: View, wanted: int | None) -> bytes:
    """Draw the picture in a thread, without the photo if it cannot be decoded."""
    shared = shared_prices(served, shop.settings, row, shared_level(served.catalog.products[row], view, wanted))
    photo, pixels = await asyncio.to_thread(served.details.photo, row), None
    if photo is not None:
        try:
            pixels = await asyncio.wrap_future(shop.pixels.submit(photo))
        except (PhotoError, TransientError) as error:
            log.warning("A picture is shared without the product's photo: %s", error)
    return await asyncio.to_thread(draw_prices, shared, pixels)
