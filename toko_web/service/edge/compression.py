"""An ASGI middleware that compresses responses.

Compression lets an attacker who reads the traffic guess a secret of a page, if the page also shows what the attacker
makes the browser send (BREACH). Here the lengths that they could compare are blurred: each gzip header holds a name of
random length. Requests that other sites' pages send are rejected (`guard.py`), so each guess would be a whole page that
the victim sees opening.
"""

import secrets
import struct
import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TYPES = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")
SMALLEST = 500
"""Bytes. A shorter body fits into one packet anyway."""
LEVEL = 4
"""Half the time of level 6, for 3 percent more bytes."""
LONGEST_NAME = 64


class Compression:
    """Compresses with gzip what is text, if the client takes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as ASGI says."""
        if scope["type"] == "http":
            send = _Sending(send, takes_gzip(Headers(scope=scope)), scope["method"] == "HEAD")
        await self._app(scope, receive, send)


def takes_gzip(headers: Headers) -> bool:
    """Return whether the sender of a request takes gzip."""
    offers = (offer.strip().lower().replace(" ", "") for offer in headers.get("accept-encoding", "").split(","))
    return any(offer.partition(";")[0] == "gzip" and not offer.endswith((";q=0", ";q=0.0")) for offer in offers)


class _Sending:
    """Sends one response, compressed if it is worth it. The start waits for the first part of the body."""

    def __init__(self, send: Send, takes_gzip: bool, is_head: bool) -> None:
        self._send, self._takes_gzip, self._is_head = send, takes_gzip, is_head
        self._start: Message | None = None
        self._gzip: Gzip | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body":
            body, is_last = message.get("body", b""), not message.get("more_body", False)
            if self._start is not None:
                headers = MutableHeaders(scope=self._start)
                if self._is_worth_it(headers, self._start["status"], len(body), is_last):
                    self._gzip = _prepare(headers)
            if self._gzip is not None:
                body = self._gzip.compress(body, is_last=is_last)
            if self._start is not None:
                if self._gzip is not None and is_last:
                    headers["Content-Length"] = str(len(body))
                await self._send(self._start)
                self._start = None
            message = {**message, "body": body}
        await self._send(message)

    def _is_worth_it(self, headers: MutableHeaders, status: int, size: int, is_last: bool) -> bool:
        if not headers.get("content-type", "").startswith(TYPES) or "content-encoding" in headers:
            return False
        headers.add_vary_header("Accept-Encoding")
        return self._takes_gzip and (size >= SMALLEST or not is_last) and not self._is_head and status not in {204, 304}


def _prepare(headers: MutableHeaders) -> "Gzip":
    """Return what compresses a body, and write into its headers that it is compressed."""
    headers["Content-Encoding"] = "gzip"
    del headers["content-length"]
    if (tag := headers.get("etag", "")).startswith('"'):  # the bytes are others, what they mean is the same
        headers["ETag"] = f"W/{tag}"
    return Gzip()


class Gzip:
    """One gzip member (RFC 1952), whose header has a name of random length."""

    def __init__(self, level: int = LEVEL) -> None:
        name = secrets.token_hex(LONGEST_NAME // 2)[: secrets.randbelow(LONGEST_NAME)]
        self._head = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff" + name.encode() + b"\x00"
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._crc = self._size = 0

    def compress(self, part: bytes, *, is_last: bool) -> bytes:
        """Return the compressed bytes of the next part; of the last one with the checksum."""
        self._crc = zlib.crc32(part, self._crc)
        self._size += len(part)
        head, self._head = self._head, b""
        body = head + self._deflate.compress(part)
        if is_last:
            body += self._deflate.flush() + struct.pack("<LL", self._crc, self._size & 0xFFFFFFFF)
        return body
