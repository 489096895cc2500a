"""Assembles the server: routes, background work and what surrounds them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.types import ASGIApp

from toko_core.state.database import StateError
from toko_web.api.app import build_api, run_api
from toko_web.pages import account, lists, product, search, sign_in, state
from toko_web.pages.rendering import FILES
from toko_web.service.edge.clients import Clients
from toko_web.service.edge.compression import Compression
from toko_web.service.edge.guard import Guard
from toko_web.service.edge.head import Head
from toko_web.service.edge.headers import SecurityHeaders
from toko_web.service.edge.limits import Limits
from toko_web.service.errors import add_error_handlers
from toko_web.service.health import Health, health_router
from toko_web.service.metrics import Metrics
from toko_web.service.observing import Observing
from toko_web.settings import PageSettings
from toko_web.shop import Shop
from toko_web.sign_in.password_checks import PasswordChecks
from toko_web.sign_in.upkeep import keep_pruned

log = logging.getLogger(__name__)

ROUTERS = (
    search.router, product.router, lists.router, state.router, sign_in.router, account.router, FILES.router,
)  # fmt: skip


def build_app(settings: PageSettings) -> FastAPI:
    """Build the server of one shop. It reads the catalogue when it starts."""
    metrics = Metrics()
    shop = Shop(settings, metrics)
    app = FastAPI(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.shop, app.state.metrics = shop, metrics
    app.state.password_checks = PasswordChecks(shop.passwords)
    app.state.api = build_api(shop)
    app.mount("/v1", app.state.api)
    for router in (*ROUTERS, health_router(Health(shop.live), metrics)):
        app.include_router(router)
    add_error_handlers(app)
    sign_in.handle_errors(app)
    return app


def surround(app: FastAPI) -> ASGIApp:
    """Put around an app what keeps it safe and observes it: the first request meets the last line."""
    settings: PageSettings = app.state.shop.settings
    surrounded: ASGIApp = Guard(Head(app), settings.hosts)
    surrounded = Limits(surrounded)
    surrounded = Clients(surrounded, settings.trusted_proxies)
    surrounded = Compression(surrounded)
    surrounded = SecurityHeaders(surrounded, is_https=settings.is_https)
    return Observing(surrounded, app.state.metrics)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    shop: Shop = app.state.shop
    await shop.live.poll()
    if shop.live.served is None:
        log.error("There is no catalogue to serve yet: %s. The server checks every second.", shop.live.problem)
    with suppress(StateError):  # the log says it
        await asyncio.to_thread(shop.people.exist)
    works = (shop.live.follow(_report), shop.keep_prices_in_force(), shop.usage.keep_writing(), keep_pruned(shop))
    tasks = [asyncio.create_task(work) for work in works]
    try:
        async with run_api(app.state.api):
            yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await shop.usage.write(everything=True)
        app.state.password_checks.close()
        shop.close()


async def _report(problem: str) -> None:
    """The problem is in the log already."""
