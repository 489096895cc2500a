"""Reads what somebody wants to see from the address of the search page, and writes such addresses."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote_plus

from starlette.datastructures import QueryParams

from toko_web.catalogue.facets import Column
from toko_web.catalogue.filters import COLUMNS, Filters
from toko_web.catalogue.searching import Search, clean

MOST_NAMES, LONGEST_NAME = 30, 200
"""The most brands or categories in an address, and the most characters of each."""
MOST_QUOTED = 1_024
NUMBER = re.compile(r"\d{1,12}")
NOT_DIGITS = re.compile(r"[^\d]")


def read_search(values: QueryParams) -> Search:
    """Return what an address asks for. Whatever makes no sense is left out, so any address is good."""
    kept = {column: tuple(dict.fromkeys(values.getlist(column)))[:MOST_NAMES] for column in COLUMNS}
    names = {column: tuple(name for name in kept[column] if 0 < len(name) <= LONGEST_NAME) for column in COLUMNS}
    filters = Filters(names, values.get("stok") == "1", _rupiah(values.get("dari")), _rupiah(values.get("sampai")))
    page = values.get("hal", "")
    expanded = next((column for column in COLUMNS if values.get("semua") == column), None)
    return Search(clean(values.get("q", "")), filters, int(page) if NUMBER.fullmatch(page) else 1, expanded)


def address(search: Search, path: str = "/") -> str:
    """Return the address of what somebody wants to see."""
    return _address(search, search.filters.kept, path, search.expanded, search.page)


def toggle(search: Search, column: Column, name: str) -> str:
    """Return the address with a brand or category chosen, or not any more."""
    return _address(search, search.filters.toggled(column, name))


def with_stock(search: Search, *, only: bool) -> str:
    """Return the address with goods in stock only, or with all."""
    return address(replace(search, filters=replace(search.filters, in_stock=only), page=1))


def without_price(search: Search) -> str:
    """Return the address with goods of any price."""
    return address(replace(search, filters=replace(search.filters, least=None, most=None), page=1))


def without_filters(search: Search) -> str:
    """Return the address of the query alone."""
    return address(Search(search.query))


def at_page(search: Search, page: int) -> str:
    """Return the address of another page of the results."""
    return address(replace(search, page=page))


def expand(search: Search, column: Column | None) -> str:
    """Return the address with all choices of a column, or with the most frequent ones."""
    return address(replace(search, expanded=column, page=1))


def _address(
    search: Search,
    kept: Mapping[Column, tuple[str, ...]],
    path: str = "/",
    expanded: Column | None = None,
    page: int = 1,
) -> str:
    """Return the address of a search with these brands and categories."""
    pairs = "&".join(f"{name}={_quote(value)}" for name, value in _pairs(search, kept, expanded, page))
    return f"{path}?{pairs}" if pairs else path


def _pairs(
    search: Search, kept: Mapping[Column, tuple[str, ...]], expanded: Column | None, page: int
) -> Iterator[tuple[str, str]]:
    filters = search.filters
    if search.query:
        yield "q", search.query
    for column in COLUMNS:
        for name in kept.get(column, ()):
            yield column, name
    if filters.in_stock:
        yield "stok", "1"
    for name, amount in (("dari", filters.least), ("sampai", filters.most)):
        if amount is not None:
            yield name, str(amount)
    if expanded:
        yield "semua", expanded
    if page > 1:
        yield "hal", str(page)


@lru_cache(maxsize=MOST_QUOTED)
def _quote(text: str) -> str:
    """Quote a value of an address. A page has the same query and the same brands in a dozen of them."""
    return quote_plus(text)


def _rupiah(text: str | None) -> Decimal | None:
    """Read an amount as people write it: `10000`, `10.000` or `Rp 10.000`."""
    digits = NOT_DIGITS.sub("", (text or "")[:30])
    return Decimal(digits) if NUMBER.fullmatch(digits) else None
