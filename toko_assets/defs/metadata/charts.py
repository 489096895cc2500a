"""Draws the charts in Dagster's asset metadata as small PNG files. matplotlib is imported when a chart is drawn.

Charts plot amounts as floats; numbers that are shown as text come from the decimals.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toko_core.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, BLUE, RED, GREY = "#1b1b1b", "#2f6fab", "#b5482f", "#8a8a8a"
WIDTH, DOTS_AN_INCH = 7.2, 90
TOP, BOTTOM, LEFT, LEFT_OF_ROWS, RIGHT = 0.3, 0.3, 0.75, 0.16, 0.12
"""Margins in inches. matplotlib's own layouts find them by drawing twice more, which took most of the time."""
COLOURS = 32
"""Colours of the PNG. Flat colours compress to a few kilobytes, and Dagster keeps all charts forever."""
BINS = 40
LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a selling price, with the names of the product and unit."""

    name: str
    unit: str
    before: float
    now: float


def price_histogram(prices: NDArray[np.float64]) -> bytes:
    """Draw a histogram of prices (rupiah, above zero), on a logarithmic axis."""
    figure, axes = _drawing("Selling prices", height=2.8)
    if len(prices):
        low = math.floor(math.log10(prices.min()))
        high = max(math.ceil(math.log10(prices.max())), low + 1)
        axes.hist(prices, bins=np.logspace(low, high, BINS + 1).tolist(), color=BLUE)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: _short_rupiah(value))
    axes.xaxis.set_minor_formatter(lambda _value, _: "")
    axes.set_ylabel("prices")
    return _png(figure)


def margin_bars(margins: Sequence[tuple[str, float]]) -> bytes:
    """Draw the margin of each category, in percent of the selling price, from top to bottom. A loss is red."""
    figure, axes = _drawing("Margin by category, % of the selling price", height=1.0 + 0.24 * len(margins))
    shares = [share for _, share in margins]
    bars = axes.barh(range(len(margins)), shares, color=[RED if share < 0 else BLUE for share in shares])
    axes.bar_label(bars, [f"{share:.1f} %" for share in shares], padding=3, fontsize=8)
    axes.margins(x=0.12)
    _name_rows(figure, axes, [shorten(name, LONGEST_LABEL) for name, _ in margins])
    return _png(figure)


def change_bars(changes: Sequence[Change]) -> bytes:
    """Draw the change of each price, in percent of the old price, from top to bottom. A decrease is red."""
    figure, axes = _drawing("Largest price changes, % of the old price", height=1.0 + 0.24 * len(changes))
    shares = [(change.now - change.before) / change.before * 100 for change in changes]
    bars = axes.barh(range(len(changes)), shares, color=[RED if share < 0 else BLUE for share in shares])
    labels = [f"{_short_rupiah(c.before)} → {_short_rupiah(c.now)}" for c in changes]
    axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.margins(x=0.35)
    _name_rows(
        figure, axes, [f"{shorten(change.name, LONGEST_LABEL)}, {shorten(change.unit, 8)}" for change in changes]
    )
    return _png(figure)


def share_line(percents: Sequence[float]) -> bytes:
    """Draw shares in percent over the last runs, the newest on the right."""
    figure, axes = _drawing("Lines at a published price, %", height=2.2)
    places = range(1 - len(percents), 1)
    axes.plot(places, percents, color=BLUE, marker="o", markersize=3)
    axes.set_ylim(max(min(percents) - 5, 0), 100)
    axes.margins(x=0.08)
    axes.set_xticks([places[0], 0], [f"{len(percents)} runs", "now"] if len(percents) > 1 else ["", "now"])
    axes.annotate(f"{percents[-1]:.1f} %", (0, percents[-1]), xytext=(4, -12), textcoords="offset points", fontsize=8)
    return _png(figure)


def _drawing(title: str, height: float) -> "tuple[Figure, Axes]":
    """Return an empty figure. pyplot would keep every figure, and look for a display."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), dpi=DOTS_AN_INCH)
    axes = figure.add_axes(_inner(height, LEFT))
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.tick_params(labelsize=8, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _inner(height: float, left: float) -> tuple[float, float, float, float]:
    """Return where the axes are in a figure, as parts of it: left, bottom, width and height."""
    return left / WIDTH, BOTTOM / height, (WIDTH - left - RIGHT) / WIDTH, (height - BOTTOM - TOP) / height


def _name_rows(figure: "Figure", axes: "Axes", names: Sequence[str]) -> None:
    """Label the rows, with the space that they need. A dollar sign in a product name must not start a formula."""
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.invert_yaxis()
    axes.axvline(0, color=GREY, linewidth=0.8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about characters that the font lacks
        widths = [label.get_window_extent().width for label in axes.get_yticklabels()]
    left = max(widths, default=0) / DOTS_AN_INCH + LEFT_OF_ROWS
    axes.set_position(_inner(figure.get_figheight(), left))


def _short_rupiah(amount: float) -> str:
    """Format an amount with four significant digits: `Rp1.5 M`."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e3, "k")):
        if amount >= limit:
            return f"Rp{amount / limit:.4g}{unit}"
    return f"Rp{amount:.4g}"


def _png(figure: "Figure") -> bytes:
    """Draw the figure once; its `savefig` would draw it twice."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas, small = FigureCanvasAgg(figure), BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        canvas.draw()  # type: ignore[no-untyped-call]
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba()))  # type: ignore[no-untyped-call]
    drawn.convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()
