"""Places a product's prices over time in a step chart: a price applies until the next one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise

from toko_core.prices.history import Series, Span, date_axis, price_axis
from toko_core.text import rupiah

WIDTH, HEIGHT = 300, 170
"""Of a plot, in units that are about as large as the pixels of a phone."""
TOP, BOTTOM, RIGHT, GAP = 10, 26, 10, 6
CHARACTER = 7.0
"""The width of a digit in the font of the axes, and a little more: fonts differ."""
MOST_LEFT = 140
DATES, DATE = 3, 76
"""The dates of an axis, and the room that one needs. At least two are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One price over time."""

    label: str
    path: str
    end: tuple[float, float] | None
    """Where its last price stands; None if the product no longer has this price."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The prices of one unit."""

    unit: str
    lines: tuple[Line, ...]
    left: float
    prices: tuple[tuple[float, str], ...]
    """The height and the text of each price of the axis."""
    dates: tuple[tuple[float, str, str], ...]
    """The place, the text and the text-anchor of each date of the axis."""

    width, height, right, bottom, gap = WIDTH, HEIGHT, WIDTH - RIGHT, HEIGHT - BOTTOM, GAP


def place_chart(series: Sequence[Series], span: Span) -> list[Plot]:
    """Return a plot for each unit. Each series has at least one price."""
    return [_plot(unit, list(lines), span) for unit, lines in groupby(series, key=lambda line: line.unit)]


def _plot(unit: str, series: Sequence[Series], span: Span) -> Plot:
    axis = price_axis(series)
    labels = [rupiah(price) for price in axis]
    left = min(2 * GAP + CHARACTER * max(map(len, labels)), MOST_LEFT)
    dates = date_axis(span, DATES if WIDTH - RIGHT - left >= DATES * DATE else 2)
    anchors = ["start", *(["middle"] * (len(dates) - 2)), "end"]

    def x(time: datetime) -> float:
        return round(left + span.share(time) * (WIDTH - RIGHT - left), 1)

    def y(price: Decimal) -> float:
        share = float((price - axis[0]) / (axis[-1] - axis[0]))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    lines = []
    for line in series:
        points = [(x(time), None if price is None else y(price)) for time, price in line.prices]
        last = points[-1][1]
        end = x(span.end)
        lines.append(Line(line.label, "".join(_steps(points, end)), None if last is None else (end, last)))
    return Plot(
        unit,
        tuple(lines),
        round(left, 1),
        tuple((y(price), label) for price, label in zip(axis, labels, strict=True)),
        tuple(
            (round(left + share * (WIDTH - RIGHT - left), 1), text, anchor)
            for (share, text), anchor in zip(dates, anchors, strict=True)
        ),
    )


def _steps(points: Sequence[tuple[float, float | None]], end: float) -> Iterator[str]:
    """Yield the path: a horizontal line for each price, a vertical one to the next, and none where there is none."""
    before: float | None = None
    for (left, height), (right, _) in pairwise([*points, (end, None)]):
        if height is not None:
            yield f"M{left:g} {height:g}" if before is None else f"V{height:g}"
            yield f"H{right:g}"
        before = height
