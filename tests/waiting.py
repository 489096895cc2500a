"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from pathlib import Path

SHORTEST, LONGEST = 0.05, 1.0
"""Seconds between two looks."""
IDLE = 4
"""A pause is so many times as long as the look before it: asking Dagster all the time would take a core from its
runs."""


def wait_until(
    done: Callable[[], bool], seconds: float = 180, log: Path | None = None, *, longest: float = LONGEST
) -> None:
    """Wait until it is done; if that takes longer, fail with the text of the log.

    `longest` is the longest pause, in seconds, between two looks.
    """
    deadline = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        if done():
            return
        now = time.monotonic()
        assert now < deadline, log and log.read_text()
        time.sleep(min(longest, max(SHORTEST, IDLE * (now - begun))))
