"""Slow clients, and many of them. The limits are shortened, so that the tests are not slow as well."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.toko_web.here import Here, app_of, read_all, serving_here
from tests.waiting import wait_until
from toko_web.service.edge import connections

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = 16 << 20


@pytest.fixture(scope="module")
def app_is_left() -> Event:
    """Is set when a route that waits for a body is told that none comes."""
    return Event()


@pytest.fixture(scope="module")
def here(data_here: Path, app_is_left: Event) -> Iterator[Here]:
    app = app_of(data_here)

    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(LARGE))

    @app.get("/wait")
    async def wait() -> None:
        await asyncio.sleep(1)

    @app.post("/read")
    async def read(request: Request) -> int:
        try:
            return len(await request.body())
        finally:
            app_is_left.set()

    with pytest.MonkeyPatch.context() as patch, serving_here(app) as running:
        patch.setattr(connections, "HEAD_SECONDS", 0.8)
        patch.setattr(connections, "BODY_SECONDS", 0.8)
        patch.setattr(connections, "ANSWER_SECONDS", 1.5)
        patch.setattr(connections, "MOST_CONNECTIONS", 20)
        patch.setattr(connections, "MOST_UNDER_WAY", 10)
        yield running


@pytest.mark.parametrize("sent", [b"", b"GET /heal", GET[:-2], GET + b"GET / HTTP/1.1\r\nHo"])
def test_a_connection_whose_request_does_not_come_is_closed(here: Here, sent: bytes) -> None:
    with here.connect(sent) as client:
        assert read_all(client).count(b"HTTP/1.1 200 OK") == sent.count(GET)


def test_bytes_that_come_one_by_one_do_not_keep_a_connection_open(here: Here) -> None:
    with here.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") as client:
        client.settimeout(0.02)
        for _ in range(1000):
            try:
                client.sendall(b"x")
                assert client.recv(1) == b""
                break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("the connection stays open")


def test_a_body_that_does_not_come_ends_the_request_without_an_error(
    here: Here, app_is_left: Event, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    assert here.exchange(head + b"x") == b""
    assert app_is_left.wait(60)
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_client_that_does_not_read_its_answer_is_cut_off(here: Here) -> None:
    request = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with here.connect(request, receive_buffer=4096) as client:
        connection = _of(here, client.getsockname())
        Event().wait(0.5)
        assert not connection.transport.is_closing()  # it may take its time, up to the limit
        while not connection.transport.is_closing():
            Event().wait(0.05)
        assert len(read_all(client)) < LARGE


def test_many_idle_connections_do_not_keep_others_out(here: Here) -> None:
    waiting = [here.connect(b"GET / HTTP") for _ in range(60)]
    try:
        with here.client() as client:
            assert client.get("/healthz").status_code == 200
        assert len(here.server.server_state.connections) <= 21
    finally:
        for connection in waiting:
            connection.close()


def test_the_connection_that_waits_longest_is_closed_first_and_one_with_a_request_last(here: Here) -> None:
    with here.connect(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", receive_buffer=4096) as busy:
        waiting = [here.connect() for _ in range(40)]
        try:
            assert busy.recv(15) == b"HTTP/1.1 200 OK"
            assert waiting[0].recv(1) == b""
            assert here.server.server_state.connections
        finally:
            for connection in waiting:
                connection.close()


def test_a_server_that_is_busy_says_so_at_once(here: Here) -> None:
    waiting = [here.connect(GET.replace(b"/healthz", b"/wait")) for _ in range(10)]
    wait_until(lambda: len(here.server.server_state.tasks) == 10, 60)
    with here.client(headers={"Accept": "text/html"}) as client:
        busy = client.get("/healthz")
        assert (busy.status_code, busy.headers["Retry-After"], "Sedang ramai" in busy.text) == (503, "2", True)
        for connection in waiting:
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            connection.close()
        wait_until(lambda: client.get("/healthz").status_code == 200, 60)  # a request ends after its response


def test_a_connection_serves_one_request_after_the_other(here: Here) -> None:
    with here.connect(GET * 3) as client:
        got = b""
        while got.count(b"ok\n") < 3:
            got += client.recv(1 << 16)
    assert got.count(b"HTTP/1.1 200 OK") == 3


def _of(here: Here, address: tuple[str, int]) -> connections.LimitedProtocol:
    """Return the server's side of a connection."""
    while True:
        for connection in list(here.server.server_state.connections):
            assert isinstance(connection, connections.LimitedProtocol)
            if connection.client == address:
                return connection
        Event().wait(0.01)
