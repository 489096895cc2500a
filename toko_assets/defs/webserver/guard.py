"""An ASGI middleware that keeps pages of other sites from commanding Dagster, which has no login.

Any page that an operator opens can send requests to 127.0.0.1 with images, forms, scripts and WebSockets, or under a
name of its own that it points to 127.0.0.1 (DNS rebinding). Browsers say in `Host`, `Origin` and `Sec-Fetch-Site` who
sends a request. Programs, such as the bot, send no `Origin` and no `Sec-Fetch-Site`.
"""

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toko_core.settings.hosts import Hosts, Place

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site: a page of this server, and a person who types an address or opens a bookmark."""
JSON = frozenset({"application/json", "application/graphql"})
"""Media types that a page of another site cannot send without asking first."""
GRAPHQL = "/graphql"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The response to a request that is not let through: its status, and one line."""

    status: int
    reason: str


class Guard:
    """Lets through what comes from this server's own pages and from programs, and what only reads."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a WebSocket's handshake, as ASGI says."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif rejection := self._reject(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close"})  # before it is accepted: the response has status 403
            else:
                response = PlainTextResponse(f"{rejection.reason}\n", rejection.status)
                await response(scope, receive, send)
        else:
            await self._app(scope, receive, _unframed(send))

    def _reject(self, scope: Scope) -> Rejection | None:
        """Return why a request is rejected, or None."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._hosts.include(hosts[0]):
            return Rejection(421, f"{_named(hosts)} is not a name of this server: if it is, add it to ALLOWED_HOSTS.")
        method = scope.get("method")  # a WebSocket has none
        if not self._is_own(headers, hosts[0]) and not (method in READING and _is_link(headers)):
            return Rejection(
                403, "A page of another site sent this request: if it is this server's, add its host to ALLOWED_HOSTS."
            )
        if method is None:
            return None
        if method not in READING:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            return None if kind in JSON else Rejection(415, "Send it as application/json.")
        if scope["path"].rstrip("/").endswith(GRAPHQL) and "text/html" not in headers.get("accept", ""):
            return Rejection(405, "Queries are sent by POST, as application/json.")
        return None

    def _is_own(self, headers: Headers, host: str) -> bool:
        """Whether a request comes from a page of this server, or from no page."""
        if origins := headers.getlist("origin"):
            return all(self._hosts.own(origin, host) for origin in origins)
        return OWN_SITE.issuperset(headers.getlist("sec-fetch-site"))


def _is_link(headers: Headers) -> bool:
    """Whether a browser opens a page because somebody follows a link to it, and not inside another page."""
    return (
        "origin" not in headers
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _named(hosts: list[str]) -> str:
    place = Place.parse(hosts[0]) if len(hosts) == 1 else None
    return place.host if place else "The Host header"


def _unframed(send: Send) -> Send:
    """Add the header that keeps pages of other sites from showing this one in a frame and have its buttons pressed."""

    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Frame-Options"] = "SAMEORIGIN"
        await send(message)

    return send_with_header
