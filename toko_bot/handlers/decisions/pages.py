"""The owners' commands and buttons about decisions: /kembali, /tenang, and the buttons of questions."""

import asyncio
import logging
import secrets
from datetime import datetime

from telegram import Message, Update

from toko_bot.handlers.decisions.deciding import Outcome, mark_of_served, press
from toko_bot.handlers.owner import follow_new
from toko_bot.handlers.people.requests import named
from toko_bot.handlers.sending import answer_press, edit_or_send, reply
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies import messages
from toko_bot.replies.decisions import texts
from toko_bot.replies.decisions.buttons import Earlier, SetQuiet, SyncNow, decode_decision
from toko_bot.replies.decisions.pages import Kept, earlier_page, quiet_page, read_hours
from toko_bot.replies.layout import Page
from toko_bot.replies.people.texts import ONLY_OWNERS
from toko_core import CatalogError
from toko_core.catalog.demo import is_demo_catalog
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import PATTERN, current_file
from toko_core.people import Person
from toko_core.state.dagster_client import FINAL, Dagster, DagsterError
from toko_core.state.database import StateError
from toko_core.state.decisions import YES, Decision, Kind, Press, Question
from toko_core.state.quiet import QuietHours, read_quiet
from toko_core.text import moment

log = logging.getLogger(__name__)

MOST_EARLIER = 10
OFF = frozenset({"mati", "matikan", "off"})
"""What ends the quiet hours after /tenang."""
ROLLBACK, SYNC = "rollback_catalog", "sync"
"""The jobs that a decision of the bot launches."""


async def on_earlier(update: Update, context: Context) -> None:
    """Handle /kembali: list the earlier catalogues that are kept."""
    shop = services(context)
    page = Page(messages.FOR_OWNERS)
    if shop.is_owner(update):
        page = await asyncio.to_thread(_earlier, shop)
    await reply(update, page)


async def on_quiet(update: Update, context: Context) -> None:
    """Handle /tenang: show and choose the quiet hours. With a time, for example `21-6`, ask for that one."""
    shop, person = services(context), services(context).sender(update)
    if person is None or not shop.is_owner(update):
        await reply(update, Page(messages.FOR_OWNERS))
        return
    wanted = " ".join(context.args or ())
    hours, is_off = QuietHours.parse(wanted), wanted.casefold() in OFF
    if wanted and hours is None and not is_off:
        await reply(update, Page(texts.QUIET_UNCLEAR))
        return
    try:
        if not wanted:
            await reply(update, quiet_page(await asyncio.to_thread(read_quiet, shop.state)))
            return
        decision = await asyncio.to_thread(shop.decisions.ask, _quiet_question(hours))
        outcome = await press(context, person, Press("ask", decision.id, YES))
        await _note(shop, decision.key, await reply(update, outcome.page or Page(outcome.alert)))
    except StateError as error:
        log.error("%s", error)
        await reply(update, Page(messages.FAILED))


async def on_decision_press(update: Update, context: Context) -> None:
    """Handle a button about decisions. Only who is an owner now, in the private chat with the bot, may use one."""
    pressed, shop = update.callback_query, services(context)
    if pressed is None:
        return
    person = shop.sender(update)
    if person is None or not shop.is_owner(update):
        await answer_press(update, ONLY_OWNERS)
        return
    message = pressed.message if isinstance(pressed.message, Message) else None
    try:
        outcome = await _pressed(context, named(person, pressed.from_user), pressed.data or "", message)
    except StateError as error:
        log.error("%s", error)
        outcome = Outcome(alert=messages.FAILED)
    except LookupError:
        outcome = Outcome(alert=texts.GONE)
    if outcome.page is not None:
        await edit_or_send(context, pressed.message, outcome.page)
    await answer_press(update, outcome.alert or None)
    if outcome.run is not None:
        await follow_new(update, context, outcome.run, outcome.what)


async def _pressed(context: Context, by: Person, data: str, message: Message | None) -> Outcome:
    """Do what the button says. Raises StateError, and LookupError if the question is gone."""
    shop = services(context)
    match decode_decision(data):
        case Press() as pressed:
            outcome = await press(context, by, pressed)
            if pressed.action == "cancel":
                return Outcome(await _before(shop, pressed.decision) or outcome.page, outcome.alert)
            return outcome
        case Earlier(file):
            decision = await _ask_rollback(shop, file)
        case SyncNow(occasion):
            text = message.text_html if message is not None and message.text else texts.SYNC_NOW
            question = Question(f"sync:{occasion}", Kind.SYNC, text, {"job": SYNC, "runs": [{}]})
            decision = await asyncio.to_thread(shop.decisions.ask, question)
        case SetQuiet(value) if (hours := read_hours(value)) is not None or not value:
            decision = await asyncio.to_thread(shop.decisions.ask, _quiet_question(hours))
        case _:
            return Outcome(alert=messages.OLD_BUTTON)
    if decision is None:
        return Outcome(alert=texts.LATE_TEXTS[Kind.ROLLBACK])
    await _note(shop, decision.key, message)
    return await press(context, by, Press("ask", decision.id, YES))


async def _before(shop: Services, decision_id: int) -> Page | None:
    """Return the page that the bot asked from, to go back to; None if the question was sent as it is."""
    decision = await asyncio.to_thread(shop.decisions.find, decision_id)
    if decision is None or not decision.is_open:
        return None
    if decision.kind == Kind.ROLLBACK:
        return await asyncio.to_thread(_earlier, shop)
    if decision.kind == Kind.QUIET:
        return quiet_page(await asyncio.to_thread(read_quiet, shop.state))
    return None


async def _note(shop: Services, key: str, message: Message | None) -> None:
    """Remember the message that asks, so that it is edited also if another owner decides."""
    if message is not None:
        await asyncio.to_thread(shop.decisions.note_message, key, message.chat.id, message.message_id)


async def _ask_rollback(shop: Services, file: str) -> Decision | None:
    """Ask whether a catalogue is served again; None if that is no longer possible.

    While the same catalogue is served, all owners get the same question, until its run fails or is given up.
    """
    question = await asyncio.to_thread(_rollback_question, shop, file)
    if question is None:
        return None
    decision = await asyncio.to_thread(shop.decisions.ask, question)
    while await _has_failed(shop, decision):
        decision = await asyncio.to_thread(shop.decisions.ask_again, decision)
    return decision


async def _has_failed(shop: Services, decision: Decision) -> bool:
    """Return whether nothing follows from a decision any more: its run has failed, or there will be none."""
    if decision.run_id is None:
        return bool(decision.problem)
    try:
        state = await Dagster(shop.settings.dagster_url).state(decision.run_id)
    except DagsterError as error:
        log.info("The run of decision %d is not known: %s", decision.id, error)
        return False
    return state.status in FINAL - {"SUCCESS"}


def _rollback_question(shop: Services, file: str) -> Question | None:
    kept = next((one for one in _kept(shop) if one.file == file), None)
    if kept is None:
        return None
    mark, data = mark_of_served(shop), moment(kept.data_time, shop.settings.zone)
    details = {"job": ROLLBACK, "runs": [{"file": file}], "about": data, "mark": mark}
    return Question(f"rollback:{file}:{mark}", Kind.ROLLBACK, texts.ask_rollback(data, kept.products), details)


def _quiet_question(hours: QuietHours | None) -> Question:
    shown = str(hours) if hours else ""
    details = {"about": shown, "hours": shown or None}
    return Question(f"quiet:{secrets.token_hex(8)}", Kind.QUIET, texts.ask_quiet(shown), details)


def _earlier(shop: Services) -> Page:
    served = shop.live.served
    return earlier_page(served.data_time if served else None, _kept(shop), shop.settings.zone)


def _kept(shop: Services) -> list[Kept]:
    """Return the newest earlier catalogues of the shop that can be read, the newest first. It reads the disk."""
    folder, found = shop.settings.catalog_folder, list[Kept]()
    try:
        served = current_file(folder)
    except (CatalogError, OSError):
        served = None
    for file in sorted(folder.glob(PATTERN), reverse=True):
        if len(found) == MOST_EARLIER or file == served:
            continue
        try:
            info = read_info(file)
            time = datetime.fromisoformat(info["backup_time"])
        except (CatalogError, OSError, LookupError, ValueError) as error:
            log.info("%s is not listed: %s", file.name, error)
            continue
        if not is_demo_catalog(info):
            time = time if time.tzinfo else time.replace(tzinfo=shop.settings.zone)
            found.append(Kept(file.name, time, int(info.get("products_count", 0))))
    return found
