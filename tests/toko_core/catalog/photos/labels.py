"""Photos of barcodes as phones take them: turned, tilted, on a bottle, blurred, dark, small, compressed by Telegram.

A seed makes the same photo again.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from zxingcpp import BarcodeFormat

from tests.toko_core.catalog.photos.scenes import Scene

Pixels = NDArray[np.float32]
PHOTO = (1280, 960)
"""The largest photo that Telegram passes on. A photo that is sent as a file keeps its size."""
SHARPER = 4
"""Pixels of a drawn label for each one of the photo, so that tilting it draws no edges that a camera would not."""


@dataclass(frozen=True)
class Symbol:
    """A barcode with its quiet zone. `height` is that of its bars, as a part of its width."""

    text: str
    kind: BarcodeFormat = BarcodeFormat.EAN13
    height: float = 0.5
    module: float = 3.5
    """The width of its narrowest bar, in pixels of the photo."""


@dataclass(frozen=True)
class Shot:
    """How a photo was taken. Lengths are in pixels, unless another unit is named."""

    turned: float = 0
    tilt: float = 0
    """By how many degrees the camera looks from the side."""
    bend: float = 0
    """How much of a bottle's visible half the label goes around, up to 1."""
    blur: float = 0
    """The spread of a lens that is out of focus, in modules."""
    shake: float = 0
    """How far the hand moved, in modules."""
    light: float = 1
    """How bright: the part of the full light."""
    contrast: float = 1
    """The part of the full contrast that a faded print has."""
    noise: float = 3
    """The spread of the sensor's noise, of 255."""
    glare: float = 0
    """How bright a lamp is mirrored, of 255."""
    quality: int = 85
    """Of the JPEG."""
    size: tuple[int, int] = PHOTO
    text: bool = field(default=True)
    """Whether texts and stripes are printed around the label."""
    scene: Scene | None = None
    """What lies around the label instead."""


def take_photo(symbols: Sequence[Symbol], shot: Shot, seed: int, *, kind: str = "JPEG") -> bytes:
    """Return a photo of a package with these barcodes side by side."""
    rng = np.random.default_rng(seed)
    scale = max(symbols[0].module, 1.0)
    pixels = _package(symbols, shot, rng)
    pixels = _blurred(pixels, shot, scale, rng)
    pixels = _lit(pixels, shot, rng)
    made = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(made, kind, quality=shot.quality)
    return made.getvalue()


def draw(symbol: Symbol, module: int) -> Image.Image:
    """Draw a symbol, its narrowest bar `module` pixels wide, with a quiet zone around it."""
    barcode = zxingcpp.create_barcode(symbol.text, symbol.kind)
    image = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=module)))
    if symbol.kind is not BarcodeFormat.QRCode:
        image = image.resize((image.width, max(8, round(image.width * symbol.height))), Image.Resampling.NEAREST)
    framed = Image.new("L", (image.width + 4 * module, image.height + 12 * module), 255)
    framed.paste(image, (2 * module, 6 * module))
    return framed


def _package(symbols: Sequence[Symbol], shot: Shot, rng: np.random.Generator) -> Pixels:
    """Return the scene in the photo's size: a package with prints, and the label on it."""
    drawn = [draw(symbol, max(1, round(symbol.module * SHARPER / 2))) for symbol in symbols]
    drawn = [_wrapped(image, shot.bend) if shot.bend else image for image in drawn]
    gap = round(8 * symbols[0].module * SHARPER / 2)
    width = sum(image.width for image in drawn) + gap * (len(drawn) - 1)
    label = Image.new("L", (width, max(image.height for image in drawn)), 255)
    left = 0
    for image in drawn:
        label.paste(image, (left, (label.height - image.height) // 2))
        left += image.width + gap
    wide, high = shot.size
    picture = _prints(shot, rng)
    center = (wide / 2 + rng.uniform(-0.06, 0.06) * wide, high / 2 + rng.uniform(-0.06, 0.06) * high)
    large = (wide * SHARPER // 2, high * SHARPER // 2)
    coefficients = _to_label(label.size, (center[0] * SHARPER / 2, center[1] * SHARPER / 2), shot, rng)
    placed = label.transform(large, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    mask = Image.new("L", label.size, 255).transform(large, Image.Transform.PERSPECTIVE, coefficients)
    picture.paste(placed.resize(shot.size, Image.Resampling.BOX), mask=mask.resize(shot.size, Image.Resampling.BOX))
    return np.asarray(picture, np.float32)


def _to_label(size: tuple[int, int], center: tuple[float, float], shot: Shot, rng: np.random.Generator) -> list[float]:
    """Return the eight coefficients that map a place in the photo to one on the label, through a tilted camera."""
    wide, high = size
    turn, tilt, side = math.radians(shot.turned), math.radians(shot.tilt), rng.uniform(0, 2 * math.pi)
    far = 2.5 * max(wide, high)
    places = []
    for x, y in ((-wide / 2, -high / 2), (wide / 2, -high / 2), (wide / 2, high / 2), (-wide / 2, high / 2)):
        along, across = x * math.cos(side) + y * math.sin(side), y * math.cos(side) - x * math.sin(side)
        depth = far / (far + along * math.sin(tilt))
        along, across = along * math.cos(tilt) * depth, across * depth
        x, y = along * math.cos(side) - across * math.sin(side), along * math.sin(side) + across * math.cos(side)
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        places.append((center[0] + x, center[1] + y))
    corners = ((0, 0), (wide, 0), (wide, high), (0, high))
    rows, values = [], []
    for (x, y), (u, v) in zip(places, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows), np.array(values))]


def _wrapped(image: Image.Image, bend: float) -> Image.Image:
    """Return a label as it is seen on a bottle: narrower toward its sides."""
    half = bend * math.pi / 2
    shown = round(image.width * math.sin(half) / half)
    seen = np.linspace(-math.sin(half), math.sin(half), shown)
    columns = ((np.arcsin(seen) / half + 1) / 2 * (image.width - 1)).round().astype(int)
    return Image.fromarray(np.asarray(image)[:, columns])


def _prints(shot: Shot, rng: np.random.Generator) -> Image.Image:
    """Return what a package has around its label: colours, stripes, and small text."""
    if shot.scene:
        return shot.scene(shot.size, rng)
    wide, high = shot.size
    ramp = np.linspace(rng.uniform(60, 200), rng.uniform(60, 200), wide, dtype=np.float32)
    picture = Image.fromarray(np.broadcast_to(ramp, (high, wide)).astype(np.uint8))
    if not shot.text:
        return picture
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, ink = rng.uniform(0, wide), rng.uniform(0, high), int(rng.integers(0, 255))
        if rng.random() < 0.3:
            pen.ellipse((x, y, x + rng.uniform(20, wide / 4), y + rng.uniform(20, high / 4)), fill=ink)
        elif rng.random() < 0.4:
            for line in range(int(rng.integers(3, 12))):
                pen.line((x, y + line * 14, x + wide / 4, y + line * 14), fill=ink, width=int(rng.integers(2, 8)))
        else:
            words = " ".join(["KOMPOSISI", "BERAT", "BERSIH", "GULA", "AIR", "85", "g"][: int(rng.integers(2, 8))])
            pen.text((x, y), words, fill=ink, font_size=float(rng.uniform(14, 48)))
    return picture


def _blurred(pixels: Pixels, shot: Shot, module: float, rng: np.random.Generator) -> Pixels:
    if shot.blur:
        blurred = Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(shot.blur * module)
        )
        pixels = np.asarray(blurred, np.float32)
    if shot.shake:
        way, length = rng.uniform(0, 2 * math.pi), shot.shake * module
        steps = max(2, round(length) + 1)
        moved = [
            np.roll(pixels, (round(math.sin(way) * far), round(math.cos(way) * far)), (0, 1))
            for far in np.linspace(-length / 2, length / 2, steps)
        ]
        pixels = np.mean(moved, axis=0, dtype=np.float32)
    return pixels


def _lit(pixels: Pixels, shot: Shot, rng: np.random.Generator) -> Pixels:
    """Return what the sensor sees: ink that may be faded, light, a mirrored lamp, and noise."""
    pixels = 235 + (pixels - 235) * shot.contrast
    if shot.glare:
        wide, high = shot.size
        x, y = wide / 2 + rng.uniform(-0.15, 0.15) * wide, high / 2 + rng.uniform(-0.15, 0.15) * high
        across, down = (np.arange(wide) - x) / (wide * 0.08), (np.arange(high) - y) / (high * 0.2)
        pixels = pixels + (shot.glare * np.exp(-(across[None, :] ** 2) - down[:, None] ** 2)).astype(np.float32)
    seen = pixels.clip(0, 255) * shot.light
    return (seen + rng.normal(0, shot.noise, seen.shape)).astype(np.float32)


def turned(shot: Shot, degrees: float) -> Shot:
    """Return the same shot of a package that lies at another angle."""
    return replace(shot, turned=degrees)
