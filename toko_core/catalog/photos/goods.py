"""Finds the goods whose barcodes were read in a photo."""

import re
from collections.abc import Sequence

from toko_core.catalog.photos.symbols import Kind, Symbol
from toko_core.search import SearchIndex
from toko_core.search.codes.lookup import Printed

SHORT_NUMBER = re.compile("[0-9]{1,5}")
"""The text of a QR code that is never looked up: a prize, a table or a year, and an item code in many shops."""
BARS = frozenset({Kind.GTIN, Kind.UPC_E, Kind.LINEAR})


def find_goods(index: SearchIndex, symbols: Sequence[Symbol]) -> list[Printed]:
    """Return what barcodes name goods, each number once: those that the shop has first.

    A QR code counts only if no barcode of bars names goods: packages have codes of competitions and links beside their
    EAN.
    """
    bars = [symbol for symbol in symbols if symbol.kind in BARS]
    matrix = [symbol for symbol in symbols if symbol.kind is Kind.MATRIX and not SHORT_NUMBER.fullmatch(symbol.text)]
    found = _printed(index, bars) or _printed(index, matrix)
    return sorted(found, key=lambda printed: not printed.rows)


def is_certain(symbols: Sequence[Symbol]) -> bool:
    """Return whether bars were read. Else a QR code may be that of other goods, beside bars that nobody can read."""
    return any(symbol.kind in BARS for symbol in symbols)


def _printed(index: SearchIndex, symbols: Sequence[Symbol]) -> list[Printed]:
    found = {}
    for symbol in symbols:
        printed = index.find_printed(symbol.text, is_gtin=symbol.kind in (Kind.GTIN, Kind.UPC_E))
        if printed is not None and (printed.rows or symbol.kind is not Kind.UPC_E):
            found[printed.number] = printed
    return list(found.values())
