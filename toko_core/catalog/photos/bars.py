"""Finds what looks like the bars of a barcode in a photo. Only the child processes import this module.

Bars are a compact block whose brightness changes in one direction only, on each line across it in the same way, and at
uneven distances. Text changes in several directions, and stripes at even distances.
"""

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from PIL import Image, ImageChops, ImageFilter

CELLS = 107
"""How many cells the longest side of a picture is divided into. They are 12 pixels wide in a photo from Telegram."""
FLAT, ABOVE_NOISE = 0.2, 0.3
"""The part of the cells that show nothing but noise, and by which part of its energy others are above it."""
FAINTEST = 0.03
"""The least that brightness changes from pixel to pixel, as the mean of a cell, as a part of the picture's contrast."""
ONE_WAY = 0.45
"""The least part of the changes that is in one direction. Text has 0.1 to 0.4, bars have 0.5 to 1."""
ALIKE = 0.9
"""The cosine of twice the angle that neighbouring cells of a block may differ by: 13 degrees."""
FEWEST_CELLS = 14
LEAST_FILLED, WELL_FILLED, COMPACT = 0.45, 0.68, 0.75
"""The parts of a block's rectangle that its cells fill: if it may be bars, if it may clearly be bars, and if it is one
block. Others are bars and what touches them, and are also divided."""
STEP = 1.7
"""By how much stronger than the weakest cells of such a block the cells of its parts are."""
SMALLEST = (50.0, 16.0)
"""The least size of a block across and along its bars, in pixels."""
LINES, AVERAGED, USED = 7, 4, 0.7
"""How many lines across a block are compared, how many rows of pixels are averaged to one of them against noise, and
which part of the height they are spread over."""
LONGEST_LINE = 320
FEWEST_EDGES, UNEVEN, SAME = 15, 0.25, 0.5
"""What lines across bars have: edges (an EAN-8 has 44, of which blur leaves half), the deviation of the distances
between them as a part of their mean (stripes have 0.05 to 0.2, bars 0.28 to 0.7), and their correlation."""
CLEAR = ((40, UNEVEN, 0.3), (23, UNEVEN, SAME), (18, 0.35, 0.9))
"""How many edges a clear barcode has, how uneven and how much the same its lines are."""
FLATTEST, TALLEST = 0.15, 0.95
"""How high the bars of a clear barcode are, as a part of its width."""
QUICKLY = 0.7
"""Which part of that the line across the middle must have."""
APART, MOST_SHIFTED = 3, 6
"""How many lines two that are compared are apart, and by how many pixels one may be shifted."""
TALLER_THAN_TEXT = 75.0
NEARBY, EDGE = 16, 0.06
"""An edge is where a line crosses its own mean over a part of its length to both sides, by a part of its contrast."""
LEAST_LEFT = 0.2
"""The least part of a place's width, beside a barcode that was read, that may be another one."""
BESIDE, ABOVE = 0.15, 0.4
"""How far, as a part of its length, from a line that was read what looks like bars belongs to the same barcode."""

Point = tuple[float, float]
Line = tuple[Point, Point]
Cells = dict[int, complex]
"""Numbers of cells, and the direction of the changes in each: its angle is twice theirs, its length their strength."""


@dataclass(frozen=True, slots=True)
class Place:
    """A block of bars in a picture: its middle, its size across and along the bars, and the angle of a line across."""

    middle: Point
    across: float
    along: float
    angle: float
    is_clear: bool = True
    """Whether it is a barcode even if nobody can read it."""

    def line(self) -> Line:
        """Return the ends of the line across the middle of the bars."""
        x, y = self.middle
        far, down = math.cos(self.angle) * self.across / 2, math.sin(self.angle) * self.across / 2
        return (x - far, y - down), (x + far, y + down)

    def is_of(self, line: Line) -> bool:
        """Return whether the bars are of the barcode that was read along a line, which may lie askew."""
        (left, top), (right, bottom) = (self._seen(point) for point in line)
        far, off = abs(left + right) / 2, abs(top + bottom) / 2
        length = abs(right - left)
        points = ((left + part * (right - left), top + part * (bottom - top)) for part in (0.2, 0.5, 0.8))
        return (far <= length * (0.5 + BESIDE) and off <= length * ABOVE) or any(
            abs(x) <= self.across / 2 and abs(y) <= self.along / 2 for x, y in points
        )

    def part(self, start: float, end: float) -> "Place":
        """Return the place between two lines along the bars, named by parts of the width."""
        away = self.across * ((start + end) / 2 - 0.5)
        middle = self.middle[0] + away * math.cos(self.angle), self.middle[1] + away * math.sin(self.angle)
        return replace(self, middle=middle, across=self.across * (end - start))

    def without(self, lines: Iterable[Line]) -> "Iterator[Place]":
        """Yield what is left of the place beside barcodes that were read along these lines."""
        of_it = filter(self.is_of, lines)
        spans = [sorted(self._seen(point)[0] / self.across + 0.5 for point in line) for line in of_it]
        start = 0.0
        for left, right in [*sorted(spans), [1.0, 1.0]]:
            if not spans or left - start > LEAST_LEFT:
                yield self.part(start, min(left, 1.0))
            start = max(start, right)

    def _seen(self, point: Point) -> Point:
        """Return where a point is, across and along the bars, from the middle."""
        x, y = point[0] - self.middle[0], point[1] - self.middle[1]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return x * cos + y * sin, y * cos - x * sin


def find_bars(picture: Image.Image, read: Sequence[Line] = ()) -> list[Place]:
    """Return the places in a grey picture that may be bars, the clear and large ones first.

    `read` are lines across barcodes that were read, which are left out.
    """
    places = [place for block in _blocks(picture) for place in parts_with_bars(picture, block, read)]
    return sorted(places, key=lambda place: (not place.is_clear, -place.across * place.along))


def parts_with_bars(picture: Image.Image, place: Place, read: Iterable[Line]) -> list[Place]:
    """Return what may be bars of a place, beside the barcodes that were read along lines."""
    judged = (_judged(picture, part) for part in place.without(read))
    return [part for part in judged if part is not None]


def _judged(picture: Image.Image, place: Place) -> Place | None:
    """Return the place and whether it clearly is a barcode, or None if it cannot be one."""
    if place.across < SMALLEST[0] or place.along < SMALLEST[1]:
        return None
    middle = _edges(_lines(picture, replace(place, along=place.along * USED / LINES), 1)[0])
    if len(middle) < QUICKLY * FEWEST_EDGES or _unevenness(middle) < QUICKLY * UNEVEN:  # most stripes
        return None
    lines = _lines(picture, replace(place, along=place.along * USED), LINES)
    edges = [_edges(line) for line in lines]
    number, uneven = statistics.median(map(len, edges)), statistics.median(map(_unevenness, edges))
    if number < FEWEST_EDGES or uneven < UNEVEN:
        return None
    same = statistics.median(_sameness(*two) for two in zip(lines, lines[APART:], strict=False))
    if same < SAME and place.along < TALLER_THAN_TEXT:
        return None
    looks = any(number >= edges and uneven >= unevenness and same >= sameness for edges, unevenness, sameness in CLEAR)
    is_clear = place.is_clear and looks and FLATTEST <= place.along / place.across <= TALLEST
    return replace(place, is_clear=is_clear)


def upright(picture: Image.Image, place: Place, size: tuple[int, int]) -> Image.Image:
    """Return a place as a picture of that size, its bars upright."""
    across, along = place.across / size[0], place.along / size[1]
    cos, sin = math.cos(place.angle), math.sin(place.angle)
    right, up, down, below = across * cos, -along * sin, across * sin, along * cos
    x = place.middle[0] - right * size[0] / 2 - up * size[1] / 2
    y = place.middle[1] - down * size[0] / 2 - below * size[1] / 2
    return picture.transform(
        size, Image.Transform.AFFINE, (right, up, x, down, below, y), Image.Resampling.BILINEAR, fillcolor=255
    )


def _blocks(picture: Image.Image) -> Iterator[Place]:
    """Yield the compact blocks of a picture that change in one direction."""
    size = max(2, math.ceil(max(picture.size) / CELLS))
    cells, width = _directions(picture, size)
    groups = list(_connected(cells, width))
    while groups:
        group = groups.pop()
        place, filled = _rectangle(group, width, size)
        if place.across < SMALLEST[0] or place.along < SMALLEST[1]:
            continue
        if filled >= LEAST_FILLED:
            yield replace(place, is_clear=filled >= WELL_FILLED)
        if filled >= COMPACT:
            continue
        least = min(map(abs, group.values())) * STEP
        groups += _connected({cell: way for cell, way in group.items() if abs(way) >= least}, width)


def _directions(picture: Image.Image, size: int) -> tuple[Cells, int]:
    """Return the cells that change in one direction, and the number of cells in a row.

    It is the structure tensor of each cell without the noise that all cells have, from every second row of pixels.
    """
    wide, high = picture.width, picture.height // 2
    rows = Image.frombuffer("L", (2 * wide, high), picture.tobytes(), "raw", "L", 0, 1)  # two rows in each of its rows
    here, below = rows.crop((0, 0, wide, high)), rows.crop((wide, 0, 2 * wide, high))
    right, beyond = (rows.crop((1, 0, wide, high)) for rows in (here, below))
    changes = [
        ImageChops.difference(one, other)
        .reduce((size, size // 2), (0, 0, wide - 1, high))
        .filter(ImageFilter.BoxBlur(1))
        for one, other in ((right, here), (below, here), (beyond, here), (right, below))
    ]
    both = ImageChops.add(changes[0], changes[1])
    noise = _quantile(both, FLAT) ** 2 / 2
    dark = here.reduce(4)
    least = max(2.0, (FAINTEST * (_quantile(dark, 0.99) - _quantile(dark, 0.01))) ** 2, noise * ABOVE_NOISE)
    strong, cells = math.sqrt(noise + least), {}
    all_across, all_down, all_falling, all_rising = (change.tobytes() for change in changes)
    for cell in [cell for cell, change in enumerate(both.tobytes()) if change >= strong]:
        across, down = all_across[cell] ** 2, all_down[cell] ** 2
        energy = across + down - noise
        if energy >= least:
            way = complex(across - down, (all_falling[cell] ** 2 - all_rising[cell] ** 2) / 2)
            if abs(way) >= ONE_WAY * energy:
                cells[cell] = way
    return cells, changes[0].width


def _quantile(picture: Image.Image, part: float) -> int:
    counts = list(accumulate(picture.histogram()))
    return next(value for value, count in enumerate(counts) if count >= counts[-1] * part)


def _connected(cells: Cells, width: int) -> Iterator[Cells]:
    """Yield the groups of neighbouring cells whose directions are alike."""
    left = dict(cells)
    while left:
        group = dict([left.popitem()])
        todo = list(group)
        while todo:
            cell = todo.pop()
            way, column = group[cell], cell % width
            for near in (cell - (column > 0), cell + (column < width - 1), cell - width, cell + width):
                other = left.get(near)
                if other is not None and (way * other.conjugate()).real > ALIKE * abs(way) * abs(other):
                    group[near] = left.pop(near)
                    todo.append(near)
        if len(group) >= FEWEST_CELLS:
            yield group


def _rectangle(group: Cells, width: int, size: int) -> tuple[Place, float]:
    """Return the rectangle around all but the outermost of the cells, and the part of it that cells fill."""
    mean = sum(way / abs(way) for way in group.values())
    angle = math.atan2(mean.imag, mean.real) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    middles = [(cell % width + 0.5, cell // width + 0.5) for cell in group]
    across, along = sorted(x * cos + y * sin for x, y in middles), sorted(y * cos - x * sin for x, y in middles)
    outermost = len(group) // 50
    left, right = across[outermost] - 0.5, across[-1 - outermost] + 0.5
    top, bottom = along[outermost] - 0.5, along[-1 - outermost] + 0.5
    u, v = (left + right) / 2 * size, (top + bottom) / 2 * size
    place = Place((u * cos - v * sin, u * sin + v * cos), (right - left) * size, (bottom - top) * size, angle)
    return place, len(group) / ((right - left) * (bottom - top))


def _lines(picture: Image.Image, place: Place, number: int) -> list[bytes]:
    """Return lines across a place, each averaged."""
    wide = min(round(place.across), LONGEST_LINE)
    rows = upright(picture, place, (wide, number * AVERAGED))
    pixels = rows.resize((wide, number), Image.Resampling.BOX).tobytes()
    return [pixels[start : start + wide] for start in range(0, len(pixels), wide)]


def _edges(line: bytes) -> list[float]:
    """Return where a line crosses its own mean, between pixels."""
    reach = len(line) // NEARBY
    least, sums = (max(line) - min(line)) * EDGE, list(accumulate(line, initial=0))
    found, place, side, before = [], 0.0, 0, 0.0
    for pixel, value in enumerate(line):
        start, end = max(0, pixel - reach), min(len(line), pixel + reach + 1)
        now = value - (sums[end] - sums[start]) / (end - start)
        if now * before < 0:
            place = pixel - now / (now - before)
        if abs(now) > least and (now > 0) != (side > 0):
            if side:
                found.append(place)
            side = 1 if now > 0 else -1
        before = now or before
    return found


def _unevenness(edges: Sequence[float]) -> float:
    """Return how much the distances from each edge to the next but one differ, as a part of their mean."""
    distances = [after - edge for edge, after in zip(edges, edges[2:], strict=False)]
    return statistics.pstdev(distances) / statistics.fmean(distances) if distances else 0.0


def _sameness(line: bytes, other: bytes) -> float:
    """Return the correlation of two lines, one of them shifted to where it is highest."""
    return max(_correlation(*two) for two in _shifted(line, other))


def _shifted(line: bytes, other: bytes) -> Iterable[tuple[bytes, bytes]]:
    for shift in range(-MOST_SHIFTED, MOST_SHIFTED + 1):
        yield line[max(0, shift) : len(line) + min(0, shift)], other[max(0, -shift) : len(line) - max(0, shift)]


def _correlation(line: bytes, other: bytes) -> float:
    try:
        return statistics.correlation(line, other)
    except statistics.StatisticsError:  # one of them is of one brightness
        return 0.0
