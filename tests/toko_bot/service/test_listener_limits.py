"""The limits of the ports of the bot: sizes, times and connections, of whoever connects."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.in_thread import bot_settings, running_in_thread
from tests.toko_bot.bot.process import BUDI
from tests.toko_bot.bot.proxy import free_port
from tests.toko_bot.bot.shop import INDOMIE, publish_shop
from toko_bot.app import TokoBot, build_app
from toko_bot.service.listeners import server as limits
from toko_bot.service.listeners.server import LARGEST_BODY
from toko_bot.service.listeners.webhook import HEALTH_CHECK, SECRET_HEADER

SECRET = "rahasia_webhook_0123456789"  # noqa: S105
SECONDS, CONNECTIONS = 1.5, 20
PATIENCE = 30.0
"""Seconds until a connection counts as never closed."""
HEALTH = json.dumps({HEALTH_CHECK: "ok"}).encode()
LARGEST = HEALTH.replace(b"ok", b"o" * (LARGEST_BODY - len(HEALTH) + 2))
"""The longest body, whose response is as long."""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokoBot]:
    """A bot with a webhook and metrics, few connections, and little patience."""
    data = tmp_path_factory.mktemp("limits")
    publish_shop(data, [INDOMIE])
    with TelegramServer() as server, pytest.MonkeyPatch.context() as patch:
        for name in ("HEADER_SECONDS", "BODY_SECONDS", "REQUEST_SECONDS"):
            patch.setattr(limits, name, SECONDS)
        patch.setattr(limits, "MOST_CONNECTIONS", CONNECTIONS)
        place = f"127.0.0.1:{free_port()}"
        bot = build_app(bot_settings(
            server, data, allowed_users=str(BUDI), webhook_url=f"http://{place}/telegram", webhook_secret=SECRET,
            webhook_listen=place, metrics_port=str(free_port()),
        ))  # fmt: skip
        with running_in_thread(bot):
            server.wait_until(lambda: answers(bot), "the bot listens")
            yield bot


def answers(bot: TokoBot) -> bool:
    """Whether the bot answers a request like Telegram's."""
    try:
        response = httpx.post(
            bot.settings.webhook_url or "", content=HEALTH, headers={SECRET_HEADER: SECRET}, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return (response.status_code, response.text) == (200, "ok")


def request(*headers: str, secret: str = SECRET, path: str = "/telegram", body: bytes = b"") -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: toko", f"{SECRET_HEADER}: {secret}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def connected(bot: TokoBot, sent: bytes = b"", *, to_metrics: bool = False) -> Iterator[socket.socket]:
    port = bot.settings.metrics_port if to_metrics else bot.settings.webhook_place[1]
    with socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE) as client:
        client.sendall(sent)
        yield client


def received(client: socket.socket) -> bytes:
    """Return all that arrives until the bot closes the connection."""
    found = b""
    with suppress(ConnectionError):
        while piece := client.recv(1 << 16):
            found += piece
    return found


def status(bot: TokoBot, sent: bytes) -> int:
    """Return the status of the response, after which the bot must close the connection."""
    with connected(bot, sent) as client:
        return int(received(client).split()[1])


def slowly(pieces: Sequence[bytes]) -> Callable[[socket.socket], None]:
    """Send a byte now and then, forever."""

    def send(client: socket.socket) -> None:
        with suppress(OSError):
            for piece in pieces:
                client.sendall(piece)
                time.sleep(SECONDS / 5)

    return send


def test_a_body_is_not_waited_for_unless_the_secret_is_right(bot: TokoBot) -> None:
    """None of these sends its body, of which the bot read 100 MB before it looked at the secret."""
    begun = time.monotonic()
    for headers in (["Content-Length: 50000000"], ["Transfer-Encoding: chunked"], ["Content-Length: 10"]):
        assert status(bot, request(*headers, secret="wrong")) == 403  # noqa: S106
        assert status(bot, request(*headers, path="/other")) == 404
        assert status(bot, request(*headers).replace(b"POST", b"PUT")) == 405
    assert time.monotonic() - begun < PATIENCE
    with connected(bot, request("Expect: 100-continue", "Content-Length: 9", secret="wrong")) as client:  # noqa: S106
        assert received(client).startswith(b"HTTP/1.1 403")


def test_a_body_of_more_than_1_mb_is_rejected(bot: TokoBot) -> None:
    assert status(bot, request(f"Content-Length: {LARGEST_BODY + 1}")) == 400
    assert status(bot, request(f"Content-Length: {'9' * 5000}")) == 400
    assert status(bot, request("Transfer-Encoding: chunked", body=f"{LARGEST_BODY + 1:x}\r\n".encode())) == 400
    chunks = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
    with connected(bot, request("Transfer-Encoding: chunked")) as client:
        with suppress(ConnectionError):
            for _ in range(20):
                client.sendall(chunks)
        assert received(client)[:12] in (b"HTTP/1.1 400", b"")
    assert status(bot, request(f"Content-Length: {LARGEST_BODY}", "Connection: close", body=LARGEST)) == 200


def test_headers_are_limited(bot: TokoBot) -> None:
    with connected(bot, request(*(f"X-{number}: x" for number in range(3000)))) as client:
        assert not received(client).startswith(b"HTTP/1.1 200")
    assert answers(bot)


def test_requests_on_one_connection_are_answered_in_turn_until_one_is_rejected(bot: TokoBot) -> None:
    good = request(f"Content-Length: {len(HEALTH)}", body=HEALTH)
    bad = request(f"Content-Length: {len(HEALTH)}", body=HEALTH, secret="wrong")  # noqa: S106
    with connected(bot, good + good + bad + good) as client:
        assert re.findall(rb"HTTP/1\.1 (\d+)", received(client)) == [b"200", b"200", b"403"]


def test_slow_connections_are_closed(bot: TokoBot) -> None:
    half = [b"", b"POST /tele", request("Content-Length: 9")[:-2], request("Content-Length: 9", body=b"{")]
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(bot, sent)) for sent in half]
        clients += [stack.enter_context(connected(bot, sent, to_metrics=True)) for sent in (b"", b"GET /metr")]
        slow = stack.enter_context(connected(bot))
        slowly([b"P", b"O", b"S", b"T", *[b" "] * 20])(slow)
        for client in (*clients, slow):
            assert not received(client).startswith(b"HTTP/1.1 200")
    assert answers(bot)


def test_who_does_not_take_the_response_is_disconnected(bot: TokoBot) -> None:
    """Responses wait in the bot once the client takes none."""
    with connected(bot) as client:
        client.settimeout(SECONDS / 5)
        until = time.monotonic() + PATIENCE
        with pytest.raises(ConnectionError):
            while time.monotonic() < until:
                with suppress(TimeoutError):
                    client.sendall(request(f"Content-Length: {len(LARGEST)}", body=LARGEST))


@pytest.mark.parametrize("to_metrics", [False, True], ids=["webhook", "metrics"])
def test_the_oldest_of_too_many_connections_is_closed_and_telegram_is_heard(bot: TokoBot, to_metrics: bool) -> None:
    half = request("Content-Length: 9")[:-2]
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(bot, half, to_metrics=to_metrics)) for _ in range(3 * CONNECTIONS)]
        assert answers(bot)
        for client in clients[:CONNECTIONS]:
            assert received(client) == b""


def test_metrics_are_served_and_take_no_body(bot: TokoBot) -> None:
    url = f"http://127.0.0.1:{bot.settings.metrics_port}/metrics"
    assert "toko_bot_healthy" in httpx.get(url, trust_env=False).text
    with connected(bot, b"POST /metrics HTTP/1.1\r\nContent-Length: 1\r\n\r\n", to_metrics=True) as client:
        assert received(client).startswith(b"HTTP/1.1 400")


def test_rejected_requests_are_not_logged(bot: TokoBot, caplog: pytest.LogCaptureFixture) -> None:
    status(bot, request("Content-Length: 9", path="/rahasia"))
    status(bot, request("Content-Length: 9", secret="rahasia"))  # noqa: S106
    status(bot, b"rahasia\r\n\r\n")
    assert "rahasia" not in caplog.text
