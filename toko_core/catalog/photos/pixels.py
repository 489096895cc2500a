"""Decodes a photo for a picture that another process draws: to its pixels, which need no decoder there."""

from PIL import Image, ImageOps

from toko_core.catalog.photos.images import open_photo
from toko_core.catalog.photos.limits import LONGEST_SIDE, PIXEL_SIZE


def photo_pixels(photo: bytes) -> bytes:
    """Return the width and height as PIXEL_SIZE, and the pixels of red, green and blue, row by row.

    Raises any kind of error if it is not a readable photo.
    """
    with open_photo(photo) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        ImageOps.exif_transpose(image, in_place=True)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.HAMMING)
        picture = image.convert("RGB")
    return PIXEL_SIZE.pack(*picture.size) + picture.tobytes()
