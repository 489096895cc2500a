"""Requests that are too large."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from tests.toko_web.here import Here, app_of, serving_here
from toko_web.service.edge.connections import LARGEST_HEAD, LARGEST_REST
from toko_web.service.edge.limits import LARGEST_BODY

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def here(data_here: Path) -> Iterator[Here]:
    """A server with a route that reads bodies."""
    app = app_of(data_here)

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    with serving_here(app) as running:
        yield running


@pytest.fixture
def client(here: Here) -> Iterator[httpx.Client]:
    with here.client(headers=HTML) as client:
        yield client


def test_a_large_body_is_rejected_whether_or_not_it_says_its_size(client: httpx.Client) -> None:
    assert client.post("/read", content=bytes(LARGEST_BODY)).json() == LARGEST_BODY
    response = client.post("/read", content=bytes(LARGEST_BODY + 1))
    assert (response.status_code, "Kiriman terlalu besar" in response.text) == (413, True)

    def parts() -> Iterator[bytes]:
        for _ in range(9):
            yield bytes(LARGEST_BODY // 8)

    assert client.post("/read", content=parts()).status_code == 413
    assert client.get("/").status_code == 200  # on the same connection


def test_a_long_address_is_rejected(client: httpx.Client) -> None:
    assert client.get("/", params={"q": "x" * 3000}).status_code == 200
    response = client.get("/", params={"q": "x" * 5000})
    assert (response.status_code, "Alamat terlalu panjang" in response.text) == (414, True)


def test_many_or_large_headers_are_rejected(client: httpx.Client) -> None:
    assert client.get("/", headers={"X-Large": "x" * 15_000}).status_code == 200
    assert client.get("/", headers={"X-Large": "x" * 17_000}).status_code == 431
    assert client.get("/", headers={f"X-{number}": "1" for number in range(100)}).status_code == 431


def test_the_head_of_a_request_is_read_no_further_than_its_limit(here: Here) -> None:
    endless = here.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: " + bytes([120]) * (LARGEST_HEAD + 1))
    assert endless.startswith(b"HTTP/1.1 431 ")
    assert endless.endswith(b"\r\n\r\nThe head of the request is huge\n")
    assert here.exchange(b"GET /" + bytes([120]) * (LARGEST_HEAD + 1)).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_does_not_end_is_read_no_further_than_its_limit(here: Here) -> None:
    with here.connect(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n") as client:
        sent = 0
        with pytest.raises(OSError, match=r"reset|pipe"):
            while sent < 100 * LARGEST_REST:
                client.sendall(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
                sent += 1 << 16
    assert sent < 10 * LARGEST_REST  # what the kernel holds included


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n X-Folded: x\r\n\r\n",
        b"GET / HTTP/1.1\nHost: localhost\nX : y\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_what_is_not_one_request_is_rejected_and_the_connection_closed(here: Here, sent: bytes) -> None:
    assert here.exchange(sent).startswith(b"HTTP/1.1 400 ")


def test_no_websocket_is_opened(client: httpx.Client) -> None:
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "x" * 24,
        "Sec-WebSocket-Version": "13",
    }
    assert client.get("/", headers=asked).status_code == 200  # as if the upgrade had not been asked for
