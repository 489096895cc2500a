"""Removes in the background what lets nobody in any more."""

import asyncio
import logging

from toko_core.state.database import StateError
from toko_web.shop import Shop

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


async def keep_pruned(shop: Shop) -> None:
    """Remove the passwords and sign-ins of people whom nothing names any more: at the start, and each hour."""
    while True:
        try:
            await asyncio.to_thread(_prune, shop)
        except StateError as error:
            log.info("Old sign-ins are not removed: %s", error)
        await asyncio.sleep(EVERY_SECONDS)


def _prune(shop: Shop) -> None:
    shop.sign_ins.key()  # from here on it is in memory, so that no page waits for the database to make a form
    if shop.people.exist():  # a server without its settings would take everything for old
        shop.sign_ins.prune(shop.settings.staff)
