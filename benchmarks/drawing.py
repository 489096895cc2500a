"""What the pictures share."""

import importlib.util

from toko_core.errors import PermanentError

INK, PALE = "#1b1b1b", "#6f6f6f"


def ensure_matplotlib() -> None:
    """Asked before anything is measured: a benchmark takes minutes."""
    if importlib.util.find_spec("matplotlib") is None:
        raise PermanentError("The package matplotlib is missing: run `make clean install`, or leave out --picture.")
