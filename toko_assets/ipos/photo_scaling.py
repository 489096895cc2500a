"""Photos of items, small enough for a chat: JPEG of at most 800 pixels and 60 KB."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

LONGEST_SIDE = 800
LARGEST_BYTES = 60_000
LARGEST_PIXELS = 40_000_000
"""More than any camera at a shop makes; a crafted image of a few bytes can claim billions."""
QUALITIES = (80, 60, 40)
FILTER = Image.Resampling.HAMMING
"""Takes 60 % of bicubic's time, which is most of a large photo's; at quality 80 it costs half a decibel."""


def small_jpeg(photo: bytes) -> bytes | None:
    """The photo scaled and compressed, or None if it is no image that can be read.

    Decoders raise errors of many kinds on damaged files; any of them means that this one item has no photo, which is
    reported, and never that the sync fails.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # LARGEST_PIXELS is lower
            return _small(photo)
    except Exception:
        return None


def _small(photo: bytes) -> bytes | None:
    with Image.open(BytesIO(photo)) as image:
        if image.width * image.height > LARGEST_PIXELS:
            return None
        if image.format == "JPEG" and len(photo) <= LARGEST_BYTES and max(image.size) <= LONGEST_SIDE:
            image.draft("L", (1, 1))  # reads all of the file, at an eighth of its size: quick
            image.load()
            return photo
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        ImageOps.exif_transpose(image, in_place=True)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), FILTER)
        return _compressed(image if image.mode == "RGB" else _on_white(image))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "P", "PA"):
        return image.convert("RGB")
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB")


def _compressed(image: Image.Image) -> bytes:
    """Rougher, then smaller, until it fits: half the sides are a quarter of the bytes."""
    for quality in QUALITIES:
        output = BytesIO()
        image.save(output, "JPEG", quality=quality)
        if output.tell() <= LARGEST_BYTES:
            return output.getvalue()
    return _compressed(image.reduce(2))
