"""Reads the barcodes in a photo. Only the child processes import this module."""

import time
from collections.abc import Iterable
from itertools import islice

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat, BarcodeFormats

from toko_core.catalog.photos.images import open_photo
from toko_core.catalog.photos.looks import ANGLES, CONFIRMING, further_looks
from toko_core.catalog.photos.symbols import Kind, Symbol, dump_symbols

LONGEST_SIDE = 2000
MOST_SYMBOLS = 20
BARS = (
    BarcodeFormat.EANUPC, BarcodeFormat.Code128, BarcodeFormat.Code39, BarcodeFormat.Code93, BarcodeFormat.ITF,
    BarcodeFormat.DataBar,
)  # fmt: skip
"""What is printed on goods and shelves. Other kinds cost time, and are found where there are none."""
MATRIX = (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix)
LINEAR, LINEAR_OR_QR = BarcodeFormats(BARS), BarcodeFormats([*BARS, BarcodeFormat.QRCode])
EVERYTHING = BarcodeFormats([*BARS, *MATRIX])
MOST_SECONDS = 2.0
"""After this much processor time no further look at a photo begins. A look takes at most 0.4 s, and the child may take
5 s."""
FEW_LOOKS = len(ANGLES) - 1
"""How many further looks for bars there are beside a QR code that may be the code of the goods: the turned ones. Where a
QR code is read, the photo is neither dark nor out of focus."""
LONGEST_CODE = 40
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
    most = FEW_LOOKS if any(map(_may_be_code, matrix)) else None
    for look in islice(further_looks(picture), most) if not linear else ():
        if time.process_time() - began > MOST_SECONDS:
            break
        found = zxingcpp.read_barcodes(look, formats=LINEAR if matrix else LINEAR_OR_QR)
        matrix = matrix or _of_matrix(found)
        if linear := _confirmed(look, found):
            break
    return dump_symbols(list(dict.fromkeys([*linear, *matrix]))[:MOST_SYMBOLS])


def _confirmed(picture: Image.Image, found: Iterable[zxingcpp.Barcode]) -> list[Symbol]:
    """Return the linear barcodes whose text is read once more, the largest first.

    On bent and shaken labels zxing reads wrong digits whose check digit is right, but never the same ones twice.
    """
    largest = sorted(filter(_is_linear, found), key=lambda barcode: -_width(barcode))
    return [_symbol(barcode) for barcode in largest if barcode.text.strip() and _is_confirmed(picture, barcode)]


def _is_confirmed(picture: Image.Image, barcode: zxingcpp.Barcode) -> bool:
    part = _around(picture, barcode)
    for look in CONFIRMING:
        texts = {again.text for again in zxingcpp.read_barcodes(look(part), formats=LINEAR)}
        if barcode.text in texts:
            return True
    return False


def _of_matrix(found: Iterable[zxingcpp.Barcode]) -> list[Symbol]:
    """Return the matrix codes, the largest first. Their error correction leaves no wrong texts."""
    largest = sorted((barcode for barcode in found if not _is_linear(barcode)), key=lambda barcode: -_width(barcode))
    return [_symbol(barcode) for barcode in largest if barcode.text.strip()]


def _may_be_code(symbol: Symbol) -> bool:
    """Return whether a QR code may hold the code of goods, and not a link or a sentence."""
    return len(symbol.text) <= LONGEST_CODE and "://" not in symbol.text and len(symbol.text.split()) == 1


def _symbol(barcode: zxingcpp.Barcode) -> Symbol:
    kind = Kind.MATRIX if not _is_linear(barcode) else Kind.GTIN if _is_retail(barcode) else Kind.LINEAR
    return Symbol(kind, barcode.text.strip())


def _is_linear(barcode: zxingcpp.Barcode) -> bool:
    return barcode.symbology not in MATRIX


def _is_retail(barcode: zxingcpp.Barcode) -> bool:
    return barcode.symbology == BarcodeFormat.EANUPC


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
