"""Damaged and hostile photos through both decoders: that of the chain, and that of the bot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image

from tests.security.photos import BARCODE, KINDS, forbidden, whole
from tests.security.supervision import FILE
from toko_core.catalog.photos import PhotoDecoder, PhotoError
from toko_core.catalog.photos.symbols import load_symbols

LARGEST_BYTES, LONGEST_SIDE = 60_000, 800
"""What a photo in a catalogue may have."""


@dataclass(frozen=True)
class Made:
    kind: str
    content: bytes


@dataclass(frozen=True)
class PhotoAttacks:
    folder: Path
    scale: Callable[[bytes], bytes | None]
    read_barcodes: Callable[[bytes], list[str]]

    def make(self, number: int) -> Made:
        """Make the photo of an attack and write it into the file."""
        rng = Random(f"photo {number}")
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        content = kind(rng)
        (self.folder / FILE).write_bytes(content)
        return Made(kind.__name__, content)

    def strike(self, made: Made) -> str:
        """Scale the photo as a sync does, and look for barcodes as the bot does."""
        scaled, codes = self.scale(made.content), self.read_barcodes(made.content)
        if scaled is not None:
            image = Image.open(BytesIO(scaled))
            assert (image.format, len(scaled) <= LARGEST_BYTES) == ("JPEG", True), "not a small JPEG"
            assert max(image.size) <= LONGEST_SIDE, f"{image.size} pixels"
        if made.kind == whole.__name__:
            assert scaled is not None, "a whole photo was rejected"
            assert codes == [BARCODE], f"barcodes {codes}"
        if made.kind == forbidden.__name__:
            assert scaled is None, "the chain decoded a forbidden format"
            assert codes == [], "the bot decoded a forbidden format"
        return "accepted" if scaled is not None or codes else "rejected"


@contextmanager
def ready(folder: Path) -> Iterator[PhotoAttacks]:
    """Return what makes and does the attacks."""
    with PhotoDecoder("scale", 1) as scaler, PhotoDecoder("read_barcodes", 1) as reader:

        def scale(photo: bytes) -> bytes | None:
            with suppress(PhotoError):
                return scaler.submit(photo).result()
            return None

        def read_barcodes(photo: bytes) -> list[str]:
            with suppress(PhotoError):
                return [symbol.text for symbol in load_symbols(reader.submit(photo).result())]
            return []

        yield PhotoAttacks(folder, scale, read_barcodes)
