"""An ASGI middleware for a web interface below a path, such as /dagster, whose addresses were at / before.

A proxy then has one host for the catalogue's pages and for Dagster. Links that were sent before, and a bot that knows
the server without the path, go on to work.
"""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from toko_assets.defs.webserver.guard import READING

MOVED = 308
"""The status of a redirect that keeps the method."""


class Prefix:
    """Leads requests without the prefix to where the pages are now, and answers commands without it as with it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a WebSocket's handshake, as ASGI says."""
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(f"{self._prefix}/"):
            await self._app(scope, receive, send)
        elif scope.get("method") in READING:
            # Browsers would keep this redirect for good, also when another server without a prefix has the same port.
            response = RedirectResponse(self._new_address(scope), MOVED, {"Cache-Control": "no-cache"})
            await response(scope, receive, send)
        else:  # programs do not follow redirects of a POST, nor does a WebSocket
            raw = self._prefix.encode() + scope["raw_path"]
            await self._app({**scope, "path": self._prefix + scope["path"], "raw_path": raw}, receive, send)

    def _new_address(self, scope: Scope) -> str:
        """Return the address below the prefix, without a host: a proxy may have another name, and TLS."""
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        below = "/" if path == self._prefix else path
        return f"{self._prefix}{below}{f'?{query}' if query else ''}"
