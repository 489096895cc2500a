"""BOT_HEARTBEAT_URL: tells a dead-man's switch each minute that the bot is healthy. Otherwise it raises an alarm."""

import asyncio
import logging
from collections.abc import Callable

import httpx

from toko_core.settings import host_of
from toko_core.state.certificates import trusted_certificates

log = logging.getLogger(__name__)

EVERY = 60.0
CHECK_EVERY = 1.0
"""How often an unhealthy bot is checked, so that the switch knows soon that it is healthy again."""
SECONDS = 10.0
"""How long a request may take in all."""
HEADERS = {"User-Agent": "toko"}


async def keep_requesting(url: str, find_problem: Callable[[], str | None]) -> None:
    """Request the address each minute while `find_problem` returns None, until the task is cancelled.

    One line is logged when requests begin to fail, and one when they succeed again. Neither contains the address.
    """
    failing = False
    async with httpx.AsyncClient(timeout=SECONDS, headers=HEADERS, verify=trusted_certificates()) as client:
        while True:
            if find_problem() is not None:
                await asyncio.sleep(CHECK_EVERY)
                continue
            reason = await _request(client, url)
            if reason and not failing:
                log.warning(
                    "BOT_HEARTBEAT_URL (%s) could not be requested: %s. It is tried each minute.", host_of(url), reason
                )
            elif failing and not reason:
                log.info("BOT_HEARTBEAT_URL (%s) can be requested again", host_of(url))
            failing = bool(reason)
            await asyncio.sleep(EVERY)


async def _request(client: httpx.AsyncClient, url: str) -> str:
    """Request the address, and follow no redirect. Return why it failed; an empty text if the status is 2xx."""
    try:
        async with asyncio.timeout(SECONDS), client.stream("GET", url) as response:
            return "" if response.is_success else f"status {response.status_code}"
    except (TimeoutError, httpx.TimeoutException):
        return f"no answer within {SECONDS:.0f} s"
    except Exception as error:  # a task that ends would be a false alarm, and an error's text may hold the address
        return type(error).__name__
