"""Failures on demand: of Telegram, of its reverse proxy, and of the network."""

import asyncio
import json
import socket
import struct
from dataclasses import dataclass
from typing import Literal

from tests.servers.telegram.errors import ApiError
from tests.servers.telegram.wire import http_response

FailureKind = Literal["400", "401", "403", "409", "429", "500", "502", "reset", "timeout"]

DESCRIPTIONS = {
    "400": "Bad Request: chat not found",
    "401": "Unauthorized",
    "403": "Forbidden: bot was blocked by the user",
    "409": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    "500": "Internal Server Error",
}
BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Failure:
    """A failure of the next `left` requests of a method; `*` is any method, and None is all requests until `heal`.

    `hits` requests have failed so far. With `done`, the server handles the request and only the response is lost, which
    is useful for "reset" and "timeout".
    """

    method: str
    kind: FailureKind
    left: int | None
    retry_after: int
    description: str
    done: bool
    hits: int = 0

    def takes(self, method: str) -> bool:
        return self.left != 0 and self.method in {"*", method}

    def hit(self) -> None:
        self.hits += 1
        if self.left is not None:
            self.left -= 1

    @property
    def status(self) -> int:
        return int(self.kind) if self.kind.isdigit() else 0

    @property
    def message(self) -> str:
        """The description of the error in the response."""
        if self.kind == "429":
            return self.description or f"Too Many Requests: retry after {self.retry_after}"
        return self.description or DESCRIPTIONS.get(self.kind, self.kind)


class Faults:
    """The pending failures, the oldest first."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []

    def add(self, failure: Failure) -> None:
        self._failures = [*(f for f in self._failures if f.left != 0), failure]

    def heal(self) -> None:
        for failure in self._failures:
            failure.left = 0

    def pick(self, method: str) -> Failure | None:
        """Return the failure for a request of `method`, if there is one."""
        for failure in self._failures:
            if failure.takes(method):
                failure.hit()
                return failure
        return None


async def act_out(failure: Failure, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Perform the failure. After a reset or a timeout the connection is closed."""
    if failure.kind == "timeout":
        await reader.read(1)  # until the client gives up
        raise ConnectionResetError
    if failure.kind == "reset":
        writer.write(http_response(200, b'{"ok":true,"result":' + b" " * 200)[:-100])
        await writer.drain()
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        writer.transport.abort()
        raise ConnectionResetError
    if failure.kind == "502":
        writer.write(http_response(502, BAD_GATEWAY, "text/html"))
    else:
        parameters = {"retry_after": failure.retry_after} if failure.kind == "429" else {}
        writer.write(error_response(ApiError(failure.status, failure.message, **parameters)))
    await writer.drain()


def error_response(error: ApiError) -> bytes:
    """Return an error response in the format of the Bot API."""
    body = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return http_response(error.code, json.dumps(body).encode())
