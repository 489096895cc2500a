"""The part of HTTP/1.1 with keep-alive that Bot API clients use, and the three encodings of parameters."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.servers.telegram.errors import bad_request

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')
DISPOSITION = re.compile(r';\s*(name|filename)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. The names of headers are in lower case."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of a method, from any of the three encodings."""

    values: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return an integer, or the default for anything that is not a number, as Telegram does."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1", "yes"}

    def json(self, name: str) -> Any:
        """Return a value that forms contain as JSON text, or None if it is not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def recorded(self) -> dict[str, Any]:
        """Return the parameters for tests, with decoded JSON, and files as name and size."""
        seen: dict[str, Any] = {}
        for name, value in self.values.items():
            seen[name] = value
            if isinstance(value, str) and value[:1] in {"{", "["}:
                with suppress(ValueError):  # a text that only looks like JSON
                    seen[name] = json.loads(value)
        for name, upload in self.uploads.items():
            seen[name] = f"<{upload.name}, {len(upload.data)} bytes>"
        return seen


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """Read the next request of a connection. Returns None if the client has closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.lower()] = value.strip()
    if "transfer-encoding" in headers:
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = first.split(" ")[1].partition("?")
    return HttpRequest(unquote(path), query, headers, body)


def parse_params(request: HttpRequest) -> Params:
    """Parse the parameters in the query string and the body, which is a form, a multipart form or JSON."""
    values: dict[str, Any] = dict(parse_qsl(request.query, keep_blank_values=True))
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/x-www-form-urlencoded"):
        values.update(parse_qsl(request.body.decode(), keep_blank_values=True))
    elif content_type.startswith("application/json") and request.body:
        try:
            values.update(json.loads(request.body))
        except ValueError:
            raise bad_request("can't parse JSON object") from None
    elif content_type.startswith("multipart/form-data"):
        fields, uploads = _multipart(request.body, content_type)
        return Params(values | fields, uploads)
    return Params(values)


def http_response(status: int, body: bytes, content_type: str = "application/json") -> bytes:
    """Return a complete response."""
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    chunks = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(chunks)


def _multipart(body: bytes, content_type: str) -> tuple[dict[str, Any], dict[str, Upload]]:
    found = BOUNDARY.search(content_type)
    if found is None:
        raise bad_request("can't find boundary of multipart/form-data")
    fields: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    delimiter = b"\r\n--" + found[1].encode()
    for part in (b"\r\n" + body).split(delimiter)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        names = dict(DISPOSITION.findall(head.decode()))
        if "filename" in names:
            uploads[names["name"]] = Upload(names["filename"], content)
        else:
            fields[names["name"]] = content.decode()
    return fields, uploads
