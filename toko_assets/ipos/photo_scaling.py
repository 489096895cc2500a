"""Scales photos of items for a chat: JPEG of at most 800 pixels and 60 KB."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

LONGEST_SIDE = 800
LARGEST_BYTES = 60_000
LARGEST_PIXELS = 40_000_000
"""More than any camera in a shop takes. A crafted image of a few bytes can claim billions."""
QUALITIES = (80, 60, 40)
FILTER = Image.Resampling.HAMMING
"""Takes 60 % of the time of bicubic, and scaling is most of the work on a large photo. Costs 0.5 dB at quality 80."""


def small_jpeg(photo: bytes) -> bytes | None:
    """Return the photo scaled and compressed, or None if it is not a readable image.

    Decoders raise many kinds of errors on damaged files. Any of them means that this item has no photo, which a check
    reports; the sync never fails because of a photo.
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
            image.draft("L", (1, 1))  # decodes the whole file at an eighth of its size, which is fast
            image.load()
            return photo
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        ImageOps.exif_transpose(image, in_place=True)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), FILTER)
        return _compressed(image if image.mode == "RGB" else _on_white(image))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "P", "PA"):
        return image.convert("RGB")
    foreground = image.convert("RGBA")
    background = Image.new("RGBA", foreground.size, "white")
    return Image.alpha_composite(background, foreground).convert("RGB")


def _compressed(image: Image.Image) -> bytes:
    """Lower the quality, then halve the sides, until the JPEG fits. Halving gives about a quarter of the bytes."""
    for quality in QUALITIES:
        output = BytesIO()
        image.save(output, "JPEG", quality=quality)
        if output.tell() <= LARGEST_BYTES:
            return output.getvalue()
    return _compressed(image.reduce(2))
