"""Reads what somebody wants to see from the address of the search page, and writes such addresses."""

import re
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from toko_web.catalogue.facets import Column
from toko_web.catalogue.filters import COLUMNS, Filters
from toko_web.catalogue.searching import Search, clean

MOST_NAMES, LONGEST_NAME = 30, 200
"""The most brands or categories in an address, and the most characters of each."""
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
    filters = search.filters
    pairs = [("q", search.query)] if search.query else []
    pairs += [(column, name) for column in COLUMNS for name in filters.names(column)]
    pairs += [("stok", "1")] if filters.in_stock else []
    prices = (("dari", filters.least), ("sampai", filters.most))
    pairs += [(name, str(amount)) for name, amount in prices if amount is not None]
    pairs += [("semua", search.expanded)] if search.expanded else []
    pairs += [("hal", str(search.page))] if search.page > 1 else []
    return f"{path}?{urlencode(pairs)}" if pairs else path


def toggle(search: Search, column: Column, name: str) -> str:
    """Return the address with a brand or category chosen, or not any more."""
    return address(replace(search, filters=search.filters.toggled(column, name), page=1, expanded=None))


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


def _rupiah(text: str | None) -> Decimal | None:
    """Read an amount as people write it: `10000`, `10.000` or `Rp 10.000`."""
    digits = NOT_DIGITS.sub("", (text or "")[:30])
    return Decimal(digits) if NUMBER.fullmatch(digits) else None
