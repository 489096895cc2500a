"""A photo becomes pixels that fit into a picture and into one reply of the child process."""

from io import BytesIO

import pytest
from PIL import Image

from toko_core.catalog.photos import PIXEL_SIZE, PhotoDecoder, PhotoError
from toko_core.catalog.photos.decoder import LARGEST_REPLY
from toko_core.catalog.photos.limits import LONGEST_SIDE

TURNED = 0x0112, 6
"""The EXIF entry of a phone that was held upright."""


def photo(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", *, turned: bool = False) -> bytes:
    output, exif = BytesIO(), Image.Exif()
    if turned:
        exif[TURNED[0]] = TURNED[1]
    Image.new(mode, size, 200 if mode == "L" else "red").save(output, kind, exif=exif)
    return output.getvalue()


def test_photos_become_pixels_of_three_bytes() -> None:
    with PhotoDecoder("pixels", 1) as decoder:
        for given, size in (
            (photo((800, 600)), (560, 420)), (photo((1000, 1000)), (560, 560)), (photo((30, 20)), (30, 20)),
            (photo((90, 60), "PNG", "L"), (90, 60)), (photo((90, 60), turned=True), (60, 90)),
        ):  # fmt: skip
            pixels = decoder.submit(given).result()
            assert PIXEL_SIZE.unpack_from(pixels) == size
            assert len(pixels) == PIXEL_SIZE.size + 3 * size[0] * size[1]
        with pytest.raises(PhotoError):
            decoder.submit(photo((300, 200))[:200]).result()
    assert 3 * LONGEST_SIDE**2 + PIXEL_SIZE.size < LARGEST_REPLY
