"""Draws a product's prices over time as a step chart: since a price applies until the next one. It uses no Telegram."""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from toko_core.prices.history import MOST_DATES, Series, Span, date_axis, label_date, price_axis
from toko_core.text import rupiah

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDTH = 900
"""In pixels. On a phone, the font is then about as large as the text below the chart."""
FONT_SIZE = 28
HEIGHTS = (440, 330, 260)
"""The height of a plot if there are one, two or three of them."""
MARGIN, GAP, ROW = 32, 14, 48
"""Pixels around plots, between a text and its mark, and from one row of a legend to the next."""
LINE, DOT, GRID = 6, 9, 2
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
"""The palette of Okabe and Ito, which colour-blind people can distinguish too."""
INK, FAINT, PAPER = "#444444", "#dddddd", "#ffffff"
PNG_COLORS = 64
"""With this palette the file has a third of the bytes of a full-colour PNG."""


@dataclass(frozen=True, slots=True)
class _Plot:
    """Series with their colours, and the position of their plot."""

    lines: Sequence[tuple[Series, str]]
    axis: Sequence[Decimal]
    left: int
    top: int
    bottom: int

    def x(self, share: float) -> int:
        return self.left + round(share * (WIDTH - MARGIN - self.left))

    def y(self, price: Decimal) -> int:
        return self.bottom - round((price - self.axis[0]) / (self.axis[-1] - self.axis[0]) * (self.bottom - self.top))


def draw_chart(series: Sequence[Series], span: Span) -> bytes:
    """Draw a PNG of at most MOST_SERIES series of at most MOST_UNITS units. Each series has at least one price.

    Several series have a legend. Pillow is loaded with the first chart: it takes 6 MB.
    """
    from PIL import Image, ImageDraw

    plots = list(_plots(series))
    bottom = plots[-1].bottom
    image = Image.new("RGB", (WIDTH, bottom + 2 * GAP + FONT_SIZE + MARGIN), PAPER)
    draw = ImageDraw.Draw(image)
    for plot in plots:
        if len(series) > 1:
            _draw_legend(draw, plot)
        _draw_axes(draw, plot, span)
        for line, color in reversed(plot.lines):  # the first one is drawn on top
            _draw_line(draw, plot, line, color, span)
    _draw_dates(draw, plots[-1], span)
    made = io.BytesIO()
    few = image.quantize(PNG_COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(made, "PNG", optimize=True)
    return made.getvalue()


def _plots(series: Sequence[Series]) -> Iterator[_Plot]:
    """Yield a plot for each unit, one below the other."""
    colored = zip(series, COLORS, strict=False)
    units = [list(lines) for _, lines in groupby(colored, key=lambda item: item[0].unit)]
    axes = [price_axis([line for line, _ in lines]) for lines in units]
    left = MARGIN + GAP + max(_width(rupiah(price)) for axis in axes for price in axis)
    bottom = 0
    for lines, axis in zip(units, axes, strict=True):
        rows = 1 + max(row for *_, row in _legend(lines, left)) if len(series) > 1 else 0
        top = bottom + MARGIN + rows * ROW
        bottom = top + HEIGHTS[len(units) - 1]
        yield _Plot(lines, axis, left, top, bottom)


def _legend(lines: Sequence[tuple[Series, str]], left: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield label, colour, left edge and row (from 0) of each entry, with as many in a row as fit."""
    x, row = left, 0
    for line, color in lines:
        label = _plain(line.label)
        width = FONT_SIZE + GAP + _width(label)
        if x > left and x + width > WIDTH - MARGIN:
            x, row = left, row + 1
        yield label, color, x, row
        x += width + 2 * GAP


def _draw_legend(draw: "ImageDraw.ImageDraw", plot: _Plot) -> None:
    legend = list(_legend(plot.lines, plot.left))
    top = plot.top - ROW * (1 + legend[-1][-1])
    for label, color, x, row in legend:
        middle = top + row * ROW + FONT_SIZE // 2
        draw.rectangle((x, middle - LINE, x + FONT_SIZE, middle + LINE), color)
        draw.text((x + FONT_SIZE + GAP, middle), label, INK, _font(), anchor="lm")


def _draw_axes(draw: "ImageDraw.ImageDraw", plot: _Plot, span: Span) -> None:
    for price in plot.axis:
        y = plot.y(price)
        draw.line((plot.x(0), y, plot.x(1), y), INK if y == plot.bottom else FAINT, GRID)
        draw.text((plot.left - GAP, y), rupiah(price), INK, _font(), anchor="rm")
    for share, _ in _dates(plot, span):
        draw.line((plot.x(share), plot.bottom, plot.x(share), plot.bottom + GAP), INK, GRID)


def _draw_line(draw: "ImageDraw.ImageDraw", plot: _Plot, line: Series, color: str, span: Span) -> None:
    before: int | None = None
    for (time, price), (until, _) in pairwise([*line.prices, (span.end, None)]):
        y = None if price is None else plot.y(price)
        x, end = plot.x(span.share(time)), plot.x(span.share(until))
        if y is not None:
            draw.line((x - LINE // 2, y, end + LINE // 2, y), color, LINE)
            if before is not None:
                draw.line((x, before, x, y), color, LINE)
        before = y
    if before is not None:
        draw.circle((plot.x(1), before), DOT, color)


def _draw_dates(draw: "ImageDraw.ImageDraw", plot: _Plot, span: Span) -> None:
    for share, text in _dates(plot, span):
        x = plot.x(share) - round(share * _width(text))  # the first starts at its mark, the last ends at its mark
        draw.text((x, plot.bottom + 2 * GAP), text, INK, _font())


def _dates(plot: _Plot, span: Span) -> list[tuple[float, str]]:
    """Return the dates on the axis: their position as a share of the width, and their text.

    They are at equal distances, as many as fit, but at least two.
    """
    room = (plot.x(1) - plot.left) // (_width(label_date(span.end, span)) + GAP)
    return date_axis(span, min(MOST_DATES, max(room, 2)))


def _plain(text: str) -> str:
    """Convert a text to ASCII, which is all that the font has."""
    return unicodedata.normalize("NFKD", text.replace("×", " x")).encode("ascii", "ignore").decode()


def _width(text: str) -> int:
    return round(_font().getlength(text))


@cache
def _font() -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    """Load Pillow's built-in font, which needs no font files."""
    from PIL import ImageFont

    return ImageFont.load_default(FONT_SIZE)
