"""Draws barcodes, so that a till or a phone can scan them from the screen."""

from dataclasses import dataclass
from itertools import groupby

from toko_core.search.codes.gtin import check_digit, expand_upc_e

LONGEST = 48
"""The most characters of a barcode that is drawn. A longer one is too wide for a phone, and for most scanners."""
OF_LENGTH = {8: "EAN8", 12: "UPCA", 13: "EAN13"}
"""The kinds of barcodes that are printed on goods, by their number of digits."""
OTHER = "Code128"


@dataclass(frozen=True, slots=True)
class DrawnBarcode:
    """The bars of a barcode in modules, the width of its thinnest bar."""

    kind: str
    width: int
    """With the quiet zones that a scanner needs at both sides."""
    bars: tuple[tuple[int, int], ...]
    """The left edge and the width of each bar."""

    @property
    def path(self) -> str:
        """The bars as the path of an SVG that is one unit high."""
        return "".join(f"M{left} 0h{width}v1h-{width}z" for left, width in self.bars)


def draw_barcode(code: str) -> DrawnBarcode | None:
    """Draw a barcode as its digits are printed on goods, or else as Code 128.

    Return None for a code that Code 128 cannot have, or that is too long. It takes about 0.1 ms. The library is loaded
    with the first one.
    """
    import numpy as np
    import zxingcpp

    if not code or len(code) > LONGEST or not (code.isascii() and code.isprintable()):
        return None
    for kind in dict.fromkeys([_printed_kind(code), OTHER]):
        try:
            barcode = zxingcpp.create_barcode(code, getattr(zxingcpp.BarcodeFormat, kind))
            pixels = np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=1))
        except (ValueError, RuntimeError):
            continue
        dark = pixels[0] < 128
        edges, left = [], 0
        for is_bar, same in groupby(dark.tolist()):
            width = len(list(same))
            edges += [(left, width)] if is_bar else []
            left += width
        return DrawnBarcode(kind, len(dark), tuple(edges))
    return None


def _printed_kind(code: str) -> str:
    if code.isdecimal() and len(code) in OF_LENGTH and check_digit(code[:-1]) == code[-1]:
        return OF_LENGTH[len(code)]
    return "UPCE" if code.isdecimal() and len(code) == 8 and expand_upc_e(code) is not None else OTHER
