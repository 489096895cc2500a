"""Runs the server in a thread of the tests' process: with routes of a test's own, or with shorter limits."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from tests.waiting import wait_until
from toko_web.app import build_app, surround
from toko_web.service.process import configure
from toko_web.settings import PageSettings

SECONDS = 120.0
"""How long a test waits for a response: the machine may be busy with other tests."""


@dataclass
class Here:
    """A server in this process."""

    server: uvicorn.Server
    thread: threading.Thread
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of the server."""
        return httpx.Client(base_url=self.url, timeout=SECONDS, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send one request, over a connection of its own."""
        with self.client() as client:
            return client.get(path, **options)

    def connect(self, sent: bytes = b"", *, receive_buffer: int | None = None) -> socket.socket:
        """Open a connection, and send something."""
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(SECONDS)
        client.connect(("127.0.0.1", self.port))
        client.sendall(sent)
        return client

    def exchange(self, sent: bytes) -> bytes:
        """Return everything that the server sends until it closes the connection."""
        with self.connect(sent) as client:
            return read_all(client)

    def stop(self) -> None:
        """Begin to stop, as after a signal."""
        self.server.should_exit = True


def settings_of(data: Path, **values: object) -> PageSettings:
    """Return settings of a data folder, whatever the environment says."""
    given: dict[str, object] = {"owner_users": frozenset(), "allowed_users": frozenset(), "toko_data_dir": data}
    return PageSettings.model_validate({**given, **values})


def app_of(data: Path, **values: object) -> FastAPI:
    """Build the app of a data folder."""
    return build_app(settings_of(data, **values))


@contextmanager
def serving_here(app: FastAPI) -> Iterator[Here]:
    """Serve an app with everything that surrounds it."""
    port = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configure(surround(app)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [port]}, daemon=True)
    here = Here(server, thread, port.getsockname()[1])
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), 60)
        yield here
    finally:
        here.stop()
        thread.join(30)
        assert not thread.is_alive()


def read_all(client: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    parts = []
    try:
        while part := client.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)
