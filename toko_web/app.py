"""Assembles the server: routes, background work and what surrounds them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from toko_web.pages import account, search, sign_in
from toko_web.pages.assets import Assets
from toko_web.settings import PageSettings
from toko_web.shop import Shop
from toko_web.sign_in.password_checks import PasswordChecks
from toko_web.sign_in.upkeep import keep_pruned

log = logging.getLogger(__name__)

ROUTERS = (search.router, sign_in.router, account.router)


def build_app(settings: PageSettings) -> FastAPI:
    """Build the server of one shop. It reads the catalogue when it starts."""
    shop = Shop(settings)
    app = FastAPI(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.shop = shop
    app.state.password_checks = PasswordChecks(shop.passwords)
    sign_in.handle_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets())
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    shop: Shop = app.state.shop
    await shop.live.poll()
    tasks = [asyncio.create_task(work) for work in (shop.live.follow(_report), keep_pruned(shop))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        app.state.password_checks.close()
        shop.close()


async def _report(problem: str) -> None:
    """The problem is in the log already."""
