"""Colours and checks that the charts share."""

import importlib.util

from toko_core import PermanentError

INK, PALE = "#1b1b1b", "#6f6f6f"


def ensure_matplotlib() -> None:
    """Raise PermanentError if matplotlib is missing. Call it before measuring, because a benchmark takes minutes."""
    if importlib.util.find_spec("matplotlib") is None:
        raise PermanentError("The package matplotlib is missing: run `make clean install`, or leave out --picture.")
