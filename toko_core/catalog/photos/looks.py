"""The ways in which a photo is looked at until its barcode is read. Only the child processes import this module.

zxing follows lines along and across a picture, so it misses bars that lie more askew than they are long. And it misses
what is too dark, too faint or out of focus.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps

ANGLES = (45.0, 22.5, -22.5, 0.0)
"""By how many degrees a photo is turned. Each angle also finds bars at a right angle to it, so no bars are off by more
than 11.25 degrees."""
CUT_OFF = 1
"""The percentage of the brightest and darkest pixels that a stretched contrast ignores."""
GREY = 128
MOST_ENLARGED = 1500
"""Pictures with a longer side are not enlarged: it would take half a second for each angle."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as it is looked at: turned by an angle in degrees, and enlarged."""

    picture: Image.Image
    angle: float
    scale: int

    def original(self, x: float, y: float, size: tuple[int, int]) -> tuple[float, float]:
        """Return where a point of it is in the picture of that size that was turned and enlarged."""
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        across, down = (x - self.picture.width / 2) / self.scale, (y - self.picture.height / 2) / self.scale
        return size[0] / 2 + across * cos - down * sin, size[1] / 2 + across * sin + down * cos


def further_looks(picture: Image.Image) -> Iterator[Look]:
    """Yield a grey picture turned, with more contrast, sharpened, without noise, and enlarged: the quickest first."""
    ways = [_stretched, _sharpened, _smoothed, *([_sharp_and_large] if max(picture.size) <= MOST_ENLARGED else [])]
    for prepare in ways:
        prepared = prepare(picture)
        for angle in ANGLES:
            yield Look(_turned(prepared, angle), angle, prepared.width // picture.width)


def _stretched(picture: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(picture, CUT_OFF)


def _sharpened(picture: Image.Image) -> Image.Image:
    """Return the picture with clearer edges."""
    return _stretched(picture.filter(ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0)))


def _smoothed(picture: Image.Image) -> Image.Image:
    """Return the picture without the noise of a dark photo."""
    return _stretched(picture.filter(ImageFilter.BoxBlur(1)))


def _sharp_and_large(picture: Image.Image) -> Image.Image:
    return enlarged(_sharpened(picture))


def enlarged(picture: Image.Image) -> Image.Image:
    """Return a picture twice as wide and high."""
    return picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)


def _turned(picture: Image.Image, angle: float) -> Image.Image:
    if not angle:
        return picture
    return picture.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=GREY)
