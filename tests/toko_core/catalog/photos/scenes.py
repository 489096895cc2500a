"""What lies around a barcode in photos and may look like another one: stripes, texts, tables, shelves, keys.

The rule that finds unread barcodes was tuned on the first half of them. Nothing was tuned on the second.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.float32]
Scene = Callable[[tuple[int, int], np.random.Generator], Image.Image]
WORDS = (
    "INFORMASI NILAI GIZI", "Takaran saji 85 g", "Energi total 390 kkal", "Lemak jenuh 8 g", "Natrium 1040 mg",
    "Rp3.100", "ISI 40 BKS", "INDOMIE GORENG", "Exp 12.2027", "il1 ll iIl 1111", "BPOM RI MD 231520001",
)  # fmt: skip


def shirt(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Stripes of a T-shirt, in folds, at any angle."""
    x, y = _turned(size, rng.uniform(0, np.pi))
    x = x + rng.uniform(0, 12) * np.sin(y / rng.uniform(60, 200))
    period, dark, light = rng.uniform(8, 50), rng.uniform(20, 110), rng.uniform(150, 235)
    return _grey(np.where(x % period < period * rng.uniform(0.3, 0.7), dark, light))


def paired(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Stripes in which a wide and a narrow one take turns."""
    x, _ = _turned(size, rng.uniform(0, np.pi))
    period = rng.uniform(18, 60)
    dark, light = rng.uniform(20, 110), rng.uniform(140, 235)
    part = x % period / period
    return _grey(np.where((part < 0.35) | ((part > 0.55) & (part < 0.65)), dark, light))


def blinds(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A roller shutter: soft waves at even distances."""
    x, _ = _turned(size, rng.uniform(0, np.pi))
    return _grey(130 + rng.uniform(30, 100) * np.sin(x / rng.uniform(2, 8)))


def table(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A table of nutrition facts: lines of small text between rules."""
    picture = Image.new("L", size, int(rng.integers(190, 250)))
    pen, high, y = ImageDraw.Draw(picture), float(rng.uniform(11, 30)), 4.0
    while y < size[1]:
        for x in range(4, size[0], int(high * 14)):
            pen.text((x, y), str(rng.choice(WORDS)), fill=20, font_size=high)
        pen.line((0, y + high * 1.3, size[0], y + high * 1.3), fill=60, width=2)
        y += high * 1.5
    return picture.rotate(float(rng.uniform(-30, 30)), Image.Resampling.BILINEAR, fillcolor=220)


def labels(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """The edge of a shelf with price labels."""
    picture = Image.new("L", size, int(rng.integers(40, 120)))
    pen = ImageDraw.Draw(picture)
    for x in range(int(rng.integers(0, 60)), size[0], int(rng.integers(150, 300))):
        for y in range(int(rng.integers(0, 60)), size[1], int(rng.integers(90, 200))):
            pen.rectangle((x, y, x + 140, y + 80), fill=235)
            pen.text((x + 6, y + 4), str(rng.choice(WORDS))[:16], fill=20, font_size=14)
            pen.text((x + 6, y + 26), f"Rp{rng.integers(10, 99)}.{rng.integers(1, 9)}00", fill=10, font_size=34)
    return picture


def checks(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A tablecloth in squares."""
    x, y = _turned(size, rng.uniform(0, np.pi))
    period = rng.uniform(10, 60)
    return _grey(60 + 70 * (x % period < period / 2) + 70 * (y % period < period / 2))


def board(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A wooden board: uneven fine lines in one direction, which bend."""
    x, y = _turned(size, rng.uniform(0, np.pi))
    lines = np.cumsum(rng.normal(0, 12, 4000)) % 120
    return _grey(90 + lines[(x + 15 * np.sin(y / 130) + 2000).astype(int) % 4000])


def plaid(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A shirt with uneven stripes both ways."""
    x, y = _turned(size, rng.uniform(0, np.pi))
    pattern = rng.uniform(0, 110, 9)
    return _grey(20 + pattern[(x / 9).astype(int) % 9] + pattern[(y / 9).astype(int) % 9])


def spines(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Packages or books side by side on shelves, each with a colour, some with letters."""
    picture = Image.new("L", size, 40)
    pen = ImageDraw.Draw(picture)
    for top in range(0, size[1], int(rng.integers(150, 320))):
        x = 0
        while x < size[0]:
            width = int(rng.integers(12, 60))
            pen.rectangle(
                (x, top + int(rng.integers(8, 40)), x + width - 2, top + 300), fill=int(rng.integers(60, 240))
            )
            x += width
    return picture.rotate(float(rng.uniform(-20, 20)), Image.Resampling.BILINEAR, fillcolor=40)


def bricks(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """A wall of bricks or tiles."""
    x, y = _turned(size, rng.uniform(0, np.pi))
    high, wide = rng.uniform(14, 50), rng.uniform(40, 120)
    shifted = x + wide / 2 * ((y // high) % 2)
    return _grey(np.where((y % high < 4) | (shifted % wide < 4), 200, 90))


def ruled(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Notebook paper with handwriting-like lines and a margin."""
    picture = Image.new("L", size, 235)
    pen, step = ImageDraw.Draw(picture), int(rng.integers(16, 40))
    for y in range(10, size[1], step):
        pen.line((0, y, size[0], y), fill=150, width=2)
        x = 30.0
        while x < size[0] * rng.uniform(0.3, 0.95):
            points = [(x + 4 * i, y - abs(rng.normal(0, step / 3))) for i in range(int(rng.integers(4, 16)))]
            pen.line(points, fill=40, width=2)
            x = points[-1][0] + 14
    return picture.rotate(float(rng.uniform(-45, 45)), Image.Resampling.BILINEAR, fillcolor=235)


def keys(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """The keys of a calculator or a till."""
    picture = Image.new("L", size, 50)
    pen, step = ImageDraw.Draw(picture), int(rng.integers(36, 90))
    for x in range(6, size[0], step):
        for y in range(6, size[1], step):
            pen.rounded_rectangle((x, y, x + step - 8, y + step - 8), 6, fill=200)
            pen.text((x + step / 4, y + step / 8), str(rng.integers(0, 10)), fill=30, font_size=step / 2)
    return picture.rotate(float(rng.uniform(-45, 45)), Image.Resampling.BILINEAR, fillcolor=50)


def comb(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Blocks of fine even lines: combs, grilles, the ribs of lids."""
    picture = Image.new("L", size, int(rng.integers(90, 180)))
    pen = ImageDraw.Draw(picture)
    for _ in range(7):
        x, y, step = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(5, 14)
        ink, wide = int(rng.integers(0, 255)), int(rng.integers(1, 5))
        for line in range(int(rng.integers(10, 45))):
            pen.line((x + line * step, y, x + line * step, y + rng.uniform(0.96, 1) * 130), fill=ink, width=wide)
    return picture.rotate(float(rng.uniform(-90, 90)), Image.Resampling.BILINEAR, fillcolor=120)


def letters(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Large and narrow letters, as on sacks of rice."""
    picture = Image.new("L", size, int(rng.integers(150, 250)))
    pen = ImageDraw.Draw(picture)
    for y in range(0, size[1], 130):
        text = "".join(rng.choice(list("ILHMNTF1"), 22))
        ink, high = int(rng.integers(0, 90)), float(rng.uniform(50, 120))
        pen.text((int(rng.integers(-40, 40)), y), text, fill=ink, font_size=high)
    return picture.rotate(float(rng.uniform(-30, 30)), Image.Resampling.BILINEAR, fillcolor=200)


TUNED: tuple[Scene, ...] = (shirt, paired, blinds, table, labels, checks, board)
OTHERS: tuple[Scene, ...] = (plaid, spines, bricks, ruled, keys, comb, letters)


def _turned(size: tuple[int, int], angle: float) -> tuple[Pixels, Pixels]:
    down, across = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    return across * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - across * np.sin(angle)


def _grey(pixels: Pixels) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
