"""Failures on demand: Telegram's, its front's, and the network's."""

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
    """`left` requests of a method (`*`: of any) that fail; None: all until `heal`. `hits` have failed so far.

    With `done`, what a request asks for happens, and only its answer is lost: of use for "reset" and "timeout".
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
    def said(self) -> str:
        """The description that the bot gets."""
        if self.kind == "429":
            return self.description or f"Too Many Requests: retry after {self.retry_after}"
        return self.description or DESCRIPTIONS.get(self.kind, self.kind)


class Faults:
    """The failures that are to come, oldest first."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []

    def add(self, failure: Failure) -> None:
        self._failures = [*(f for f in self._failures if f.left != 0), failure]

    def heal(self) -> None:
        for failure in self._failures:
            failure.left = 0

    def pick(self, method: str) -> Failure | None:
        """The failure of a request of `method`, if it is to fail."""
        for failure in self._failures:
            if failure.takes(method):
                failure.hit()
                return failure
        return None


async def act_out(failure: Failure, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Fail a request in its own way. After a reset or a timeout the connection is gone."""
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
        writer.write(error_response(ApiError(failure.status, failure.said, **parameters)))
    await writer.drain()


def error_response(error: ApiError) -> bytes:
    """A refusal as the Bot API writes it."""
    body = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return http_response(error.code, json.dumps(body).encode())
