"""Launches the runs that follow from decisions, and edits the messages that asked for them.

Both are also done by `keep_up`, for decisions whose process died in between. Any replica may do either.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from toko_bot.handlers.sending import edit
from toko_bot.handlers.services import Services
from toko_bot.replies.decisions.pages import decided_page
from toko_bot.replies.layout import Page
from toko_bot.service.outgoing import short
from toko_core.state.dagster_client import Dagster, DagsterError, DagsterUnreachableError
from toko_core.state.database import StateError
from toko_core.state.decisions import DECISION, YES, Decision

log = logging.getLogger(__name__)

KEEP_UP_SECONDS = 30.0
LAUNCHED_WITHIN = timedelta(hours=1)
"""Nobody expects what was decided longer ago to begin now: after Dagster was away, or after a restore of a backup."""
TOO_OLD = "It was decided more than an hour ago, while Dagster did not respond."


async def launch(shop: Services, decision: Decision) -> str | None:
    """Launch the run that follows from a decision, unless there is one. Return its id; None if it is not launched now.

    The run's tag names the decision. If Dagster cannot be reached, `keep_up` tries again. Raises StateError.
    """
    if not await asyncio.to_thread(shop.decisions.begin_launch, decision.id):
        return None
    run, problem, details = None, "", decision.details
    is_old = datetime.now(UTC) - (decision.decided_at or decision.asked_at) > LAUNCHED_WITHIN
    try:
        dagster = Dagster(shop.settings.dagster_url)
        run_config = details["runs"][(decision.choice or YES) - YES]
        run = await dagster.find_tagged(DECISION, str(decision.id))
        if run is None and is_old:
            problem = TOO_OLD
        elif run is None:
            run = await dagster.launch(details["job"], run_config, {DECISION: str(decision.id)})
    except DagsterUnreachableError as error:
        log.info("The run of decision %d cannot be launched now: %s", decision.id, error)
        problem = TOO_OLD if is_old else ""
        if error.is_unclear and not is_old:
            return None  # Dagster may still launch it: nobody tries again before the lease ends
    except (DagsterError, LookupError) as error:
        log.error("The run of decision %d cannot be launched: %s", decision.id, error)
        problem = str(error) or type(error).__name__
    await asyncio.to_thread(shop.decisions.end_launch, decision.id, run_id=run, problem=problem)
    if run is not None:
        log.info("Run %s follows from decision %d", run, decision.id)
    return run


async def page_of(shop: Services, decision: Decision) -> Page:
    """Build what the messages about a decided question become. Raises StateError."""
    return decided_page(decision, shop.settings.zone, await _ask_again(shop, decision))


async def _ask_again(shop: Services, decision: Decision) -> Decision | None:
    """Return the question that takes the place of one whose run is given up; None if there is nothing to ask again."""
    if not decision.problem:
        return None
    return await asyncio.to_thread(shop.decisions.ask_again, decision)


async def show_decision(bot: ExtBot[Any], shop: Services, decision: Decision) -> None:
    """Edit the message of everybody who is an owner now, so that it says who decided what. Raises StateError."""
    owners, are_all = await asyncio.to_thread(shop.owners)
    again = await _ask_again(shop, decision)
    page = decided_page(decision, shop.settings.zone, again)
    for owner, message in await asyncio.to_thread(shop.decisions.take_messages, decision.id):
        if are_all and owner not in owners:
            continue
        try:
            await edit(bot, owner, message, page)
            if again is not None:
                await asyncio.to_thread(shop.decisions.note_message, again.key, owner, message)
        except (BadRequest, Forbidden) as error:
            log.info("The message of owner %d about a decision is not edited: %s", owner, short(error))
        except TelegramError as error:
            log.info("The message of owner %d about a decision is edited later: %s", owner, short(error))
            await asyncio.to_thread(shop.decisions.note_message, decision.key, owner, message)


async def keep_up(bot: ExtBot[Any], shop: Services) -> None:
    """Finish, forever, what follows from decisions and was not done when they were made."""
    while True:
        try:
            await finish(bot, shop)
        except StateError as error:
            log.debug("Decisions cannot be read: %s", error)
        except Exception:
            log.exception("What follows from decisions could not be done")
        await asyncio.sleep(KEEP_UP_SECONDS)


async def finish(bot: ExtBot[Any], shop: Services) -> None:
    """Launch the runs that are missing, and edit the messages that still ask. Raises StateError."""
    for decision in await asyncio.to_thread(shop.decisions.unfinished):
        if decision.lacks_run:
            await launch(shop, decision)
        found = await asyncio.to_thread(shop.decisions.find, decision.id)
        if found is not None:
            await show_decision(bot, shop, found)
