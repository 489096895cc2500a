"""Opens the product of a link like `https://t.me/toko_bot?start=p-HASH`. Telegram sends it as `/start p-HASH`."""

import re

from telegram import Message, Update

from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, services
from toko_bot.handlers.watching.marks import open_product
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_core.catalog.product_hashes import HASH

LINK = re.compile(r"\A/start(?:@\w+)? p-(?P<product>\S{0,64})\Z")


async def on_product_link(update: Update, context: Context) -> None:
    """Open a product, with what the sender is shown of it."""
    shop, message = services(context), update.effective_message
    found = LINK.fullmatch(message.text or "") if message is not None else None
    served = shop.live.served
    if found is None:
        return
    if served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    product = found["product"]
    row = served.hashes.find(product) if HASH.fullmatch(product) else None
    if row is None:
        await reply(update, Page(messages.PRODUCT_GONE))
        return
    await reply(update, await open_product(update, shop, served, row))


def is_product_link(message: Message | None) -> bool:
    """Return whether somebody came by the link of a product."""
    return message is not None and LINK.fullmatch(message.text or "") is not None
