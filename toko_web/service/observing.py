"""An ASGI middleware that writes the access log, counts requests, and has unexpected errors logged once."""

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toko_web.service.errors import respond
from toko_web.service.metrics import Metrics

log = logging.getLogger("toko_web.access")

QUIET = ("/healthz", "/metrics", "/static/")
"""The beginnings of routes that are logged at the level DEBUG, because nobody asked for them."""
UNROUTED = "-"
"""The route of a request that was rejected before it had one, or that has none."""


class Observing:
    """Logs and counts each request by its route's pattern, so that neither holds what people search."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        except ClientDisconnect:
            pass
        except Exception:
            self._metrics.failed()
            log.exception("Unexpected error in %s %s", scope["method"], _route(scope))
            if not status:
                await respond(scope, 500)(scope, receive, send_observed)
        finally:
            seconds, route = time.perf_counter() - started, _route(scope)
            self._metrics.answered(route, status, seconds)
            level = logging.DEBUG if route.startswith(QUIET) else logging.INFO
            log.log(level, "%s %s %d %.1f ms", scope["method"], route, status, 1000 * seconds)


def _route(scope: Scope) -> str:
    """Return the pattern of the route, like /barang/{hash}."""
    path = getattr(scope.get("route"), "path", None)
    return UNROUTED if path is None else f"{scope.get('root_path', '')}{path}"
