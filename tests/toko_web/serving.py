"""Runs the pages' server as users do, as a process of its own, and asks it as a browser does."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.waiting import wait_until

OWNER, STAFF, CUSTOMER = 102, 101, 103
"""Ids of people. OWNER and STAFF are those of the settings, if a test gives people at all."""
PEOPLE = {"OWNER_USERS": str(OWNER), "ALLOWED_USERS": str(STAFF)}
NAMES = (
    "ALLOWED_HOSTS", "ALLOWED_USERS", "CATALOG_LISTEN", "CATALOG_URL", "CLOSED_DAYS", "LOG_FORMAT", "LOG_LEVEL",
    "METRICS_LISTEN", "OWNER_USERS", "PRICE_ROUNDING", "SITE_ADDRESS", "STATE_URL", "TRUSTED_PROXIES", "WEB_URL",
)  # fmt: skip


@dataclass
class RunningWeb:
    """A server, and where it is."""

    process: subprocess.Popen[bytes]
    url: str
    log_file: Path
    environment: dict[str, str]

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def client(self, **options: object) -> httpx.Client:
        """Return a client with cookies of its own. It follows no redirect unless it is told to."""
        return httpx.Client(base_url=self.url, timeout=120, **options)  # type: ignore[arg-type]

    def stop(self) -> int:
        """Stop it as Docker does. Returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running_web(data: Path, folder: Path, **settings: str) -> Iterator[RunningWeb]:
    """Run a server of a data folder, in the open mode unless `settings` name people, and wait until it responds."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    variables = {**inherited, "TOKO_DATA_DIR": str(data), "CATALOG_LISTEN": f"127.0.0.1:{free_port()}", **settings}
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / "web.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "toko_web"], env=variables, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    port = int(variables["CATALOG_LISTEN"].rpartition(":")[2])
    web = RunningWeb(process, f"http://127.0.0.1:{port}", log_file, variables)
    try:
        wait_until(lambda: process.poll() is not None or _responds(port), 60, log_file)
        assert process.poll() is None, web.log
        yield web
    finally:
        web.stop()
    assert "Traceback" not in web.log, web.log


def _responds(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
