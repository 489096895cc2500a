"""Assembles the server: routes, background work and what surrounds them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from toko_web.pages import lists, product, search, state
from toko_web.pages.assets import Assets
from toko_web.settings import PageSettings
from toko_web.shop import Shop

log = logging.getLogger(__name__)

ROUTERS = (search.router, product.router, lists.router, state.router)


def build_app(settings: PageSettings) -> FastAPI:
    """Build the server of one shop. It reads the catalogue when it starts."""
    shop = Shop(settings)
    app = FastAPI(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.shop = shop
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets())
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    shop: Shop = app.state.shop
    await shop.live.poll()
    following = asyncio.gather(shop.live.follow(_report), shop.usage.keep_writing())
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await shop.usage.write(everything=True)
        shop.close()


async def _report(problem: str) -> None:
    """The problem is in the log already."""
