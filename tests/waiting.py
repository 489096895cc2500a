"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from pathlib import Path


def wait_until(done: Callable[[], bool], seconds: float = 180, log: Path | None = None) -> None:
    """Wait until it is done; if that takes longer, fail with the text of the log."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, log and log.read_text()
        time.sleep(0.05)
