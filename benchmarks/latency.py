"""How long something takes: measured in seconds, shown in milliseconds."""

from collections.abc import Iterable

MILLI = 1000


def quantile(seconds: Iterable[float], share: float) -> float:
    """That which so large a share of them does not exceed; NaN of none."""
    ordered = sorted(seconds) or [float("nan")]
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
