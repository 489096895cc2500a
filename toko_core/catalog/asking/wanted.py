"""Reads a query: what to search for, how much of it is wanted, and whether something was found."""

from collections.abc import Sequence

from toko_core.catalog.products import Products
from toko_core.catalog.reader import WEAK
from toko_core.search import Hit, SearchIndex
from toko_core.search.quantities import Quantity, is_size, read_quantity


def read_wanted(index: SearchIndex, products: Products, query: str) -> Quantity:
    """Return what to search for, and how much of it somebody wants: `indomie 3 dus` is a search for indomie.

    A query stays as it is if the best product for it has the words of the quantity in its name.
    """
    wanted = read_quantity(query)
    if wanted.number is None or not wanted.text:
        return Quantity(query)
    best = next(iter(index.search(query, 1)), None)
    is_label = wanted.text == query
    if best is not None and (best.score == 1 if is_label else is_size(query, wanted, products.name(best.row))):
        return Quantity(query)
    return wanted


def find_meant(index: SearchIndex, text: str, hits: Sequence[Hit]) -> str | None:
    """Return the text without its typos, if the best hit is a weak one; None if it is not, or only similar."""
    return index.suggestion(text, hits[0].row) if hits and hits[0].score < WEAK else None


def is_found(hits: Sequence[Hit], meant: str | None) -> bool:
    """Return whether the best hit may be what was asked for. `meant` is what `find_meant` returns."""
    return bool(hits) and (hits[0].score >= WEAK or meant is not None)


def is_there(index: SearchIndex, products: Products, query: str) -> bool:
    """Return whether a search for a query finds what may be asked for."""
    text = read_wanted(index, products, query).text
    hits = index.search(text, 1)
    return is_found(hits, find_meant(index, text, hits))
