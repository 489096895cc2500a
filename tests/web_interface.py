"""`toko dev` as an operator has it: a process group of its own, asked over its GraphQL API as the browser does."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.waiting import wait_until

START_SECONDS = 180
TOKO = Path(sys.executable).with_name("toko")


class WebInterface:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            data: dict[str, Any] = json.load(answer)["data"]
        return data


@contextmanager
def web_interface(data: Path, log: Path, **settings: str) -> Iterator[WebInterface]:
    """`toko dev` on a free port with these settings, ended as Ctrl-C ends it."""
    with web_interface_of(TOKO, data, log, settings) as web:
        yield web


@contextmanager
def web_interface_of(toko: Path, data: Path, log: Path, settings: Mapping[str, str]) -> Iterator[WebInterface]:
    """The same, of another installation's `toko`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "TOKO_DATA_DIR": str(data), "DAGSTER_HOME": str(data / "dagster"), **settings}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [toko, "dev", "--port", str(port)],
            env=environment, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        web = WebInterface(port)
        wait_until(lambda: answers(web), START_SECONDS, log)
        yield web
    finally:
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait(120)
    assert status in (0, -signal.SIGKILL), log.read_text()  # the second: a test has killed it


def answers(web: WebInterface) -> bool:
    try:
        return bool(web.ask("{ version }"))
    except (urllib.error.URLError, ConnectionError):
        return False
