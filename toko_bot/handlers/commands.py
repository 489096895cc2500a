"""The commands for everybody who may use the bot."""

import logging
from datetime import datetime
from typing import Any

from telegram import BotCommand, BotCommandScopeChat, Chat, Message, Update
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from toko_bot.handlers.sending import reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.demand.pages import recent_page
from toko_bot.replies.layout import Page, old
from toko_bot.replies.people.menus import commands_of, sections_of
from toko_bot.service.outgoing import short
from toko_core.catalog.demo import is_demo_catalog
from toko_core.people import Person, Role
from toko_core.text import moment

log = logging.getLogger(__name__)


async def on_start(update: Update, context: Context) -> None:
    """Handle /start and /bantuan."""
    shop, chat, person = services(context), update.effective_chat, services(context).sender(update)
    text = welcome(shop.settings.shop_name, role_here(update, person))
    private = chat is not None and chat.type == Chat.PRIVATE
    recent = await shop.usage.recent(person.user_id) if private and person is not None else []
    await reply(update, recent_page(text, shop.live.served, recent))
    if chat is not None and private and person is not None:
        await set_menu(context.bot, chat.id, person.role)


def role_here(update: Update, person: Person | None) -> Role:
    """Return whose commands are shown: in a group, which others read, those of the staff."""
    chat = update.effective_chat
    private = chat is not None and chat.type == Chat.PRIVATE
    return person.role if person is not None and private else Role.STAFF


def welcome(shop: str, role: Role) -> str:
    """Return what /start tells somebody of a role."""
    return messages.welcome(shop, sections_of(role), customer=role is Role.CUSTOMER)


async def set_menu(bot: ExtBot[Any], chat_id: int, role: Role | None) -> int | None:
    """Set the command menu of a private chat with somebody of a role, or that of a group if `role` is None.

    Returns the id of the supergroup that the group became, if Telegram says so.
    """
    menu = messages.GROUP_COMMANDS if role is None else commands_of(role)
    try:
        commands = [BotCommand(name, about) for name, about in menu.items()]
        await bot.set_my_commands(commands, BotCommandScopeChat(chat_id))
    except ChatMigrated as error:
        return error.new_chat_id
    except TelegramError as error:  # somebody who never started the bot has no chat with it
        log.info("The menu of chat %d is not set: %s", chat_id, short(error))
    return None


async def remove_menu(bot: ExtBot[Any], chat_id: int) -> None:
    """Remove the command menu of somebody whose access has ended."""
    try:
        await bot.delete_my_commands(BotCommandScopeChat(chat_id))
    except TelegramError as error:
        log.info("The menu of chat %d is not removed: %s", chat_id, short(error))


async def on_id(update: Update, _: Context) -> None:
    """Handle /id: reply with the person's id, and in a group with the group's id."""
    user, chat = update.effective_user, update.effective_chat
    if user is not None and chat is not None:
        await reply(update, Page(messages.own_id(user.id, chat.id)))


async def on_version(update: Update, context: Context) -> None:
    """Handle /data: describe the catalogue that is served."""
    shop = services(context)
    served = shop.live.served
    if served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    info, zone = served.catalog.info, shop.settings.zone
    names = {"barang": "products", "harga": "prices", "barcode": "barcodes", "foto": "photos"}
    text = messages.version(
        info.get("backup_name", "?"),
        moment(served.data_time, zone),
        old(served),
        moment(datetime.fromisoformat(info["published_at"]), zone) if "published_at" in info else "?",
        {title: int(info.get(f"{name}_count", 0)) for title, name in names.items()},
        info.get("toko_version", "?"),
        demo=is_demo_catalog(info),
    )
    await reply(update, Page(text))


async def on_reload(update: Update, context: Context) -> None:
    """Handle /segarkan: check for a new catalogue now."""
    shop = services(context)
    before = shop.live.served
    await shop.live.poll(again=True)
    served = shop.live.served
    if shop.live.problem is not None and served is not None:
        page = Page(messages.reload_failed(shop.live.problem))
    elif served is None:
        page = Page(messages.NO_CATALOG)
    else:
        data = moment(served.data_time, shop.settings.zone)
        page = Page(messages.reloaded(data, new=served is not before))
    await reply(update, page)


def command_of(message: Message) -> str:
    """Return the name of the command, for example `rugi` for `/rugi@toko_bot`."""
    return (message.text or "").split()[0].removeprefix("/").split("@")[0].lower()


async def on_unknown(update: Update, context: Context) -> None:
    """Handle an unknown command, and one that the sender's role does not have."""
    role = role_here(update, services(context).sender(update))
    await reply(update, Page(messages.unknown_command(commands_of(role))))


async def on_anything_else(update: Update, _: Context) -> None:
    """Handle any other message, such as a sticker or a voice message."""
    await reply(update, Page(messages.ONLY_TEXT))
