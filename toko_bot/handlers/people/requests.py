"""Strangers ask for access by writing to the bot, and owners decide with buttons.

Nothing of it is kept in the process: any replica can continue, and a restart loses nothing.
"""

import asyncio
import logging
from dataclasses import dataclass, replace

from telegram import Update, User
from telegram.constants import ParseMode
from telegram.error import TelegramError

from toko_bot.handlers.commands import remove_menu, set_menu, welcome
from toko_bot.handlers.sending import NO_PREVIEW, answer_press, edit, reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.handlers.sharing.links import is_product_link
from toko_bot.replies import messages
from toko_bot.replies.layout import Page
from toko_bot.replies.people import texts
from toko_bot.replies.people.buttons import Decide
from toko_bot.replies.people.pages import Levels, decided_page, request_level_page, request_page
from toko_bot.replies.sharing import words
from toko_bot.service.outgoing import short
from toko_core.people import Person, Role
from toko_core.people.store import Decision, Request
from toko_core.state.database import StateError
from toko_core.text import drop_controls

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pressed button led to."""

    page: Page | None = None
    """What its message becomes; None if it stays as it is."""
    alert: str = ""
    """What is shown to whoever pressed it."""


async def on_stranger(update: Update, context: Context, user: User) -> None:
    """Handle an update of somebody without access, in the private chat with the bot.

    Their first message of a day asks the owners. A pressed button can only be one of the time when they had access.
    """
    shop = services(context)
    try:
        if update.callback_query is not None:
            await answer_press(update, messages.FAILED if shop.state.problem else texts.ENDED)
        elif update.message is not None:
            await _answer(update, context, user)
    except StateError as error:
        log.error("A message of user %d could not be answered: %s", user.id, error)
        await _try_reply(update, messages.FAILED)


async def _answer(update: Update, context: Context, user: User) -> None:
    shop = services(context)
    if await asyncio.to_thread(shop.requests.ended_lately, user.id):
        await remove_menu(context.bot, user.id)
        await _try_reply(update, texts.ENDED)
        return
    asked = await asyncio.to_thread(
        shop.people.request, user.id, drop_controls(user.full_name), drop_controls(user.username or "")
    )
    if asked is None:
        return
    if await _ask_owners(context, asked):
        again = f"\n{words.PRESS_AGAIN}" if is_product_link(update.message) else ""
        await _try_reply(update, texts.stranger(shop.settings.shop_name, user.id) + again)
    else:
        await _try_reply(update, messages.stranger(user.id))


async def _try_reply(update: Update, text: str) -> None:
    try:
        await reply(update, Page(text))
    except TelegramError as error:
        log.info("A person without access could not be answered: %s", short(error))


async def _ask_owners(context: Context, asked: Request) -> bool:
    """Send each owner the request. Return whether there is an owner.

    Owners to whom the bot cannot write, or could not because it was stopped, find the request with /pengguna.
    """
    shop = services(context)
    owners = await asyncio.to_thread(shop.people.owners)
    await asyncio.gather(*(_ask_owner(context, asked, owner.user_id) for owner in owners))
    decision = await asyncio.to_thread(shop.requests.find, asked.id)
    if isinstance(decision, Decision):  # before all messages were noted
        await show_decision(context, decision)
    return bool(owners)


async def _ask_owner(context: Context, asked: Request, owner: int) -> None:
    page = request_page(asked)
    try:
        sent = await context.bot.send_message(
            owner, page.text, parse_mode=ParseMode.HTML, reply_markup=page.markup, link_preview_options=NO_PREVIEW
        )
    except TelegramError as error:
        log.info("Owner %d could not be asked about user %d: %s", owner, asked.user_id, short(error))
    else:
        await asyncio.to_thread(services(context).requests.note_message, asked.id, owner, sent.message_id)


async def show_request(context: Context, request_id: int) -> Outcome:
    """Show a request as it is now."""
    shop = services(context)
    found = await asyncio.to_thread(shop.requests.find, request_id)
    if found is None:
        return Outcome(alert=texts.REQUEST_GONE)
    return Outcome(request_page(found) if isinstance(found, Request) else decided_page(found, shop.settings.zone))


async def decide(context: Context, by: Person, wanted: Decide) -> Outcome:
    """Decide a request, and notify the other owners and the stranger. The first decision counts.

    Raises PeopleError and StateError.
    """
    shop = services(context)
    found = await asyncio.to_thread(shop.requests.find, wanted.request)
    if found is None:
        return Outcome(alert=texts.REQUEST_GONE)
    levels = Levels.of(shop.live.served)
    if isinstance(found, Request) and wanted.role is Role.CUSTOMER:
        if wanted.level is None and levels.are_several:
            return Outcome(request_level_page(found, levels))
        if wanted.level is not None and wanted.level not in levels.names:
            return Outcome(alert=messages.OLD_BUTTON)
    level = wanted.level or levels.first
    decision = await asyncio.to_thread(shop.people.decide, wanted.request, by, wanted.role, level)
    await show_decision(context, decision)
    if decision.done:
        log.info("User %d decided the request of user %d: %s", by.user_id, decision.request.user_id, decision.role)
        await _tell_stranger(context, decision)
    alert = "" if decision.done else texts.already_decided(decision)
    return Outcome(decided_page(decision, shop.settings.zone), alert)


async def show_decision(context: Context, decision: Decision) -> None:
    """Edit the message of every owner, so that it says who decided what.

    If the state database cannot be written any more, they stay as they are: pressing one says what was decided.
    """
    shop = services(context)
    page = decided_page(decision, shop.settings.zone)
    try:
        taken = await asyncio.to_thread(shop.requests.take_messages, decision.request.id)
    except StateError as error:
        log.error("The messages about the request of user %d are not edited: %s", decision.request.user_id, error)
        return
    for owner, message in taken:
        try:
            await edit(context.bot, owner, message, page)
        except TelegramError as error:
            log.info("The message of owner %d about a request is not edited: %s", owner, short(error))


async def _tell_stranger(context: Context, decision: Decision) -> None:
    shop, user_id = services(context), decision.request.user_id
    if decision.role is None:
        await tell(context, user_id, texts.REJECTED)
        return
    await tell(context, user_id, accepted(shop, decision.role))
    await set_menu(context.bot, user_id, decision.role)


def accepted(shop: Services, role: Role) -> str:
    """Return what somebody is told who got a role."""
    return f"{texts.accepted(role)}\n\n{welcome(shop.settings.shop_name, role)}"


async def tell(context: Context, user_id: int, text: str) -> None:
    """Send somebody a message that they did not ask for. They may have blocked the bot."""
    try:
        await context.bot.send_message(user_id, text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW)
    except TelegramError as error:
        log.info("User %d could not be told of their access: %s", user_id, short(error))


def named(person: Person, user: User) -> Person:
    """Return the person with the name that Telegram gives now. The settings have ids only."""
    return replace(person, name=drop_controls(user.full_name), username=drop_controls(user.username or ""))
