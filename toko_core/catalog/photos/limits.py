"""The limits of a photo, the formats that are read, and what can be wrong with one."""

from enum import Enum
from struct import Struct
from typing import Literal

from toko_core import PermanentError

Task = Literal["scale", "read_barcodes", "pixels"]
"""What to do with a photo: make a small JPEG of it, read its barcodes, or return the pixels of a small picture."""
PIXEL_SIZE = Struct(">HH")
"""The width and height in front of the pixels."""
LONGEST_SIDE = 560
"""Of a photo as pixels. Three bytes for each fit into the largest reply of a child."""

MOST_BYTES = 32 * 1024 * 1024
"""As large as a photo in a backup can be: its row holds two digits for each byte, and at most 64 MB."""
MOST_PIXELS = 52_000_000
"""Phones have cameras of up to 8192 x 6144 pixels."""
MOST_MEMORY = 256 * 1024 * 1024
"""Bytes of memory for one photo, in addition to those of the idle child. A progressive JPEG of 50 megapixels needs
160 MB, a WebP 16 bytes for each pixel."""
MOST_CPU_SECONDS = 5
"""Three times what the largest photo of a phone takes."""
MOST_SECONDS = 60.0
"""How long a photo may take on a busy machine. The processor time is limited before."""

MAGIC = {
    "JPEG": (0, (b"\xff\xd8\xff",)),
    "PNG": (0, (b"\x89PNG\r\n\x1a\n",)),
    "GIF": (0, (b"GIF87a", b"GIF89a")),
    "BMP": (0, (b"BM",)),
    "WEBP": (8, (b"WEBP",)),
}
"""The formats that are read, by Pillow's names: where their first bytes are, and which ones."""


class Problem(Enum):
    """Why there is no result."""

    UNREADABLE = b"u"
    """The photo is damaged, or in another format."""
    TOO_LARGE = b"l"
    """The photo has too many bytes or pixels, or needs too much memory."""
    TOO_SLOW = b"s"
    """The photo needs too much processor time."""


class PhotoError(PermanentError):
    """A photo that cannot be used. Trying again gives the same result."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"The photo is {problem.name.lower().replace('_', ' ')}.")
        self.problem = problem


def find_format(photo: bytes | bytearray) -> str | None:
    """Return Pillow's name of a photo's format by its first bytes, or None if it is not one that we read."""
    return next((name for name, (place, starts) in MAGIC.items() if photo.startswith(starts, place)), None)
