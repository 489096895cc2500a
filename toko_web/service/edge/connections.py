"""Connections with limits on sizes, times and their number, so that slow clients take nothing from the others.

uvicorn limits only the time between two requests. It reads heads of any size, and waits forever for the rest of one.
"""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from collections.abc import Iterable
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from toko_web.service.edge.headers import SecurityHeaders
from toko_web.service.errors import TOO_BUSY, respond

LARGEST_HEAD = 32 << 10
"""Bytes of a request until its body. A browser sends about 1,000."""
LARGEST_REST = 1 << 20
"""Bytes of a body that are read in all. `limits.py` rejects a body much earlier; the rest is read, and thrown away, so
that its sender reads the answer."""
HEAD_SECONDS = 10.0
"""How long the head of a request may take, also the first one of a connection."""
BODY_SECONDS = 15.0
ANSWER_SECONDS = 120.0
"""How long an answer may take until its client has read it: a whole catalogue over a slow line, for example."""
MOST_CONNECTIONS = 300
"""Of all clients together. When there are more, the one that has waited longest is closed."""
MOST_UNDER_WAY = 100
"""Requests that are answered or wait for it. Further ones are told to come back: to wait would help none of them."""
RETRY_SECONDS = 2
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 32\r\nconnection: close\r\n\r\nThe head of the request is huge\n"
)


class Connection(Protocol):
    """What is known of a connection to choose the one that is closed."""

    transport: Transport

    @property
    def waiting_since(self) -> tuple[bool, float]:
        """Whether it has a request under way, and when its present state began."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection, which is closed at its limits."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:  # fmt: skip
        super().__init__(config, server_state, app_state, _loop)
        self._timer: TimerHandle | None = None
        self._since = self.loop.time()
        self._in_head = self._in_body = False
        self._head_bytes = self._body_bytes = 0

    @property
    def waiting_since(self) -> tuple[bool, float]:
        """Whether it has a request under way, and when its present state began: what is closed first is least."""
        answering = self.cycle is not None and not self.cycle.response_complete
        return (answering and not self._in_body, self._since)

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Accept a connection, and close another one if there are too many."""
        super().connection_made(transport)
        self._expire_in(HEAD_SECONDS)
        close_longest(self.connections, MOST_CONNECTIONS)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
                self.transport.write(TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._in_head, self._head_bytes, self._body_bytes = True, 0, 0
        self._expire_in(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Begin to answer a request."""
        self._in_head, self._in_body = False, True
        self._expire_in(BODY_SECONDS)
        app = self.app
        if len(self.tasks) >= MOST_UNDER_WAY:
            self.app = TOO_MANY
        super().on_headers_complete()
        self.app = app

    def on_body(self, body: bytes) -> None:
        """Read a part of a body."""
        self._body_bytes += len(body)
        if self._body_bytes > LARGEST_REST:
            self.transport.abort()
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the rest of the answer."""
        self._in_body = False
        self._expire_in(ANSWER_SECONDS)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, once the client has read the answer."""
        has_next = bool(self.pipeline)
        super().on_response_complete()
        if has_next:
            self._expire_in(ANSWER_SECONDS)
        elif not (self._in_head or self._in_body or self.transport.get_write_buffer_size()):
            self._stop_timer()  # uvicorn closes an idle connection
            self._since = self.loop.time()

    def _expire_in(self, seconds: float) -> None:
        self._stop_timer()
        self._since = self.loop.time()
        self._timer = self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        self.transport.abort()  # `close` would wait until the client has read everything

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def _too_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that there is no time for."""
    await respond(scope, 503, "Too many requests at once.", {"Retry-After": str(RETRY_SECONDS)}, TOO_BUSY)(
        scope, receive, send
    )


TOO_MANY: Any = SecurityHeaders(_too_busy, is_https=False)


def close_longest(connections: Iterable[Connection], most: int) -> None:
    """Close the connection that has waited longest if there are more than `most`: first those without a request."""
    open_ones = [connection for connection in connections if not connection.transport.is_closing()]
    if len(open_ones) > most:
        min(open_ones, key=lambda connection: connection.waiting_since).transport.abort()
