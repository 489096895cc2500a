"""An ASGI middleware that rejects requests under foreign names, and requests that pages of other sites send.

Any page that somebody opens can send requests to this server with images, forms and scripts, or under a name of its own
that it points to this machine (DNS rebinding). Browsers say in `Host`, `Origin` and `Sec-Fetch-Site` who sends a
request. Programs send no `Origin` and no `Sec-Fetch-Site`.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from toko_core.settings.hosts import Hosts, Place
from toko_web.service.errors import respond

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site: a page of this server, and a person who types an address or opens a bookmark."""
FOREIGN_PAGE = "A page of another site sent this request. If it is this server's, add its host to ALLOWED_HOSTS."


class Guard:
    """Lets through what comes from this server's own pages and from programs, and the links of others."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._hosts.include(hosts[0]):
            reason = f"{_named(hosts)} is not a name of this server. If it is, add it to ALLOWED_HOSTS."
            await respond(scope, 421, reason)(scope, receive, send)
        elif self._is_own(headers, hosts[0]) or (scope["method"] in READING and _is_link(headers)):
            await self._app(scope, receive, send)
        else:
            await respond(scope, 403, FOREIGN_PAGE)(scope, receive, send)

    def _is_own(self, headers: Headers, host: str) -> bool:
        """Whether a request comes from a page of this server, or from no page."""
        origins = headers.getlist("origin")
        return all(self._hosts.own(origin, host) for origin in origins) and OWN_SITE.issuperset(
            headers.getlist("sec-fetch-site")
        )


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
