"""Whether the server works: /healthz and /metrics."""

import time
from ipaddress import ip_address

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from toko_core.catalog.live import LiveCatalog
from toko_web.service.metrics import Metrics
from toko_web.settings import PageSettings
from toko_web.shop import shop_of
from toko_web.sign_in.open_mode import is_from_this_machine, is_passed_on

LOAD_SECONDS = 300.0
"""How long the newest catalogue may take to load."""


class Health:
    """Knows whether the newest catalogue is served."""

    def __init__(self, live: LiveCatalog) -> None:
        self._live = live
        self._behind: tuple[str, float] | None = None
        """A newer catalogue that is loaded now, and since when it is known."""

    def find_problem(self) -> str | None:
        """Return in one line what is wrong, or None if the newest catalogue is served, or will be soon."""
        live = self._live
        if live.served is None:
            return f"No catalogue is served: {live.problem or 'none was read yet'}."
        if live.problem is not None:
            return f"The newest catalogue is not served: {live.problem}"
        if live.newest in {None, live.served.name}:
            self._behind = None
        elif self._behind is None or self._behind[0] != live.newest:
            self._behind = (live.newest or "", time.monotonic())
        elif time.monotonic() - self._behind[1] > LOAD_SECONDS:
            return f"{live.newest} is published, and still not served."
        return None


def health_router(health: Health, metrics: Metrics) -> APIRouter:
    """Return the routes /healthz and /metrics."""
    router = APIRouter(include_in_schema=False)
    metrics.healthy.set_function(lambda: health.find_problem() is None)

    @router.get("/healthz")
    async def show_health(request: Request) -> Response:
        """Say whether the newest catalogue is served. Only this machine is told why not."""
        problem = health.find_problem()
        if problem is None:
            return PlainTextResponse("ok\n")
        is_near = is_from_this_machine(request) and not is_passed_on(request)
        return PlainTextResponse(f"{problem if is_near else 'Not ready'}\n", 503)

    @router.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        """Show the metrics to this machine, and to others if METRICS_LISTEN names more than it; never to a proxy's."""
        is_near = is_from_this_machine(request) or not is_only_near(shop_of(request).settings)
        if is_passed_on(request) or not is_near:
            raise HTTPException(404)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def is_only_near(settings: PageSettings) -> bool:
    """Return whether only this machine may read the metrics."""
    return ip_address(settings.metrics_listen).is_loopback
