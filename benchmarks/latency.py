"""Latencies, measured in seconds and shown in milliseconds."""

from collections.abc import Iterable

MILLI = 1000


def quantile(seconds: Iterable[float], share: float) -> float:
    """Return the value that this share of the latencies does not exceed; NaN if there are none."""
    ordered = sorted(seconds) or [float("nan")]
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
