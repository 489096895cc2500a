"""Whom a proxy passed a request on for."""

import asyncio
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from tests.toko_web.here import app_of, serving_here
from toko_web.service.edge.clients import Clients

FAR, OTHER = "203.0.113.9", "198.51.100.7"
LOCAL = "127.0.0.1"


@pytest.mark.parametrize(
    ("trusted", "passed_on", "client"),
    [
        ((), [FAR], LOCAL),
        (("10.0.0.0/8",), [FAR], LOCAL),
        (("127.0.0.1",), [], LOCAL),
        (("127.0.0.1",), [FAR], FAR),
        (("localhost",), [FAR], FAR),  # a name, as that of the proxy's container
        (("no-such-host.invalid",), [FAR], LOCAL),
        (("127.0.0.0/8",), [f"{OTHER}, {FAR}"], FAR),  # the client wrote the first one itself
        (("127.0.0.0/8",), [OTHER, FAR], FAR),
        (("127.0.0.0/8", "198.51.100.0/24"), [f"{FAR}, {OTHER}"], FAR),
        (("127.0.0.0/8",), [f"{FAR}:51234"], FAR),
        (("127.0.0.0/8",), ["[2001:db8::1]:443"], "2001:db8::1"),
        (("127.0.0.0/8",), ["unknown"], LOCAL),
        (("127.0.0.0/8",), [f"{FAR}, <script>"], LOCAL),
    ],
)
def test_the_client_is_the_one_that_the_last_trusted_proxy_names(
    trusted: tuple[str, ...], passed_on: list[str], client: str
) -> None:
    found = asyncio.run(_client(trusted, [(b"x-forwarded-for", value.encode()) for value in passed_on]))
    assert found == client


def test_a_trusted_proxy_also_says_whether_its_client_uses_https(data_here: Path) -> None:
    app = app_of(data_here, trusted_proxies=frozenset({"localhost"}))

    @app.get("/who")
    async def who(request: Request) -> str:
        return f"{request.client and request.client.host} {request.url.scheme}"

    with serving_here(app) as here, here.client() as client:
        assert client.get("/who", headers={"X-Forwarded-Proto": "https"}).json() == "127.0.0.1 http"
        passed_on = {"X-Forwarded-For": FAR, "X-Forwarded-Proto": "https"}
        assert client.get("/who", headers=passed_on).json() == f"{FAR} https"


async def _client(trusted: tuple[str, ...], headers: list[tuple[bytes, bytes]]) -> str:
    """Return the client that an app sees."""
    seen: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["client"][0])

    async def receive() -> Message:
        return {}

    async def send(_: Message) -> None: ...

    scope = {"type": "http", "client": (LOCAL, 51234), "headers": headers, "scheme": "http"}
    await Clients(app, trusted)(scope, receive, send)
    return seen[0]
