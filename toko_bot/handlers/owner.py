"""The commands for owners: lists of products that need attention, the status of the bot, and a sync."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardMarkup, Update
from telegram.error import TelegramError

from toko_bot.handlers.browse import report
from toko_bot.handlers.commands import command_of
from toko_bot.handlers.people.requests import named
from toko_bot.handlers.sending import edit, reply
from toko_bot.handlers.services import Context, services
from toko_bot.replies import messages
from toko_bot.replies.decisions.pages import sync_button
from toko_bot.replies.layout import Page, old
from toko_bot.service.outgoing import short
from toko_core.catalog.reference.sales import Sales
from toko_core.state.dagster_client import ASKED, Dagster, DagsterError, DagsterUnreachableError, RunState
from toko_core.state.database import StateError
from toko_core.state.decisions import YES, Kind
from toko_core.text import age, day, moment
from toko_core.text.failures import explain_first_known

log = logging.getLogger(__name__)

LAST_SYNCS = 3
POLL_SECONDS = 2.0
LONGEST_SYNC = 3600.0
MOST_FAILED_POLLS = 10


async def on_report(update: Update, context: Context) -> None:
    """Handle /rugi, /tanpaharga, /habis, /laris and /lambat."""
    shop, message = services(context), update.effective_message
    if message is None or not await _is_allowed(update, context):
        return
    if shop.live.served is None:
        await reply(update, Page(messages.NO_CATALOG))
        return
    await reply(update, await report(shop.live.served, context, command_of(message), 1))


async def on_status(update: Update, context: Context) -> None:
    """Handle /keadaan: show the catalogue that is served, the last syncs and today's searches."""
    if not await _is_allowed(update, context):
        return
    shop = services(context)
    served, zone, today = shop.live.served, shop.settings.zone, shop.metrics.today
    try:
        runs = await Dagster(shop.settings.dagster_url).last_runs(LAST_SYNCS)
        syncs = [messages.sync_line(run.status, moment(run.time, zone)) for run in runs]
    except DagsterError as error:
        log.warning("Dagster's last runs could not be read: %s", error)
        syncs = None
    text = messages.status(
        moment(served.data_time, zone) if served else "-",
        old(served) if served else "-",
        shop.live.problem, syncs, age(timedelta(seconds=time.time() - shop.metrics.started)),
        today.searches, today.empty, today.slowest, _sales(served.catalog.sales, zone) if served else None,
    )  # fmt: skip
    await reply(update, Page(text, InlineKeyboardMarkup([[sync_button(str(int(time.time())))]])))


def _sales(sales: Sales, zone: ZoneInfo) -> str | None:
    """Describe how far the till agrees with the prices, or return None if that is not known."""
    if sales.until is None or sales.agreement is None:
        return None
    return messages.till_agreement(sales.agreement.matching, sales.agreement.compared, day(sales.until, zone))


async def on_sync(update: Update, context: Context) -> None:
    """Handle /sinkron: start the job, and show its progress in one message.

    A message starts one run, however often it is edited, and whichever replica gets the edit: the run's tag names it.
    """
    message = update.effective_message
    if message is None or not await _is_allowed(update, context):
        return
    answer = await reply(update, Page(messages.run_starting(messages.SYNC)))
    if answer is None:
        return
    settings = services(context).settings
    dagster = Dagster(settings.dagster_url)
    asked, earlier = f"{message.chat.id}.{message.message_id}", None
    try:
        if update.edited_message is not None:
            earlier = await dagster.find_tagged(ASKED, asked)
        run = earlier or await dagster.start_sync({ASKED: asked})
    except DagsterUnreachableError as error:
        log.warning("/sinkron: Dagster cannot be reached: %s", error)
        await edit(context.bot, answer.chat.id, answer.message_id, Page(messages.SYNC_UNREACHABLE))
        return
    except DagsterError as error:
        log.warning("/sinkron: Dagster rejects the request: %s", error)
        await edit(context.bot, answer.chat.id, answer.message_id, Page(messages.sync_rejected(str(error))))
        return
    services(context).background.start(_follow(context, dagster, run, answer.chat.id, answer.message_id))
    if earlier is None:
        user = update.effective_user
        log.info("User %s has started sync run %s", user.id if user else None, run)
        await _note_sync(update, context)


async def follow_new(update: Update, context: Context, run: str, what: str) -> None:
    """Show the progress of a run that somebody has started with a button, in a message of its own.

    `what` is its name in Indonesian.
    """
    answer, shop = await reply(update, Page(messages.run_starting(what))), services(context)
    if answer is not None:
        dagster = Dagster(shop.settings.dagster_url)
        shop.background.start(_follow(context, dagster, run, answer.chat.id, answer.message_id, what))


async def _note_sync(update: Update, context: Context) -> None:
    shop, user = services(context), update.effective_user
    person = shop.sender(update)
    if person is None or user is None:
        return
    details = {"kind": Kind.SYNC, "choice": YES}
    try:
        await asyncio.to_thread(shop.audit.note, "decide", named(person, user), "", details)
    except StateError as error:
        log.warning("A sync is not in the audit list: %s", error)


async def _follow(
    context: Context, dagster: Dagster, run: str, chat_id: int, message_id: int, what: str = messages.SYNC
) -> None:
    """Edit the message whenever the state of the run changes, until the run has ended."""
    until, failed, before = time.monotonic() + LONGEST_SYNC, 0, None
    text = messages.run_long(what)
    while time.monotonic() < until:
        try:
            state: RunState = await dagster.state(run)
            failed = 0
        except DagsterError as error:
            failed += 1
            log.info("Sync run %s cannot be followed: %s", run, error)
            if failed == MOST_FAILED_POLLS:
                text = messages.SYNC_LOST
                break
            await asyncio.sleep(POLL_SECONDS)
            continue
        if state.is_final:
            text = await _result(context, dagster, run, state, what)
            break
        if state != before:
            before = state
            progress = messages.run_progress(what, state.status, state.steps_done)
            await _show_progress(context, chat_id, message_id, progress)
        await asyncio.sleep(POLL_SECONDS)
    await _show_progress(context, chat_id, message_id, text)


async def _result(context: Context, dagster: Dagster, run: str, state: RunState, what: str) -> str:
    shop = services(context)
    link = f"{shop.settings.web_url}/runs/{run}"
    if state.status == "SUCCESS":
        await shop.live.poll()
        served = shop.live.served
        done = messages.run_done(what, state.status, "", link)
        return done if served is None else f"{done}\n{messages.prices_of(moment(served.data_time, shop.settings.zone))}"
    why = ""
    if state.status != "CANCELED":
        with suppress(DagsterError):
            why = explain_first_known(await dagster.why_failed(run))
    return messages.run_done(what, state.status, why, link)


async def _show_progress(context: Context, chat_id: int, message_id: int, text: str) -> None:
    try:
        if not await edit(context.bot, chat_id, message_id, Page(text)):
            log.info("The message about the sync was deleted")
    except TelegramError as error:
        log.warning("The progress of the sync could not be shown: %s", short(error))


async def _is_allowed(update: Update, context: Context) -> bool:
    if services(context).is_owner(update):
        return True
    await reply(update, Page(messages.FOR_OWNERS))
    return False
