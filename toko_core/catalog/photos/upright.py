"""Reads the barcode at a place that looks like bars. Only the child processes import this module."""

from collections.abc import Iterator
from dataclasses import replace

import zxingcpp
from PIL import Image, ImageFilter, ImageOps
from zxingcpp import Barcode, BarcodeFormat, BarcodeFormats

from toko_core.catalog.photos.bars import Line, Place, upright

CUT_OFF = 1
"""The percentage of the brightest and darkest pixels that a stretched contrast ignores."""
MARGIN = 0.15
"""Of the width: how much beside the bars is looked at, too."""
USED = 0.9
"""Of the height: beyond it, lines leave bars that lie askew."""
WIDTH = 500
"""Places that are narrower are enlarged, up to twice."""
STRIPS = (12, 5)
"""Into how many strips the height is averaged. It makes away with noise, and more so the fewer there are."""
STRIP_HEIGHT = 12
"""zxing reads some of the lines of a picture, so that a strip must have many."""
FEWEST_READINGS = 2
"""How many ways of looking must read the same, while none reads anything else."""


def read_place(picture: Image.Image, place: Place, formats: BarcodeFormats) -> list[tuple[Barcode, Line]]:
    """Return the barcodes at a place of a grey picture that are read for sure, with the lines across them."""
    readings = [
        (barcode, *_span(barcode, look.width))
        for look in _looks(picture, place)
        for barcode in zxingcpp.read_barcodes(
            look, formats=formats, try_rotate=False, try_downscale=False, try_invert=False
        )
        if barcode.format != BarcodeFormat.UPCE
    ]
    found = dict[str, tuple[Barcode, Line]]()
    for barcode, left, right in readings:
        texts = [other.text for other, start, end in readings if start < right and end > left]
        if len(set(texts)) == 1 and len(texts) >= FEWEST_READINGS:
            found[barcode.text] = barcode, place.part(left, right).line()
    return list(found.values())


def _span(barcode: Barcode, width: int) -> tuple[float, float]:
    """Return where a barcode begins and ends, as parts of the place's width."""
    left, right = sorted((barcode.position.top_left.x, barcode.position.top_right.x))
    return left / width * (1 + 2 * MARGIN) - MARGIN, right / width * (1 + 2 * MARGIN) - MARGIN


def _looks(picture: Image.Image, place: Place) -> Iterator[Image.Image]:
    """Yield a place upright: as it is, sharpened, and with each line averaged with its neighbours and sharpened."""
    scale = min(2.0, max(1.0, WIDTH / place.across))
    part = replace(place, across=place.across * (1 + 2 * MARGIN), along=place.along * USED)
    wide, high = round(part.across * scale), max(16, round(part.along * scale))
    plain = ImageOps.autocontrast(upright(picture, part, (wide, high)), CUT_OFF)
    yield plain
    yield plain.filter(ImageFilter.UnsharpMask(1.5 * scale, percent=200, threshold=0))
    for number in STRIPS:
        strips = plain.resize((wide, number), Image.Resampling.BOX)
        strips = strips.resize((wide, number * STRIP_HEIGHT), Image.Resampling.NEAREST)
        yield strips
        for strength in (2, 3, 4):
            yield strips.filter(ImageFilter.UnsharpMask(strength * scale, strength * 100, threshold=0))
