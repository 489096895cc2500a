"""Makes decisions: asks once more, checks that it is not too late, and records the first choice."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from toko_bot.handlers.decisions.launching import launch, page_of, show_decision
from toko_bot.handlers.services import Context, Services, services
from toko_bot.replies import messages
from toko_bot.replies.decisions import texts
from toko_bot.replies.decisions.pages import question_page, sure_page
from toko_bot.replies.layout import Page
from toko_core.catalog.demo import is_demo_catalog
from toko_core.catalog.store import CURRENT
from toko_core.people import Person
from toko_core.state.dagster_client import Dagster, DagsterError, DagsterUnreachableError
from toko_core.state.decisions import NO, YES, Decision, Kind, Press
from toko_core.state.decisions.buttons import choices

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pressed button led to."""

    page: Page | None = None
    """What its message becomes; None if it stays as it is."""
    alert: str = ""
    """What is shown to whoever pressed it."""
    run: str | None = None
    """The run that this press launched."""
    what: str = messages.SYNC
    """The name of that run."""


async def press(context: Context, by: Person, pressed: Press) -> Outcome:
    """Do what a button of a question says. Raises StateError."""
    shop = services(context)
    decision = await asyncio.to_thread(shop.decisions.find, pressed.decision)
    if decision is None:
        return Outcome(alert=texts.GONE)
    if not decision.is_open:
        return await _already(context, decision)
    if pressed.action == "cancel":
        return Outcome(question_page(decision))
    if decision.kind not in {*Kind} or pressed.choice not in (choices(decision) or {YES: ""}):
        return Outcome(alert=messages.OLD_BUTTON)
    if (outcome := await _check(context, decision, launches=pressed.choice != NO)) is not None:
        return outcome
    if pressed.action == "ask":
        return Outcome(sure_page(decision, pressed.choice))
    return await _decide(context, by, decision, pressed.choice)


async def _decide(context: Context, by: Person, decision: Decision, choice: int) -> Outcome:
    """Make the choice. The first one counts; what follows from it begins at once."""
    shop, run = services(context), None

    def note(details: dict[str, Any], connection: Connection) -> None:
        shop.audit.note("decide", by, "", details, connection=connection)

    decision, done = await asyncio.to_thread(shop.decisions.decide, decision.id, by.user_id, by.label, choice, note)
    if not done:
        return await _already(context, decision)
    log.info("User %d decided %s %d: %d", by.user_id, decision.kind, decision.id, choice)
    if decision.lacks_run:
        run = await launch(shop, decision)
        found = await asyncio.to_thread(shop.decisions.find, decision.id)
        decision = found or decision
    await show_decision(context.bot, shop, decision)
    what = messages.ROLLBACK if decision.kind == Kind.ROLLBACK else messages.SYNC
    return Outcome(await page_of(shop, decision), run=run, what=what)


async def _already(context: Context, decision: Decision) -> Outcome:
    """Show what was decided before. If its run is missing, because a process died, launch it now."""
    shop = services(context)
    if decision.lacks_run:
        await launch(shop, decision)
    await show_decision(context.bot, shop, decision)
    return Outcome(await page_of(shop, decision), texts.already(decision))


async def _check(context: Context, decision: Decision, *, launches: bool) -> Outcome | None:
    """Return what to say if it is too late, or if the run that it `launches` cannot begin; None if all is well."""
    shop = services(context)
    try:
        if not await _is_late(shop, decision):
            return None
    except DagsterError as error:
        if not launches:
            return None
        return _stays_open(decision, error)
    decision = await asyncio.to_thread(shop.decisions.close_late, decision.id)
    await show_decision(context.bot, shop, decision)
    return Outcome(await page_of(shop, decision), texts.already(decision))


def _stays_open(decision: Decision, error: DagsterError) -> Outcome:
    log.warning("Decision %d stays open: %s", decision.id, error)
    if isinstance(error, DagsterUnreachableError):
        return Outcome(alert=messages.SYNC_UNREACHABLE)
    return Outcome(alert=texts.cannot_start(str(error)))


async def _is_late(shop: Services, decision: Decision) -> bool:
    """Return whether what the question is about has changed since. Raises DagsterError.

    The run checks it again: something may change before it begins.
    """
    details, served = decision.details, shop.live.served
    info = served.catalog.info if served is not None else {}
    is_known = shop.live.problem is None or (served is None and shop.live.newest is None)
    match decision.kind:
        case Kind.PUBLISH:
            if is_known and info.get("backup_sha256", "") != details["served"]:
                return True
            dagster = Dagster(shop.settings.dagster_url)
            await dagster.find_job(details["job"])
            return await dagster.has_failed_since(details["run"], {details["revision"], details["served_revision"]})
        case Kind.ADOPT:
            now = "" if is_demo_catalog(info) else info.get("backup_database", "")
            if is_known and now and now.casefold() != str(details["shop"]).casefold():
                return True
        case Kind.ROLLBACK:
            if await asyncio.to_thread(mark_of_served, shop) != details["mark"]:
                return True
        case Kind.QUIET:
            return False
    await Dagster(shop.settings.dagster_url).find_job(details["job"])
    return False


def mark_of_served(shop: Services) -> str:
    """Return a text that changes whenever another catalogue is published or served again. It reads the disk."""
    try:
        return str((shop.settings.catalog_folder / CURRENT).stat().st_mtime_ns)
    except OSError:
        return ""
