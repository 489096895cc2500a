"""Which barcode of a product a scanner read."""

from collections.abc import Iterable

from toko_core.catalog.details import Barcode
from toko_core.search.codes.gtin import LONGEST, other_forms
from toko_core.search.codes.scanned import read_scan


def find_scanned(barcodes: Iterable[Barcode], code: str) -> Barcode | None:
    """Return the barcode that was read: exactly it, also from a GS1 symbol, else another form of the same number."""
    if not code:
        return None
    scan = read_scan(code)
    number = code if scan is None else scan.number
    forms = [number, *(other_forms(number) if number.isdecimal() and len(number) <= LONGEST else ())]
    known = {barcode.barcode.lstrip("0"): barcode for barcode in barcodes}
    return next((known[form.lstrip("0")] for form in forms if form.lstrip("0") in known), None)
