"""Finds the items that a query names by their serial number."""

from toko_core.catalog.details import Details
from toko_core.catalog.reader import PublishedCatalog
from toko_core.text import shorten

LONGEST_BRANCH = 100


def find_serials(catalog: PublishedCatalog, details: Details, row: int, query: str) -> list[str]:
    """Return a line in Indonesian for each of a product's items whose serial number is the query.

    It says where the item is, or that it was sold. It reads the file: do not call it in the event loop.
    """
    if not query or row not in catalog.index.rows_of_serial(query):
        return []
    names = catalog.products.names
    return [
        _line(
            found.noserial, shorten(names.shown("kantor", found.kantor) or "", LONGEST_BRANCH), sold=bool(found.terjual)
        )
        for found in details.serials(row, query)
    ]


def _line(number: str, branch: str, *, sold: bool) -> str:
    state = " · ".join(filter(None, [branch, "sudah terjual" if sold else ""]))
    return f"Nomor seri {number}: {state}" if state else f"Nomor seri {number}"
