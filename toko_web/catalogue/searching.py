"""Searches a catalogue, with or without words, narrowed by filters, a page at a time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.asking.wanted import find_meant, is_found, read_wanted
from toko_core.catalog.live import Served
from toko_core.catalog.reader import WEAK
from toko_core.people import View
from toko_core.search.quantities import Quantity
from toko_web.catalogue.facets import Column, Facets
from toko_web.catalogue.filters import Counted, Filters, apply_filters

MOST_HITS = 500
"""The most products that a query finds. Who has not found it among the first pages types another word, or filters."""
NEAR = 0.5
"""A hit whose score is below this share of the best one has little of what was typed. Without this, `gula 1kg` lists
every kilogram that the shop sells."""
LONGEST_QUERY = 200
"""The search engine reads no more characters."""
A_PAGE = 15
"""Three screens of a phone."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody wants to see."""

    query: str = ""
    filters: Filters = field(default_factory=Filters)
    page: int = 1
    expanded: Column | None = None
    """The column of which all choices are wanted."""


@dataclass(frozen=True, slots=True)
class Results:
    """A page of products, and what is said about it."""

    wanted: Quantity
    """What was searched for, without the quantity, and the quantity."""
    counted: Counted
    hits: int
    """How many products the query found before the filters."""
    page: int
    """The number of the page, beginning with 1; the nearest one that exists."""
    rows: list[int]
    """The products of this page."""
    meant: str | None
    """What was probably meant: the query without typos, or another one that finds something."""
    is_found: bool
    """Whether the best product may be what was asked for."""
    is_weak: bool
    """Whether no product is exactly what was asked for."""

    @property
    def total(self) -> int:
        """How many products fit the query and the filters."""
        return len(self.counted.rows)

    @property
    def pages(self) -> int:
        """How many pages they fill; at least 1."""
        return max(1, -(-self.total // A_PAGE))


def clean(query: str) -> str:
    """Return the query as one line that is not longer than what the search engine reads."""
    return " ".join(query[: 2 * LONGEST_QUERY].split())[:LONGEST_QUERY].strip()


def find(served: Served, facets: Facets, search: Search, view: View) -> Results:
    """Return the products for a query, the nearest first; without a query, those that the shop sells, by name."""
    index, products = served.catalog.index, served.catalog.products
    query = clean(search.query)
    if not query:
        counted = apply_filters(facets, facets.sold, search.filters, view, search.expanded)
        return _page(search, Quantity(""), counted, len(facets.sold), None, found=True, weak=False)
    wanted = read_wanted(index, products, query)
    hits = index.search(wanted.text, MOST_HITS)
    near = [hit.row for hit in hits if hit.score >= hits[0].score * NEAR]
    counted = apply_filters(facets, _rows(near), search.filters, view, search.expanded)
    meant = find_meant(index, wanted.text, hits)
    found = is_found(hits, meant)
    if not hits:
        meant = next(iter(index.suggest(wanted.text, 1)), None)
    return _page(search, wanted, counted, len(near), meant, found=found, weak=bool(hits) and hits[0].score < WEAK)


def find_by_code(served: Served, code: str) -> list[int]:
    """Return the products of a scanned code, the nearest first; a code that the shop does not have finds none."""
    index = served.catalog.index
    code = clean(code)
    exact = index.rows_of_serial(code)
    if len(exact) == 1 or not index.is_code(code):
        return exact
    return [hit.row for hit in index.search(code, A_PAGE)]


def _rows(rows: list[int]) -> NDArray[np.int32]:
    return np.array(rows, np.int32)


def _page(
    search: Search, wanted: Quantity, counted: Counted, hits: int, meant: str | None, *, found: bool, weak: bool
) -> Results:
    pages = max(1, -(-len(counted.rows) // A_PAGE))
    page = min(max(search.page, 1), pages)
    rows = counted.rows[(page - 1) * A_PAGE : page * A_PAGE].tolist()
    return Results(wanted, counted, hits, page, rows, meant, found, weak)
