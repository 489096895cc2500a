"""An HTTP server with limits on sizes, times and connections, for ports that anybody may reach."""

import asyncio
import logging
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.iostream import IOStream
from tornado.web import HTTPError, RequestHandler, stream_request_body

log = logging.getLogger(__name__)

LARGEST_BODY = 1 << 20
"""Bytes of a body. An update of Telegram has some KB."""
LARGEST_HEADERS = 16 << 10
"""Bytes of all headers of a request. Telegram's have some hundred."""
LARGEST_BUFFER = 256 << 10
"""Bytes that are received and not yet processed, for each connection."""
HEADER_SECONDS = 15.0
"""How long the headers of a request may take. An idle connection is closed after that time."""
BODY_SECONDS = 10.0
REQUEST_SECONDS = 45.0
"""How long a request may take in all, until its client has taken the response."""
MOST_CONNECTIONS = 200
"""Telegram opens at most 100."""


class LimitedServer(HTTPServer):
    """A server that closes slow connections, and the one that waits longest when there are too many."""

    def initialize(self, request_callback: HTTPServerConnectionDelegate, **options: Any) -> None:  # type: ignore[override]
        """Take a tornado application. `options` are those of tornado, such as `max_body_size`."""
        limits = {
            "max_header_size": LARGEST_HEADERS, "max_body_size": LARGEST_BODY, "max_buffer_size": LARGEST_BUFFER,
            "idle_connection_timeout": HEADER_SECONDS, "body_timeout": BODY_SECONDS,
        }  # fmt: skip
        super().initialize(request_callback, **{**limits, **options})
        self._timers: dict[IOStream, asyncio.TimerHandle] = {}
        """A timer for each connection. The one whose request began first is the first."""

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Accept a connection."""
        if len(self._timers) >= MOST_CONNECTIONS:
            longest = next(iter(self._timers))
            self._stop_timer(longest)
            longest.close()
        self._start_timer(stream)
        super().handle_stream(stream, address)

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Wait for a request, the first one or the next one of a connection."""
        if self._stop_timer(server_conn.stream):
            self._start_timer(server_conn.stream)
        return super().start_request(server_conn, request_conn)

    def on_close(self, server_conn: Any) -> None:
        """Forget a closed connection."""
        self._stop_timer(server_conn.stream)
        super().on_close(server_conn)

    def _start_timer(self, stream: IOStream) -> None:
        self._timers[stream] = asyncio.get_running_loop().call_later(REQUEST_SECONDS, stream.close)

    def _stop_timer(self, stream: IOStream) -> bool:
        """Return whether the connection had a timer."""
        timer = self._timers.pop(stream, None)
        if timer is not None:
            timer.cancel()
        return timer is not None


@stream_request_body
class EarlyHandler(RequestHandler):
    """Handles a request before its body is received. `prepare` may reject it; then the connection is closed."""

    def log_exception(self, _: Any, value: BaseException | None, __: Any) -> None:
        """Log only unexpected errors. Tornado would log the path of each rejected request, which may be a secret."""
        if not isinstance(value, HTTPError):
            log.error("Unexpected error in a request", exc_info=value)

    def data_received(self, chunk: bytes) -> None:
        """Take a part of the body. This handler takes none."""


class NotFound(EarlyHandler):
    """Rejects all requests for other paths."""

    def prepare(self) -> None:
        raise HTTPError(404)
