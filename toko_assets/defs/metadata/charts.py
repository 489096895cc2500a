"""The pictures in Dagster's pages: figures in, a small PNG out. matplotlib is imported when one is drawn.

Pictures show amounts as floats; whoever shows a number takes it from the decimals.
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
COLOURS = 32
"""Of the PNG: flat colours compress to a few kilobytes, and each materialisation keeps its pictures for ever."""
BINS = 40
LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class Change:
    """A selling price before and now, of a unit of a product as people know it."""

    name: str
    unit: str
    before: float
    now: float


def price_histogram(prices: NDArray[np.float64]) -> bytes:
    """How many prices (rupiah, above zero) lie where, on a logarithmic axis."""
    figure, axes = _drawing("Selling prices", height=2.8)
    if len(prices):
        low = math.floor(math.log10(prices.min()))
        high = max(math.ceil(math.log10(prices.max())), low + 1)
        axes.hist(prices, bins=np.logspace(low, high, BINS + 1).tolist(), color=BLUE)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: _short_rupiah(value))
    axes.set_ylabel("prices")
    return _png(figure)


def margin_bars(margins: Sequence[tuple[str, float]]) -> bytes:
    """Margin of each category, in percent of the selling price, in that order from the top; a loss is red."""
    figure, axes = _drawing("Margin by category, % of the selling price", height=1.0 + 0.24 * len(margins))
    shares = [share for _, share in margins]
    bars = axes.barh(range(len(margins)), shares, color=[RED if share < 0 else BLUE for share in shares])
    axes.bar_label(bars, [f"{share:.1f} %" for share in shares], padding=3, fontsize=8)
    axes.margins(x=0.12)
    _name_rows(axes, [shorten(name, LONGEST_LABEL) for name, _ in margins])
    return _png(figure)


def change_bars(changes: Sequence[Change]) -> bytes:
    """The change of each price in percent of the price before, in that order from the top; a fall is red."""
    figure, axes = _drawing("Largest price changes, % of the price before", height=1.0 + 0.24 * len(changes))
    shares = [(change.now - change.before) / change.before * 100 for change in changes]
    bars = axes.barh(range(len(changes)), shares, color=[RED if share < 0 else BLUE for share in shares])
    said = [f"{_short_rupiah(c.before)} → {_short_rupiah(c.now)}" for c in changes]
    axes.bar_label(bars, said, padding=3, fontsize=8)
    axes.margins(x=0.35)
    _name_rows(axes, [f"{shorten(change.name, LONGEST_LABEL)}, {shorten(change.unit, 8)}" for change in changes])
    return _png(figure)


def _drawing(title: str, height: float) -> "tuple[Figure, Axes]":
    """Agg by way of the figure itself: pyplot would keep every figure, and look for a screen."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), dpi=DOTS_AN_INCH, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.tick_params(labelsize=8, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _name_rows(axes: "Axes", names: Sequence[str]) -> None:
    """Names are the shop's own: a dollar sign in one begins no formula."""
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.invert_yaxis()
    axes.axvline(0, color=GREY, linewidth=0.8)


def _short_rupiah(amount: float) -> str:
    """`Rp1.5 M`: four figures."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e3, "k")):
        if amount >= limit:
            return f"Rp{amount / limit:.4g}{unit}"
    return f"Rp{amount:.4g}"


def _png(figure: "Figure") -> bytes:
    from PIL import Image

    drawn, small = BytesIO(), BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of letters that the font lacks
        figure.savefig(drawn, format="png")
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()
