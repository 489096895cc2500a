"""The owners' commands and buttons about people: who has access, what each sees, and who changed what."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from telegram import Update
from telegram.error import TelegramError

from toko_bot.handlers.commands import remove_menu, set_menu
from toko_bot.handlers.people.requests import Outcome, accepted, decide, named, show_request, tell
from toko_bot.handlers.sending import answer_press, edit_or_send, reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.layout import Page, part_of
from toko_bot.replies.people import texts
from toko_bot.replies.people.buttons import (
    ROLE_OF_LETTER,
    AuditList,
    Decide,
    OnPerson,
    PeopleList,
    Request,
    decode_people,
)
from toko_bot.replies.people.pages import (
    A_PAGE,
    NO,
    YES,
    Levels,
    audit_page,
    level_page,
    people_page,
    person_page,
    removal_page,
)
from toko_bot.service.outgoing import short
from toko_core.people import Person
from toko_core.people.store import PeopleError, Problem
from toko_core.state.database import StateError

log = logging.getLogger(__name__)


async def on_people(update: Update, context: Context) -> None:
    """Handle /pengguna: list everybody who has access."""
    await _command(update, context, PeopleList(1))


async def on_audit(update: Update, context: Context) -> None:
    """Handle /catatan: list what people changed."""
    await _command(update, context, AuditList())


async def _command(update: Update, context: Context, wanted: PeopleList | AuditList) -> None:
    if not services(context).is_owner(update):
        await reply(update, Page(messages.FOR_OWNERS))
        return
    try:
        page = await (_list(context, wanted.page) if isinstance(wanted, PeopleList) else _audit(context, None))
    except StateError as error:
        log.error("%s", error)
        page = Page(messages.FAILED)
    await reply(update, page)


async def on_people_press(update: Update, context: Context) -> None:
    """Handle a button about people. Only who is an owner now, in the private chat with the bot, may use one."""
    press, shop = update.callback_query, services(context)
    if press is None:
        return
    person = shop.sender(update)
    if person is None or not shop.is_owner(update):
        await answer_press(update, texts.ONLY_OWNERS)
        return
    try:
        outcome = await _pressed(context, named(person, press.from_user), press.data or "")
    except PeopleError as error:
        outcome = Outcome(alert=texts.PROBLEMS[error.problem])
    except StateError as error:
        log.error("%s", error)
        outcome = Outcome(alert=messages.FAILED)
    if outcome.page is not None:
        await edit_or_send(context, press.message, outcome.page)
    await answer_press(update, outcome.alert or None)


async def _pressed(context: Context, by: Person, data: str) -> Outcome:
    """Do what the button says. Raises PeopleError and StateError."""
    match decode_people(data):
        case Request(request):
            return await show_request(context, request)
        case Decide() as wanted:
            return await decide(context, by, wanted)
        case PeopleList(page):
            return Outcome(await _list(context, page))
        case AuditList(before):
            return Outcome(await _audit(context, before))
        case OnPerson() as wanted:
            return await _on_person(context, by, wanted)
    return Outcome(alert=messages.OLD_BUTTON)


async def _list(context: Context, number: int) -> Page:
    shop = services(context)
    people = await asyncio.to_thread(shop.people.everybody)
    known = {person.user_id for person in people}  # .env may name somebody who asked before
    waiting = [asked for asked in await asyncio.to_thread(shop.requests.waiting) if asked.user_id not in known]
    part = part_of(len(people), number, A_PAGE)
    shown = await _with_names(context, people[part.start : part.end])
    return people_page(len(people), part, shown, waiting, Levels.of(shop.live.served))


async def _with_names(context: Context, people: Sequence[Person]) -> list[Person]:
    """Ask Telegram for the names of people of the settings, which have ids only."""

    async def with_name(person: Person) -> Person:
        if person.name or not person.from_settings:
            return person
        try:
            chat = await context.bot.get_chat(person.user_id)
        except TelegramError as error:  # who never started the bot
            log.info("The name of user %d is not known: %s", person.user_id, short(error))
            return person
        return replace(person, name=chat.full_name or "", username=chat.username or "")

    return list(await asyncio.gather(*map(with_name, people)))


async def _audit(context: Context, before: int | None) -> Page:
    shop = services(context)
    entries = await asyncio.to_thread(shop.audit.last, A_PAGE + 1, before)
    return audit_page(entries, Levels.of(shop.live.served), shop.settings.zone, before)


async def _on_person(context: Context, by: Person, wanted: OnPerson) -> Outcome:
    """Open somebody's page, or change what the button says and show the page as it is then."""
    shop, page = services(context), wanted.page
    levels = Levels.of(shop.live.served)
    everybody = await asyncio.to_thread(shop.people.everybody)
    person = next((person for person in everybody if person.user_id == wanted.user_id), None)
    if person is None:
        raise PeopleError(Problem.UNKNOWN, f"{wanted.user_id} has no access.")
    (person,) = await _with_names(context, [person])
    if wanted.subject != "open" and person.from_settings:
        raise PeopleError(Problem.FROM_SETTINGS, f"{wanted.user_id} is named in .env.")
    change = partial(shop.people.change, person.user_id, by)
    match wanted.subject, wanted.value:
        case "open", "":
            return Outcome(person_page(person, levels, page))
        case "level", "":
            return Outcome(level_page(person, levels, page))
        case "remove", "":
            return Outcome(removal_page(person, page))
        case "remove", "1":
            return await _remove(context, by, wanted)
        case "role", value if value in ROLE_OF_LETTER:
            return Outcome(person_page(await _change_role(context, by, person, value), levels, page))
        case "level", value if levels.has(value):
            return Outcome(person_page(await asyncio.to_thread(change, level=int(value) or None), levels, page))
        case "stock", value if value in {YES, NO}:
            return Outcome(person_page(await asyncio.to_thread(change, stock=value == YES), levels, page))
    return Outcome(alert=messages.OLD_BUTTON)


async def _change_role(context: Context, by: Person, person: Person, letter: str) -> Person:
    shop, role = services(context), ROLE_OF_LETTER[letter]
    changed = await asyncio.to_thread(shop.people.change, person.user_id, by, role=role)
    if role is not person.role:
        log.info("User %d made user %d %s", by.user_id, person.user_id, role)
        await tell(context, person.user_id, accepted(shop, role))
        await set_menu(context.bot, person.user_id, role)
    return changed


async def _remove(context: Context, by: Person, wanted: OnPerson) -> Outcome:
    shop = services(context)
    removed = await asyncio.to_thread(shop.people.remove, wanted.user_id, by)
    log.info("User %d removed user %d", by.user_id, removed.user_id)
    await remove_menu(context.bot, removed.user_id)
    return Outcome(await _list(context, wanted.page), texts.removed(removed))
