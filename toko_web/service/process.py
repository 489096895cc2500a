"""Runs the server as a process: its port, its log, and its end."""

import asyncio
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from toko_core import SettingError
from toko_core.log import set_up_logging
from toko_web.service.edge.connections import LimitedProtocol
from toko_web.settings import PageSettings

log = logging.getLogger(__name__)

END_SECONDS = 8
"""How long requests under way may take after SIGTERM: Docker kills after 10 s."""
IDLE_SECONDS = 5
"""How long a connection may stay open without a request after its last one."""
BACKLOG = 512
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
REASONS = {
    errno.EADDRINUSE: "another program has it. Stop that program, or set another port",
    errno.EADDRNOTAVAIL: "this machine has no such address. Set one that it has, or 0.0.0.0 for all of them",
    errno.EACCES: "only root may open a port below 1024",
}


def start_log(settings: PageSettings) -> None:
    """Send the log to standard error, without secrets, and without what uvicorn says of each bad request."""
    secrets = [] if settings.state_url is None else [settings.state_url.get_secret_value()]
    set_up_logging(settings.log_level, settings.log_format, secrets)
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)


def open_port(settings: PageSettings) -> socket.socket:
    """Open the port of CATALOG_LISTEN. Raises SettingError."""
    host, port = settings.listen_place
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except OSError as error:
        reason = REASONS.get(error.errno or 0) or error.strerror or str(error)
        raise SettingError(f"CATALOG_LISTEN ({settings.catalog_listen}) cannot be opened: {reason}.") from None
    return opened


def serve(app: ASGIApp, settings: PageSettings, port: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, and end the requests that are under way then."""
    try:
        Server(configure(app), settings).run(sockets=[port])
    finally:
        gc.unfreeze()  # DuckDB complains at the end about objects that nobody collected


def configure(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves an app."""
    return uvicorn.Config(
        app, http=LimitedProtocol, ws="none", lifespan="on", log_config=None, access_log=False, server_header=False,
        proxy_headers=False, backlog=BACKLOG, timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=END_SECONDS,
    )  # fmt: skip


class Server(uvicorn.Server):
    """A server that says where it is, and that ends with status 0 after a signal."""

    def __init__(self, config: uvicorn.Config, settings: PageSettings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        # What is here stays. To look through it for garbage again and again would stop the server for 70 ms each time.
        gc.collect()
        gc.freeze()
        url = f"http://{self._settings.catalog_listen}/"
        log.info("The pages are at %s", url)
        if sys.stdout.isatty():
            print(f"Open {self._settings.catalog_url or url} in a browser. Ctrl-C ends the server.", flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal. uvicorn would raise it again at the end, so that the process looks killed."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)
