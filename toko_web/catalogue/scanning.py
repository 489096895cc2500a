"""Which barcode of a product a scanner read."""

from collections.abc import Sequence

from toko_core.catalog.details import Barcode
from toko_core.search.codes.gtin import LONGEST, other_forms
from toko_core.search.codes.scanned import read_scan


def find_scanned(barcodes: Sequence[Barcode], code: str) -> Barcode | None:
    """Return the barcode that was read: exactly it, also from a GS1 symbol, else another form of the same number."""
    if not code:
        return None
    scan = read_scan(code)
    number = code if scan is None else scan.number
    forms = [
        number,
        *(other_forms(number) if number.isascii() and number.isdecimal() and len(number) <= LONGEST else ()),
    ]
    known = {_plain(barcode.barcode): barcode for barcode in reversed(barcodes)}  # the first of equal ones counts
    return next((known[plain] for form in forms if (plain := _plain(form)) in known), None)


def _plain(code: str) -> str:
    return code.strip().lstrip("0").casefold()
