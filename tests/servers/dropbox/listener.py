"""HTTP over TLS, with a thread for each keep-alive connection, and all faults of a response."""

import secrets
import select
import socket
import ssl
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.dropbox.faults import Fault
from tests.servers.dropbox.records import Received
from tests.servers.dropbox.routes import answer, recorded_argument
from tests.servers.dropbox.world import Answer, Request, World

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
POLL_SECONDS = 0.02


class Listener(ThreadingHTTPServer):
    """Listens at a port until `stop`, which breaks all connections and waits for their threads."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, world: World) -> None:
        super().__init__(address, Connection)
        self.world = world
        self.closing = threading.Event()
        self._context = context
        self._connections: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), name="dropbox")
        self._thread.start()

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        for connection in list(self._connections):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, address = super().get_request()
        connection = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close the connection without a clean shutdown, which would come before a reset."""
        self._connections.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, ssl.SSLError)):  # a bug in this server
            self.world.crashes.append(error)


class Connection(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        endpoint = path.removeprefix("/2/") if path.startswith("/2/") else path.removeprefix("/")
        request = Request(endpoint, self.headers, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        world = self.server.world
        received = world.record(endpoint, recorded_argument(request), self.headers.get("Range", ""))
        with world.lock:
            fault = world.faults.pick(endpoint)
            made = answer(world, request, fault)
        self._send(made, received, fault)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Requests are recorded, not printed."""

    def _send(self, made: Answer, received: Received, fault: Fault | None) -> None:
        kind = fault.kind if fault else "none"
        body = _corrupted(made.body) if kind == "corrupted" else memoryview(made.body)
        after = len(body) // 2 if fault is None or fault.after is None else fault.after
        if kind == "short":
            body = body[:after]
        if fault is not None and fault.after is None and kind in {"reset", "stall"}:
            self._interrupt(fault)
        self._send_head(made, len(body))
        cut = max(0, min(after, len(body) - 1))
        self.wfile.write(body[:cut])
        if fault is not None and (fault.after is not None or kind not in {"reset", "stall"}):
            self._interrupt(fault)
        self.server.world.answered(received, made.status)
        self.wfile.write(body[cut:])

    def _send_head(self, made: Answer, length: int) -> None:
        self.send_response(made.status)
        for name, value in made.headers.items():
            self.send_header(name, value)
        self.send_header("X-Dropbox-Request-Id", secrets.token_hex(16))
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _interrupt(self, fault: Fault) -> None:
        """Perform the fault at its position in the response."""
        fault.meanwhile()
        if fault.kind == "stall":
            self._stall()
        if fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        if fault.kind in {"reset", "truncated"}:
            raise ConnectionAbortedError

    def _stall(self) -> None:
        """Wait until the stall is released. If the client leaves or the server stops, break the connection."""
        while not self.server.world.released.wait(POLL_SECONDS):
            left = select.select([self.connection], [], [], 0)[0]
            if left or self.server.closing.is_set():
                raise ConnectionAbortedError


def _corrupted(body: bytes | memoryview) -> memoryview:
    wrong = bytearray(body)
    if wrong:
        wrong[len(wrong) // 2] ^= 0xFF
    return memoryview(wrong)
