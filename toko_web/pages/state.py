"""The state page for owners: the age of the data, the last syncs, and the checks that warn."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from toko_core.text import ago, run_state
from toko_core.text.failures import explain_failure, explain_first_known
from toko_web.catalogue.state_of_data import read_state
from toko_web.pages.lists import for_owners
from toko_web.pages.rendering import render
from toko_web.pages.texts import state as texts
from toko_web.shop import Shop, shop_of
from toko_web.sign_in.visitor import CurrentVisitor

if TYPE_CHECKING:
    from toko_core.state.dagster_client import CheckResult, Dagster, PastRun

log = logging.getLogger(__name__)
router = APIRouter()

LAST_SYNCS = 5
DAGSTER_SECONDS = 2.0
"""How long the page waits for Dagster in all. Without an answer it says so, and shows the rest."""


@dataclass(frozen=True, slots=True)
class Sync:
    """A run of the job that syncs, in words."""

    time: datetime
    state: str
    kind: str
    """How it is shown: good, bad or nothing."""
    reason: str
    """Why the newest one failed; empty for all others."""
    link: str | None


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that did not pass, in words."""

    label: str
    blocks: bool
    link: str | None


@dataclass(frozen=True, slots=True)
class Runs:
    """What Dagster says."""

    syncs: list[Sync]
    warnings: list[FailedCheck]


@router.get("/keadaan")
async def show_state(request: Request, visitor: CurrentVisitor) -> Response:
    """Show how the data is, also without a catalogue and without Dagster."""
    if not visitor.is_owner:
        return for_owners(request, visitor)
    shop = shop_of(request)
    settings = shop.settings
    runs = await _ask_dagster(shop)
    state = read_state(shop.live, settings.stale_hours, settings.zone, settings.closed_days)
    problem = explain_failure(state.problem) if state.problem is not None else None
    return render(
        request, "state.html", visitor=visitor, state=state, problem=problem, runs=runs, texts=texts,
        zone=settings.zone, web_url=settings.web_url, links=texts.LINKS,
        old=ago(datetime.now(state.served.data_time.tzinfo) - state.served.data_time) if state.served else "",
    )  # fmt: skip


async def _ask_dagster(shop: Shop) -> Runs | None:
    """Return the last syncs and the checks that warn; None if Dagster does not respond.

    The client is loaded with the first request: it takes 6 MB.
    """
    from toko_core.state.dagster_client import Dagster, DagsterError

    dagster, web_url = Dagster(shop.settings.dagster_url, DAGSTER_SECONDS), shop.settings.web_url
    try:
        async with asyncio.timeout(DAGSTER_SECONDS):
            runs, checks = await asyncio.gather(dagster.last_runs(LAST_SYNCS), dagster.warnings())
            reason = await _explain(dagster, runs)
    except (DagsterError, TimeoutError) as error:
        log.warning("The state page lacks Dagster's runs: %s", str(error) or "no response in time")
        return None
    return Runs(
        [_sync(run, reason if number == 0 else "", web_url) for number, run in enumerate(runs)],
        [_warning(check, web_url) for check in checks],
    )


async def _explain(dagster: "Dagster", runs: "list[PastRun]") -> str:
    """Return why the newest run failed, if it did."""
    if not runs or runs[0].status != "FAILURE":
        return ""
    return explain_first_known(await dagster.why_failed(runs[0].run))


def _sync(run: "PastRun", reason: str, web_url: str | None) -> Sync:
    kind = {"SUCCESS": "good", "FAILURE": "bad"}.get(run.status, "")
    link = f"{web_url}/runs/{quote(run.run, safe='')}" if web_url else None
    return Sync(run.time, run_state(run.status), kind, reason, link)


def _warning(check: "CheckResult", web_url: str | None) -> FailedCheck:
    label = texts.CHECKS.get(check.name, check.name.replace("_", " "))
    asset = "/".join(quote(part, safe="") for part in check.asset.split("/"))
    link = f"{web_url}/assets/{asset}?view=checks&checkDetail={quote(check.name)}" if web_url else None
    return FailedCheck(label, check.blocks, link)
