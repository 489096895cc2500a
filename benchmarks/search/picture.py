"""Draws the chart in docs/benchmarks.md: the time of the slowest searches against the share of answered ones."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import INK, PALE
from benchmarks.latency import MILLI
from benchmarks.search.results import Benchmark, Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

LOOKS = {
    "toko": ("#08519c", "o"),
    "tantivy": ("#d94801", "s"),
    "tantivy4": ("#fdae6b", "s"),
    "fts5": ("#238b45", "^"),
    "pg_trgm": ("#c51b8a", "P"),
    "rapidfuzz": ("#6a51a3", "D"),
    "duckdb": ("#b8860b", "v"),
    "pandas": ("#6f6f6f", "X"),
}
"""The colour and marker of each engine. The markers differ so that a greyscale print is readable."""
AREA = 45
"""The area of the marker for the smallest size, in square points. Each larger size has twice as much."""


RECALLS = (0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1)
"""The labels of the axis. It uses the square root of the missed share, because most engines miss little."""


def draw(benchmark: Benchmark, file: Path) -> None:
    """Draw a point for each engine and size. A line joins the points of an engine in the order of sizes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    sizes = [case.names for case in benchmark.cases]
    for name, points in benchmark.engines.items():
        _engine(axes, name, points, sizes)
    _dress(axes)
    figure.suptitle(f"Searches in {', '.join(f'{size:,}' for size in sizes)} product names", color=INK, fontsize=13)
    figure.supxlabel(f"{benchmark.machine}; {benchmark.source}", color=PALE, fontsize=7.5)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=150)


def _engine(axes: "Axes", name: str, points: list[Measured], sizes: list[int]) -> None:
    colour, marker = LOOKS[name]
    times = [point.served.latency.p99 * MILLI for point in points]
    recalls = [point.served.recall for point in points]
    areas = [AREA * 2 ** sizes.index(point.names) for point in points]
    axes.plot(times, recalls, color=colour, linewidth=1.2, alpha=0.6)
    axes.scatter(times, recalls, areas, color=colour, marker=marker, edgecolor="white", label=name, zorder=3)
    for point, time, recall in zip(points, times, recalls, strict=True):
        axes.annotate(_short(point.names), (time, recall), (0, -13), textcoords="offset points",
                      ha="center", fontsize=7, color=colour)  # fmt: skip


def _dress(axes: "Axes") -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("p99 of a search on one core, milliseconds (logarithmic): further left is faster", color=INK)
    axes.set_ylabel("recall@10, mean of the main kinds, stretched towards 1", color=INK)
    axes.set_yscale("function", functions=(_stretched, _recall))
    axes.set_yticks(RECALLS, [f"{recall:g}" for recall in RECALLS])
    axes.margins(0.08)
    axes.grid(color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(LOOKS), fontsize=8, frameon=False)


def _stretched(recall: Floats) -> Floats:
    """Return the position on the axis: minus the square root of the missed share."""
    return -np.sign(1 - recall) * np.sqrt(np.abs(1 - recall))


def _recall(height: Floats) -> Floats:
    """Return the inverse of `_stretched`."""
    return 1 + np.sign(height) * height**2


def _short(names: int) -> str:
    """Format a number of names like 10k or 1M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if names >= size:
            return f"{names / size:.3g}{letter}"
    return str(names)
