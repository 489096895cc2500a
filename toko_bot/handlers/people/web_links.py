"""The command /web: a link that signs in on the catalogue's pages, once."""

import asyncio
import logging

from telegram import Chat, Update

from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies.layout import Page
from toko_bot.replies.people import texts
from toko_bot.replies.people.names import plain_name
from toko_core.people import Role
from toko_core.people.sign_in_links import PATH

log = logging.getLogger(__name__)


async def on_web(update: Update, context: Context) -> None:
    """Handle /web: send a link that signs the sender in. Whoever has the link is the sender: only in private chats."""
    shop, chat, user = services(context), update.effective_chat, update.effective_user
    person = shop.sender(update)
    if chat is None or chat.type != Chat.PRIVATE:
        await reply(update, Page(texts.WEB_IN_PRIVATE))
        return
    if person is None or user is None:  # their access has just ended
        return
    url = shop.settings.catalog_url
    if url is None:
        await reply(update, Page(texts.NO_WEB_FOR_OWNERS if person.role is Role.OWNER else texts.NO_WEB))
        return
    name = plain_name(person.name or user.full_name)  # .env gives people no name
    token = await asyncio.to_thread(shop.links.make, person.user_id, name)
    log.info("User %d gets a link that signs in", person.user_id)
    await reply(update, Page(texts.web_link(f"{url}{PATH}{token}")))
