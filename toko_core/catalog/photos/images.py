"""Opens photos with Pillow. Only the child processes import this module."""

import warnings
from io import BytesIO

# With `formats`, Image.open imports all of Pillow's plugins unless these are imported before.
from PIL import BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from toko_core.catalog.photos.limits import MOST_PIXELS, PhotoError, Problem, find_format

PLUGINS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)


def tune_pillow() -> None:
    """Set Pillow's limit of pixels, and silence its warnings about damaged files."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # above twice this, Pillow raises an error before it decodes anything
    warnings.simplefilter("ignore")


def open_photo(photo: bytes) -> Image.Image:
    """Return a photo that is not decoded yet. Raises PhotoError, and any error that Pillow raises for damaged files."""
    kind = find_format(photo)
    if kind is None:
        raise PhotoError(Problem.UNREADABLE)
    image = Image.open(BytesIO(photo), formats=[kind])
    if image.width * image.height > MOST_PIXELS:
        raise PhotoError(Problem.TOO_LARGE)
    return image
