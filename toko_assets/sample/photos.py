"""Draws product photos, a few dozen that many items share, and provides two files that are not images."""

import io
from random import Random

from PIL import Image, ImageDraw

DISTINCT = 36
SIZES = ((240, 240), (320, 240), (400, 400), (480, 640), (600, 600), (640, 480), (800, 600), (1000, 1000))
PNG_EVERY = 12
GRAINY = (7, 23)
"""Indexes of two images with the grain of a phone's photo, several hundred kilobytes each. The others are small."""

NOT_PICTURES = (b"BM\x00\x00 gambar rusak", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 terpotong")


def draw_photos(seed: int) -> list[bytes]:
    """Draw `DISTINCT` images, JPEG except for a few PNG, up to 1000x1000 pixels. The same seed gives the same bytes."""
    rng = Random(f"photos {seed}")
    return [_draw(number, rng) for number in range(DISTINCT)]


def _draw(number: int, rng: Random) -> bytes:
    """Draw a pack with a label in front of a plain wall."""
    width, height = size = (1000, 1000) if number in GRAINY else rng.choice(SIZES)
    wall, pack, label = ((rng.randrange(60, 256), rng.randrange(60, 256), rng.randrange(60, 256)) for _ in range(3))
    picture = Image.new("RGB", size, wall)
    if number in GRAINY:
        grain = Image.frombytes("RGB", (250, 250), rng.randbytes(250 * 250 * 3)).resize(size)
        picture = Image.blend(picture, grain, 0.5)
    pen = ImageDraw.Draw(picture)
    left, right = width * rng.uniform(0.15, 0.3), width * rng.uniform(0.7, 0.85)
    pen.rectangle((0, height * 0.85, width, height), fill=tuple(value // 2 for value in wall))
    pen.rectangle((left, height * 0.12, right, height * 0.9), fill=pack, outline=label, width=4)
    pen.ellipse((left + 12, height * 0.3, right - 12, height * 0.6), fill=label)
    for row in range(rng.randint(3, 8)):
        pen.line(
            (left + 16, height * (0.65 + row * 0.03), right - 16, height * (0.65 + row * 0.03)), fill=label, width=3
        )
    target = io.BytesIO()
    if number % PNG_EVERY == PNG_EVERY - 1 and number not in GRAINY:
        picture.save(target, "PNG")
    else:
        picture.save(target, "JPEG", quality=82)
    return target.getvalue()
