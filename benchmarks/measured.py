"""Set-up code that every measured process runs first."""

import signal


def prepare() -> None:
    """Let SIGINT end the process cleanly, even if the benchmark runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
