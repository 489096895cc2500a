"""An ASGI middleware that rejects requests that are too large, before anything is done for them."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toko_web.service.errors import respond

LARGEST_BODY = 64 << 10
"""Bytes. The largest form that the pages have is the one that signs in."""
LARGEST_URL = 4 << 10
"""Bytes of the path and the query."""
LARGEST_HEADERS = 16 << 10
"""Bytes of all names and values."""
MOST_HEADERS = 100


class Limits:
    """Rejects a request by its sizes: status 413, 414 or 431."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif status := _exceeded(scope):
            await respond(scope, status)(scope, receive, send)
        else:
            await self._app(scope, _limited(receive), send)


def _exceeded(scope: Scope) -> int | None:
    """Return the status that says which limit a request exceeds, or None."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > LARGEST_URL:
        return 414
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS:
        return 431
    for name, value in headers:
        if name == b"content-length" and not (value.isdigit() and int(value) <= LARGEST_BODY):
            return 413
    return None


def _limited(receive: Receive) -> Receive:
    """Return a function that receives at most LARGEST_BODY bytes: a body in chunks does not say how long it is."""
    received = 0

    async def receive_part() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return receive_part
