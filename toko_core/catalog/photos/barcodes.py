"""Reads the barcodes in a photo. Only the child processes import this module."""

import time
from collections.abc import Iterable

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat, BarcodeFormats

from toko_core.catalog.photos.images import open_photo
from toko_core.catalog.photos.looks import enlarged, further_looks
from toko_core.catalog.photos.symbols import Kind, Symbol, dump_symbols

LONGEST_SIDE = 2000
MOST_SYMBOLS = 8
"""The most barcodes that are looked at once more, and the most that are returned."""
BARS = (
    BarcodeFormat.EANUPC, BarcodeFormat.Code128, BarcodeFormat.Code39, BarcodeFormat.Code93, BarcodeFormat.ITF,
    BarcodeFormat.DataBar,
)  # fmt: skip
"""What is printed on goods and shelves. Other kinds cost time, and are found where there are none."""
MATRIX = (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix)
LINEAR, LINEAR_OR_QR = BarcodeFormats(BARS), BarcodeFormats([*BARS, BarcodeFormat.QRCode])
EVERYTHING = BarcodeFormats([*BARS, *MATRIX])
MOST_SECONDS = 2.0
"""After this much processor time no further look at a photo begins. The child may take 5 s."""
MOST_ENLARGED = 1000
"""The most pixels of a side of what is enlarged to be looked at once more."""
MARGIN = 0.25
"""Of a barcode's width: how much around it is looked at once more."""


def read_barcodes(photo: bytes) -> bytes:
    """Return the barcodes in a photo as `symbols.load_symbols` reads them.

    Raises any kind of error if it is not a readable photo.
    """
    began = time.process_time()
    with open_photo(photo) as image:
        image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
        picture = image.convert("L")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    found = zxingcpp.read_barcodes(picture, formats=EVERYTHING)
    linear, matrix = _confirmed(picture, found), _of_matrix(found)
    looks = further_looks(picture)  # also beside a QR code, which may be of a competition, and not of the goods
    while not _is_sure(linear) and time.process_time() - began < MOST_SECONDS and (look := next(looks, None)):
        found = zxingcpp.read_barcodes(look, formats=LINEAR if matrix else LINEAR_OR_QR)
        matrix = matrix or _of_matrix(found)
        linear = _confirmed(look, found) or linear
    if _is_sure(linear):
        linear = [symbol for symbol in linear if symbol.kind is not Kind.UPC_E]
    return dump_symbols(list(dict.fromkeys([*linear, *matrix]))[:MOST_SYMBOLS])


def _is_sure(linear: Iterable[Symbol]) -> bool:
    """Return whether there are bars that are not only the edge of others."""
    return any(symbol.kind is not Kind.UPC_E for symbol in linear)


def _confirmed(picture: Image.Image, found: Iterable[zxingcpp.Barcode]) -> list[Symbol]:
    """Return the linear barcodes whose text is read once more, the largest first.

    On bent and shaken labels zxing reads wrong digits whose check digit is right, but never the same ones twice.
    """
    largest = sorted(filter(_is_linear, found), key=lambda barcode: -_width(barcode))[:MOST_SYMBOLS]
    return [_symbol(barcode) for barcode in largest if barcode.text.strip() and _is_confirmed(picture, barcode)]


def _is_confirmed(picture: Image.Image, barcode: zxingcpp.Barcode) -> bool:
    part = _around(picture, barcode)
    looks = (part, *([enlarged(part)] if max(part.size) <= MOST_ENLARGED else []))
    return any(again.text == barcode.text for look in looks for again in zxingcpp.read_barcodes(look, formats=LINEAR))


def _of_matrix(found: Iterable[zxingcpp.Barcode]) -> list[Symbol]:
    """Return the matrix codes, the largest first. Their error correction leaves no wrong texts."""
    largest = sorted((barcode for barcode in found if not _is_linear(barcode)), key=lambda barcode: -_width(barcode))
    return [_symbol(barcode) for barcode in largest if barcode.text.strip()]


def _symbol(barcode: zxingcpp.Barcode) -> Symbol:
    return Symbol(_kind(barcode), barcode.text.strip())


def _kind(barcode: zxingcpp.Barcode) -> Kind:
    if not _is_linear(barcode):
        return Kind.MATRIX
    if barcode.format == BarcodeFormat.UPCE:
        return Kind.UPC_E
    return Kind.GTIN if barcode.symbology == BarcodeFormat.EANUPC else Kind.LINEAR


def _is_linear(barcode: zxingcpp.Barcode) -> bool:
    return barcode.symbology not in MATRIX


def _around(picture: Image.Image, barcode: zxingcpp.Barcode) -> Image.Image:
    place = barcode.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    margin = round(MARGIN * max(max(across) - min(across), max(down) - min(down)))
    return picture.crop((
        max(0, min(across) - margin), max(0, min(down) - margin),
        min(picture.width, max(across) + margin), min(picture.height, max(down) + margin),
    ))  # fmt: skip


def _width(barcode: zxingcpp.Barcode) -> int:
    place = barcode.position
    return abs(place.top_right.x - place.top_left.x) + abs(place.top_right.y - place.top_left.y)
