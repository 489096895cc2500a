"""A dead-man's switch such as healthchecks, over HTTP: it counts the requests of its addresses, and may fail."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import wait_until

PATH = "/ping/2f6c0f0e-rahasia-6d1b8c1d"
"""The address is a secret in itself."""


class Switch:
    """A running switch. `behaviour` is a status, `redirect` or `drip`: a byte of a header each tenth of a second."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{PATH}?status=up"
        self.requests: list[str] = []
        """The paths that were requested."""
        self.behaviour: int | str = 200
        self.ends = threading.Event()

    @property
    def count(self) -> int:
        """How many requests there were to its address."""
        return self.requests.count(f"{PATH}?status=up")

    def wait_for(self, count: int) -> None:
        """Wait until there were so many."""
        wait_until(lambda: self.count >= count, 60)


@contextmanager
def dead_mans_switch() -> Iterator[Switch]:
    """Run one until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            switch.requests.append(self.path)
            if switch.behaviour == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not switch.ends.is_set():
                    try:
                        self.wfile.write(b"x")
                    except OSError:
                        return
                    time.sleep(0.1)
                return
            redirects = switch.behaviour == "redirect"
            self.send_response(302 if redirects else int(switch.behaviour))
            if redirects:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    switch = Switch(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield switch
    finally:
        switch.ends.set()
        server.shutdown()
        thread.join()
        server.server_close()
