"""What a product page knows of how somebody came to it: by a barcode, or by a query with a quantity."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.details import Barcode
from toko_core.catalog.live import Served
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.totals import calculation_text, next_tier_text, wanted_total
from toko_core.search.codes.scanned import read_scan


@dataclass(frozen=True, slots=True)
class WantedTotal:
    """What the quantity of a query costs."""

    text: str
    """`3 DUS × Rp118.000 = Rp354.000`."""
    saving: str
    """From which quantity on the price is lower; "" if it never is."""


def find_total(
    served: Served, row: int, query: str, view: View, rounding: int | None, zone: ZoneInfo
) -> WantedTotal | None:
    """Return what the quantity of a query costs for a product; None if the query has none, or no price is known."""
    if not query:
        return None
    products = served.catalog.products
    wanted = read_wanted(served.catalog.index, products, query)
    total = wanted_total(asked_now(products, row, view, zone), wanted, query, rounding)
    return None if total is None else WantedTotal(calculation_text(total, rounding), next_tier_text(total, rounding))


def scanned_unit(barcodes: Iterable[Barcode], code: str) -> str | None:
    """Return the unit of a product that has a scanned code, also one in a GS1 symbol or without leading zeros."""
    if not code:
        return None
    scan = read_scan(code)
    number = (scan.number if scan is not None else code).strip().lstrip("0")
    return next((each.satuan for each in barcodes if number and each.barcode.strip().lstrip("0") == number), None)
