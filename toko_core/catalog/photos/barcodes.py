"""Reads the barcodes in a photo. Only the child processes import this module."""

import time
from collections.abc import Iterable, Sequence

import zxingcpp
from PIL import Image
from zxingcpp import Barcode, BarcodeFormat, BarcodeFormats

from toko_core.catalog.photos.bars import Line, Place, find_bars, parts_with_bars
from toko_core.catalog.photos.images import open_photo
from toko_core.catalog.photos.looks import enlarged, further_looks
from toko_core.catalog.photos.symbols import Kind, Symbol, dump_symbols
from toko_core.catalog.photos.upright import read_place

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
    lines = [_line(barcode) for barcode in linear if _is_sure([barcode])]
    further, unread = _read_places(picture, lines, began)
    linear += further
    looks = further_looks(picture)  # also beside a QR code, which may be of a competition, and not of the goods
    while not _is_sure(linear) and time.process_time() - began < MOST_SECONDS and (look := next(looks, None)):
        found = zxingcpp.read_barcodes(look.picture, formats=LINEAR if matrix else LINEAR_OR_QR)
        matrix = matrix or _of_matrix(found)
        if again := _confirmed(look.picture, found):
            linear = again
            ends = [[look.original(*point, picture.size) for point in _line(barcode)] for barcode in again]
            unread = _left(picture, unread, [(start, end) for start, end in ends])
    symbols = [_symbol(barcode) for barcode in (*linear, *matrix)]
    if _is_sure(linear):
        symbols = [symbol for symbol in symbols if symbol.kind is not Kind.UPC_E]
        symbols = [*([Symbol(Kind.UNREAD, "")] if unread else []), *symbols]
    return dump_symbols(list(dict.fromkeys(symbols))[:MOST_SYMBOLS])


def _read_places(picture: Image.Image, read: list[Line], began: float) -> tuple[list[Barcode], list[Place]]:
    """Return the barcodes that are not read yet, and the places of those that cannot be read.

    `read` are the lines across those that were read.
    """
    found, unread, lines = list[Barcode](), list[Place](), list[Line]()
    places = find_bars(picture, read)[:MOST_SYMBOLS]
    while places:
        place = places.pop(0)
        if any(map(place.is_of, lines)):
            continue
        here = read_place(picture, place, LINEAR) if time.process_time() - began < MOST_SECONDS else []
        if here:
            found += [barcode for barcode, _ in here]
            lines += [line for _, line in here]
            places += [part for part in parts_with_bars(picture, place, lines) if part.across < place.across]
        elif place.is_clear and not any(place.is_of(other.line()) for other in unread):
            unread.append(place)
    return found, _left(picture, unread, lines)


def _left(picture: Image.Image, places: Iterable[Place], read: Sequence[Line]) -> list[Place]:
    """Return what is left of places beside the barcodes that were read along lines."""
    return [part for place in places for part in parts_with_bars(picture, place, read) if part.is_clear]


def _is_sure(linear: Iterable[Barcode]) -> bool:
    """Return whether there are bars that are not only the edge of others."""
    return any(barcode.format != BarcodeFormat.UPCE for barcode in linear)


def _confirmed(picture: Image.Image, found: Iterable[Barcode]) -> list[Barcode]:
    """Return the linear barcodes whose text is read once more, the largest first.

    On bent and shaken labels zxing reads wrong digits whose check digit is right, but never the same ones twice.
    """
    largest = sorted(filter(_is_linear, found), key=lambda barcode: -_width(barcode))[:MOST_SYMBOLS]
    return [barcode for barcode in largest if barcode.text.strip() and _is_confirmed(picture, barcode)]


def _is_confirmed(picture: Image.Image, barcode: Barcode) -> bool:
    part = _around(picture, barcode)
    quickly = zxingcpp.read_barcodes(part, formats=LINEAR, try_downscale=False, try_invert=False)
    if any(again.text == barcode.text for again in quickly):
        return True
    looks = (part, *([enlarged(part)] if max(part.size) <= MOST_ENLARGED else []))
    return any(again.text == barcode.text for look in looks for again in zxingcpp.read_barcodes(look, formats=LINEAR))


def _of_matrix(found: Iterable[Barcode]) -> list[Barcode]:
    """Return the matrix codes, the largest first. Their error correction leaves no wrong texts."""
    largest = sorted((barcode for barcode in found if not _is_linear(barcode)), key=lambda barcode: -_width(barcode))
    return [barcode for barcode in largest if barcode.text.strip()]


def _symbol(barcode: Barcode) -> Symbol:
    return Symbol(_kind(barcode), barcode.text.strip())


def _kind(barcode: Barcode) -> Kind:
    if not _is_linear(barcode):
        return Kind.MATRIX
    if barcode.format == BarcodeFormat.UPCE:
        return Kind.UPC_E
    return Kind.GTIN if barcode.symbology == BarcodeFormat.EANUPC else Kind.LINEAR


def _is_linear(barcode: Barcode) -> bool:
    return barcode.symbology not in MATRIX


def _around(picture: Image.Image, barcode: Barcode) -> Image.Image:
    place = barcode.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    margin = round(MARGIN * max(max(across) - min(across), max(down) - min(down)))
    return picture.crop((
        max(0, min(across) - margin), max(0, min(down) - margin),
        min(picture.width, max(across) + margin), min(picture.height, max(down) + margin),
    ))  # fmt: skip


def _line(barcode: Barcode) -> Line:
    """Return the ends of the line across the middle of a barcode."""
    place = barcode.position
    return (
        ((place.top_left.x + place.bottom_left.x) / 2, (place.top_left.y + place.bottom_left.y) / 2),
        ((place.top_right.x + place.bottom_right.x) / 2, (place.top_right.y + place.bottom_right.y) / 2),
    )


def _width(barcode: Barcode) -> int:
    place = barcode.position
    return abs(place.top_right.x - place.top_left.x) + abs(place.top_right.y - place.top_left.y)
