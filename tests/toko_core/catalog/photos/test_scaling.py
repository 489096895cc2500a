"""Photos become small JPEGs, and what is no photo becomes nothing."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from toko_core.catalog.photos import PhotoDecoder, PhotoError
from toko_core.catalog.photos.scaling import LARGEST_BYTES, LONGEST_SIDE

Scale = Callable[[bytes], bytes | None]


@pytest.fixture(scope="module")
def small_jpeg() -> Iterator[Scale]:
    """Return a function that scales a photo in a child process. It returns None if that fails."""

    def scale(photo: bytes) -> bytes | None:
        try:
            return decoder.submit(photo).result()
        except PhotoError:
            return None

    with PhotoDecoder("scale", 1) as decoder:
        yield scale


def picture(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", *, noisy: bool = False) -> bytes:
    image = (
        Image.effect_noise(size, 80).convert(mode) if noisy else Image.new(mode, size, 200 if mode == "L" else "red")
    )
    output = BytesIO()
    image.save(output, kind)
    return output.getvalue()


def test_a_small_jpeg_stays_as_it_is(small_jpeg: Scale) -> None:
    photo = picture((400, 300))
    assert small_jpeg(photo) == photo


@pytest.mark.parametrize(
    "photo",
    [picture((2000, 1000)), picture((1000, 3000), "PNG"), picture((64, 64), "BMP"), picture((900, 900), noisy=True),
     picture((300, 300), "PNG", "RGBA"), picture((300, 300), "GIF", "P"), picture((90, 90), "WEBP", "L")],
    ids=["wide", "tall png", "bmp", "noisy", "transparent", "gif", "grey webp"],
)  # fmt: skip
def test_any_picture_becomes_a_small_jpeg(small_jpeg: Scale, photo: bytes) -> None:
    small = small_jpeg(photo)
    assert small is not None
    assert len(small) <= LARGEST_BYTES
    image = Image.open(BytesIO(small))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert max(image.size) <= LONGEST_SIDE


def test_a_transparent_ground_becomes_white(small_jpeg: Scale) -> None:
    output = BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(output, "PNG")
    small = small_jpeg(output.getvalue())
    assert small is not None
    assert Image.open(BytesIO(small)).getpixel((50, 50)) == (255, 255, 255)


def test_a_photo_taken_on_its_side_is_turned(small_jpeg: Scale) -> None:
    image, output = Image.new("RGB", (1600, 400), "blue"), BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(output, "JPEG", exif=exif)
    small = small_jpeg(output.getvalue())
    assert small is not None
    assert Image.open(BytesIO(small)).size == (200, 800)


@pytest.mark.parametrize(
    "content",
    [b"x", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 cut", picture((300, 300), noisy=True)[:4000], picture((900, 900))[:700],
     b"BM rubbish"],
)  # fmt: skip
def test_what_is_no_picture_is_nothing(small_jpeg: Scale, content: bytes) -> None:
    assert small_jpeg(content) is None


def test_an_image_of_absurd_size_is_not_decoded(small_jpeg: Scale) -> None:
    output = BytesIO()
    Image.new("1", (8000, 8000)).save(output, "PNG")
    assert small_jpeg(output.getvalue()) is None
