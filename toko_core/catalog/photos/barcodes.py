"""Reads the barcodes in a photo."""

import json

import zxingcpp

from toko_core.catalog.photos.images import open_photo

LONGEST_SIDE = 2000
MOST_CODES = 20


def read_barcodes(photo: bytes) -> bytes:
    """Return the texts of the barcodes in a photo as a JSON list, the largest barcode first.

    Raises any kind of error if it is not a readable photo.
    """
    with open_photo(photo) as image:
        image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
        picture = image.convert("L")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # barcodes are read in any direction, so the photo is not turned
    found = zxingcpp.read_barcodes(picture) or zxingcpp.read_barcodes(
        picture.resize((picture.width * 2, picture.height * 2))
    )
    found = sorted(found, key=lambda barcode: -_width(barcode))
    texts = [barcode.text.strip() for barcode in found if barcode.valid]
    return json.dumps(list(dict.fromkeys(filter(None, texts)))[:MOST_CODES]).encode()


def _width(barcode: zxingcpp.Barcode) -> int:
    place = barcode.position
    return abs(place.top_right.x - place.top_left.x) + abs(place.top_right.y - place.top_left.y)
