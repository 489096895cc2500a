"""Photos that a seed makes: whole, damaged, of formats that nobody needs, and made to cost memory or time."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

BARCODE = "8991002101630"
ALLOWED = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
FORBIDDEN = (
    "JPEG2000", "TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "DDS", "ICNS", "AVIF", "QOI", "IM", "EPS", "PDF",
)  # fmt: skip
LARGE = ((6300, 6300), (16_383, 2400), (2400, 16_383), (39_000, 1000), (5000, 5000))
"""Sides of about 25 to 40 million pixels, which is what a camera's photo may have."""
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 200 200\n%%EndComments\n0 0 200 200 rectfill\nshowpage\n%%EOF\n"
SIDES = (0, 1, 2, 255, 256, 799, 6000, 16_383, 32_767, 65_500, 65_535)
SCAN, END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"


@cache
def photo_with_barcode(kind: str) -> bytes:
    """Save the same photo, of a label with a barcode, in any format."""
    image = Image.new("L", (900, 700), 255)
    symbol = zxingcpp.create_barcode(BARCODE, zxingcpp.BarcodeFormat.EAN13)
    image.paste(Image.fromarray(np.array(zxingcpp.write_barcode_to_image(symbol, scale=4))), (200, 250))
    if kind == "EPS":
        return EPS
    if kind == "ICO":
        image = image.resize((256, 200))
    return saved(image.convert("RGB"), kind)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    output = BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


@cache
def large(kind: str, mode: str, size: tuple[int, int], **options: Any) -> bytes:
    """A photo of one colour: hardly any bytes, very many pixels."""
    return saved(Image.new(mode, size), kind, **options)


def whole(rng: Random) -> bytes:
    return photo_with_barcode(rng.choice(ALLOWED))


def forbidden(rng: Random) -> bytes:
    return photo_with_barcode(rng.choice(FORBIDDEN))


def bits(rng: Random) -> bytes:
    """Flip some bits, half of the time in the header."""
    content = bytearray(photo_with_barcode(rng.choice(ALLOWED)))
    end = rng.choice((64, 700, len(content)))
    for _ in range(rng.choice((1, 3, 30))):
        content[rng.randrange(min(end, len(content)))] ^= 1 << rng.randrange(8)
    return bytes(content)


def truncation(rng: Random) -> bytes:
    content = photo_with_barcode(rng.choice(ALLOWED))
    return content[: rng.randrange(len(content))]


def slices(rng: Random) -> bytes:
    """Repeat, remove or exchange parts, or put a part of one format into another."""
    content, other = (photo_with_barcode(rng.choice(ALLOWED)) for _ in range(2))
    begin, length = rng.randrange(len(content)), rng.choice((1, 12, 500))
    place = rng.randrange(len(other))
    middle = rng.choice(
        (b"", content[begin : begin + length] * 2, other[place : place + length], rng.randbytes(length))
    )
    return content[:begin] + middle + content[begin + length :]


def sides(rng: Random) -> bytes:
    """Claim other sides in the header than the photo has."""
    kind = rng.choice(ALLOWED)
    content, width, height = bytearray(photo_with_barcode(kind)), rng.choice(SIDES), rng.choice(SIDES)
    if kind == "PNG":
        content[16:24] = struct.pack(">II", width * rng.choice((1, 1, 2**15)), height)
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    elif kind == "GIF":
        content[6:10] = struct.pack("<HH", width, height)
        frame = content.index(b",", 13)
        if rng.random() < 0.5:
            content[frame + 5 : frame + 9] = struct.pack("<HH", width, height)
    elif kind == "BMP":
        content[18:26] = struct.pack("<ii", width * rng.choice((1, 1, 2**14)), height * rng.choice((1, -1)))
    elif kind == "WEBP":
        content[26:30] = struct.pack("<HH", width & 0x3FFF, height & 0x3FFF)
    else:
        start = content.index(b"\xff\xc0")
        content[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def png_chunks(rng: Random) -> bytes:
    """Add chunks to a PNG: texts and profiles that unpack to much more, frames of an animation, and nonsense."""
    content = photo_with_barcode("PNG")
    packed = zlib.compress(bytes(rng.choice((1 << 20, 64 << 20))))
    chunk = rng.choice(
        (
            _chunk(b"zTXt", b"Comment\0\0" + packed), _chunk(b"iCCP", b"profile\0\0" + packed),
            _chunk(b"iTXt", b"Comment\0\1\0\0\0" + packed), _chunk(b"tRNS", bytes(rng.randrange(300))),
            _chunk(b"PLTE", rng.randbytes(3 * rng.randrange(300))), _chunk(b"eXIf", rng.randbytes(100)),
            _chunk(b"acTL", struct.pack(">II", rng.choice((1, 2**31 - 1)), 0)),
            _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2**31 - 1, 2**31 - 1, 0, 0, 1, 1, 0, 0)),
            _chunk(b"gAMA", bytes(4)), _chunk(b"juNk", rng.randbytes(50)),
        )
    )  # fmt: skip
    return content[:33] + chunk * rng.choice((1, 2, 50)) + content[33:]


def animation(rng: Random) -> bytes:
    """Many frames in one file, on a canvas of any size."""
    kind, frames = rng.choice(("GIF", "PNG", "WEBP")), rng.choice((2, 200))
    size = rng.choice(((50, 50), (2000, 2000))) if frames == 2 else (50, 50)
    images = [Image.new("RGB", size, (n % 256, n, 0)) for n in range(frames)]
    content = bytearray(saved(images[0], kind, save_all=True, append_images=images[1:], duration=1))
    if kind == "GIF" and rng.random() < 0.5:
        content[6:10] = struct.pack("<HH", *rng.choice(LARGE))
    return bytes(content)


def many_pixels(rng: Random) -> bytes:
    """Few bytes that become hundreds of megabytes of pixels."""
    kind, mode = rng.choice(
        (("PNG", "1"), ("PNG", "L"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "I;16"), ("GIF", "P"),
         ("WEBP", "RGBA"), ("WEBP", "RGB"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("JPEG2000", "RGB"))
    )  # fmt: skip
    size = rng.choice([size for size in LARGE if kind != "WEBP" or max(size) < 16_384])
    if kind == "JPEG2000":
        return large(kind, mode, (5000, 5000))  # writing a larger one takes over a gigabyte
    if kind == "WEBP":
        return large(kind, mode, size, lossless=True)
    if kind == "PNG" and mode == "P":
        return large(kind, mode, size, transparency=0)
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x0112] = rng.choice((1, 3, 6))
        return large(kind, mode, size, progressive=rng.random() < 0.5, exif=exif.tobytes())
    return large(kind, mode, size)


def many_scans(rng: Random) -> bytes:
    """A progressive JPEG that goes over its pixels again and again."""
    content = large("JPEG", rng.choice(("L", "RGB")), rng.choice(((2000, 2000), (5000, 5000))), progressive=True)
    last = content.rindex(SCAN)
    return content[:last] + content[last:].removesuffix(END_OF_IMAGE) * rng.choice((10, 100, 1000)) + END_OF_IMAGE


def noise(rng: Random) -> bytes:
    """Random bytes after the mark of a format."""
    start = rng.choice(
        (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\xff\0\0\0WEBPVP8X", b"%!PS")
    )
    return start + rng.randbytes(rng.choice((0, 30, 3000)))


KINDS: dict[Callable[[Random], bytes], int] = {
    whole: 50, forbidden: 150, bits: 500, truncation: 250, slices: 300, sides: 300, png_chunks: 150, animation: 80,
    many_pixels: 100, many_scans: 30, noise: 90,
}  # fmt: skip
"""How many of 2,000 are of each kind."""


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
