"""What every measured process does at its start."""

import signal


def prepare() -> None:
    """SIGINT ends the process properly, also when the benchmark runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
