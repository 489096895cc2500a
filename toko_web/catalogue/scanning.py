"""Which unit of a product a scanner read the code of."""

from collections.abc import Iterable

from toko_core.catalog.details import Barcode
from toko_core.search.codes.scanned import read_scan


def scanned_unit(barcodes: Iterable[Barcode], code: str) -> str | None:
    """Return the unit of a product that has a scanned code, also one in a GS1 symbol or without leading zeros."""
    if not code:
        return None
    scan = read_scan(code)
    number = (scan.number if scan is not None else code).strip().lstrip("0")
    return next((each.satuan for each in barcodes if number and each.barcode.strip().lstrip("0") == number), None)
