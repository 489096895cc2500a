"""Draws the chart in docs/benchmarks.md: our chain, the first version, and which steps grow with the history."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.drawing import INK, PALE
from benchmarks.sync.results import Case, Measured
from benchmarks.sync.run import Benchmark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARTS = (
    ("start-up", "#d0d0d0", ""),
    ("restore", "#8c2d04", ""),
    ("walk, copy, hash", "#fdae6b", "///"),
    ("everything else", "#08519c", ""),
)
"""Name, colour and hatching. The colours also differ in lightness, so that a greyscale print is readable."""
SIZES = (("#9ecae1", ""), ("#08519c", "///"))
"""Colour and hatching of the smaller and the larger history."""


def draw(benchmark: Benchmark, file: Path) -> None:
    """Draw the results for the smallest number of products, with its smallest and its largest history, into a file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    products = min(case.products for case in benchmark.cases)
    cases = [case for case in benchmark.cases if case.products == products]
    shown = [cases[0], cases[-1]] if len(cases) > 1 else cases
    figure = Figure(figsize=(9, 8.5), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, height_ratios=(1, 1.3))
    _both_ways(above, shown)
    _our_steps(below, shown)
    title = f"From a backup of {products:,} products, {shown[0].photos:.0%} with photos, to the published catalogue"
    figure.suptitle(title, color=INK, fontsize=13)
    figure.supxlabel(str(benchmark.machine), color=PALE, fontsize=7.5)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=150)


def _both_ways(axes: "Axes", cases: list[Case]) -> None:
    """Draw stacked bars: the whole time of each variant on each backup."""
    bars = [
        (f"{name}\n{case.history:,} history rows", run)
        for case in cases
        for name, run in (
            *((f"first version {way}", run) for way, run in case.theirs.items()),
            ("toko, first sync", case.first),
            ("toko, next sync", case.next),
        )
    ]
    left = [0.0] * len(bars)
    for part, (name, colour, hatch) in enumerate(PARTS):
        widths = [_parts(run)[part] for _, run in bars]
        axes.barh(range(len(bars)), widths, left=left, color=colour, hatch=hatch, edgecolor="white", label=name)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for row, (_, run) in enumerate(bars):
        axes.annotate(f"{run.whole:.1f}", (run.whole, row), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(bars)), [label for label, _ in bars], fontsize=8)
    _dress(axes, "Both ways, process start to published result (seconds)", max(run.whole for _, run in bars))


def _our_steps(axes: "Axes", cases: list[Case]) -> None:
    """Draw the steps of our first sync, with a bar for each history. Only reading the file grows."""
    rows = [[("start-up", c.first.start_up), *((s.label, s.seconds) for s in c.first.steps), ("the rest", c.first.rest)]
            for c in cases]  # fmt: skip
    height = 0.8 / len(cases)
    for number, (case, row) in enumerate(zip(cases, rows, strict=True)):
        colour, hatch = SIZES[number]
        places = [place + number * height for place in range(len(row))]
        seconds = [value for _, value in row]
        axes.barh(places, seconds, height, color=colour, hatch=hatch, edgecolor="white",
                  label=f"{case.history:,} history rows, {case.size / 1e6:,.0f} MB")  # fmt: skip
        for place, value in zip(places, seconds, strict=True):
            axes.annotate(f"{value:.2f}", (value, place), (4, 0), textcoords="offset points", va="center", fontsize=7)
    labels = [label for label, _ in rows[0]]
    axes.set_yticks([place + height * (len(cases) - 1) / 2 for place in range(len(labels))], labels, fontsize=8)
    _dress(axes, "Steps of toko's first sync (seconds)", max(value for row in rows for _, value in row))


def _parts(run: Measured) -> tuple[float, ...]:
    """Return the seconds in the order of PARTS. Their sum is the whole time."""
    restore = run.seconds("restore")
    return run.start_up, restore, run.reading_the_file, run.everything_else - restore


def _dress(axes: "Axes", title: str, longest: float) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK, pad=20)
    axes.set_xlim(0, longest * 1.08)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.015, 0.98), ncols=4, fontsize=8, frameon=False)
