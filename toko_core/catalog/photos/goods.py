"""Finds the goods whose barcodes were read in a photo."""

from collections.abc import Sequence

from toko_core.catalog.photos.symbols import Kind, Symbol
from toko_core.search import SearchIndex
from toko_core.search.codes.lookup import Printed


def find_goods(index: SearchIndex, symbols: Sequence[Symbol]) -> list[Printed]:
    """Return what barcodes name goods, each number once: those that the shop has first.

    A QR code counts only if no barcode of bars names goods: packages have codes of competitions and links beside their
    EAN.
    """
    bars = [symbol for symbol in symbols if symbol.kind is not Kind.MATRIX]
    matrix = [symbol for symbol in symbols if symbol.kind is Kind.MATRIX]
    found = _printed(index, bars) or _printed(index, matrix)
    return sorted(found, key=lambda printed: not printed.rows)


def _printed(index: SearchIndex, symbols: Sequence[Symbol]) -> list[Printed]:
    found = (index.find_printed(symbol.text, is_gtin=symbol.kind is Kind.GTIN) for symbol in symbols)
    return list({printed.number: printed for printed in found if printed is not None}.values())
