"""Crafted photos: a few kilobytes that claim gigabytes of memory or minutes of processor time."""

import io
import struct
import zlib

from PIL import Image

SIDE = 7000
"""49 million pixels: as many as a photo may have."""


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def webp(side: int = SIDE) -> bytes:
    """A WebP of one colour in 36 bytes. Decoding needs 16 bytes of memory for each pixel."""
    size = (side - 1 | side - 1 << 14).to_bytes(4, "little")
    return bytes.fromhex("524946461c000000574542505650384c0f0000002f") + size + bytes.fromhex("0710fd8ffe0722a2ff0100")


def scans(size: int = 90_000, side: int = 3000) -> bytes:
    """A progressive JPEG that repeats its last scan: each goes over all pixels."""
    photo = saved(Image.new("L", (side, side), 100), "JPEG", progressive=True)
    last = photo[photo.rfind(b"\xff\xda") : -2]
    return photo[:-2] + last * ((size - len(photo)) // len(last)) + b"\xff\xd9"


def png(width: int, height: int, further: bytes = b"", *, bits: int = 8, color: int = 6) -> bytes:
    """A black PNG, by default with transparency, with `further` chunks before its pixels."""
    channels = {0: 1, 2: 3, 6: 4}[color]
    row, packer = b"\0" * (1 + width * bits * channels // 8), zlib.compressobj(1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + further + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )  # fmt: skip


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_texts() -> bytes:
    """A small PNG with a text and a colour profile of 100 MB each."""
    packed = zlib.compress(bytes(100_000_000), 1)
    return png(64, 64, chunk(b"zTXt", b"x\0\0" + packed) + chunk(b"iCCP", b"x\0\0" + packed))


def gif(frames: int = 5000) -> bytes:
    """A large GIF of many frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", SIDE, SIDE, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\0\1\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def bmp_runs(side: int = SIDE) -> bytes:
    """A BMP of runs of up to 255 equal pixels, which Pillow decodes in Python."""
    runs = ((b"\xff\x01" * (side // 255) + bytes([side % 255, 1]) + b"\0\0") * side) + b"\0\1"
    colors, start = bytes(1024), 14 + 40 + 1024
    header = struct.pack("<IHHI", start + len(runs), 0, 0, start)
    return (
        b"BM" + header + struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(runs), 0, 0, 256, 0) + colors + runs
    )
