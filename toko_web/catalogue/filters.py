"""Filters products by brand, category, stock and price, and counts what each further choice would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from toko_core.people import View
from toko_core.prices.base_amounts import NO_PRICE, to_number
from toko_web.catalogue.facets import Column, Facets, Labels

MOST_CHOICES = 8
"""The most brands or categories that are offered at first."""
MOST_EXPANDED = 400
MOST_RUPIAH = Decimal(10**12)
COLUMNS: tuple[Column, ...] = ("merek", "jenis")


@dataclass(frozen=True, slots=True)
class Filters:
    """What products are narrowed to. Names of one column are alternatives; different filters must all fit."""

    kept: Mapping[Column, tuple[str, ...]] = field(default_factory=dict)
    """The names of brands and categories."""
    in_stock: bool = False
    least: Decimal | None = None
    """The price of the base unit in rupiah, as the viewer sees it."""
    most: Decimal | None = None

    def names(self, column: Column) -> tuple[str, ...]:
        """Return the names that products are narrowed to; none if they are not."""
        return self.kept.get(column, ())

    def toggled(self, column: Column, name: str) -> Mapping[Column, tuple[str, ...]]:
        """Return what `kept` is with one more name, or without it if it was chosen."""
        names = self.names(column)
        new = tuple(each for each in names if each != name) if name in names else (*names, name)
        return {**self.kept, column: new}

    @property
    def number(self) -> int:
        """How many filters are in use."""
        has_price = self.least is not None or self.most is not None
        return sum(len(self.names(column)) for column in COLUMNS) + self.in_stock + has_price


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand or category, and how many products one would get with it."""

    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What a filter left, and what further choices would leave."""

    rows: NDArray[np.int32]
    """The products that fit all filters, in the order in which they came."""
    choices: Mapping[Column, Sequence[Choice]]
    more: Mapping[Column, int]
    """How many further brands and categories there are."""
    in_stock: int | None
    """How many are in stock; None if the viewer may not know."""


def apply_filters(
    facets: Facets, rows: NDArray[np.int32], filters: Filters, view: View, expanded: Column | None = None
) -> Counted:
    """Narrow products to what fits, and count the choices. All choices of the column `expanded` are returned.

    The choices of a column are counted as if nothing of this column were chosen.
    """
    fits: dict[str, NDArray[np.bool_]] = {}
    for column in COLUMNS:
        if names := filters.names(column):
            labels = facets.labels[column]
            fits[column] = np.isin(labels.of_products[rows], labels.find(names))
    if view.stock and filters.in_stock:
        fits["stok"] = facets.in_stock[rows]
    if filters.least is not None or filters.most is not None:
        fits["harga"] = _fits_price(facets.amounts.of_level(view.level)[rows], filters)
    choices, more = {}, {}
    for column in COLUMNS:
        among = _without(fits, column, rows)
        choices[column], more[column] = _count(
            facets.labels[column], among, filters.names(column), is_expanded=column == expanded
        )
    in_stock = int(np.count_nonzero(facets.in_stock[_without(fits, "stok", rows)])) if view.stock else None
    return Counted(_without(fits, "", rows), choices, more, in_stock)


def _without(fits: Mapping[str, NDArray[np.bool_]], but: str, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the rows that fit all filters but one."""
    used = [fit for name, fit in fits.items() if name != but]
    return rows[np.logical_and.reduce(used)] if used else rows


def _fits_price(amounts: NDArray[np.int64], filters: Filters) -> NDArray[np.bool_]:
    fits = np.asarray(amounts != NO_PRICE)
    if filters.least is not None:
        fits &= amounts >= to_number(min(filters.least, MOST_RUPIAH))
    if filters.most is not None:
        fits &= amounts <= to_number(min(filters.most, MOST_RUPIAH))
    return fits


def _count(
    labels: Labels, rows: NDArray[np.int32], chosen: Sequence[str], *, is_expanded: bool
) -> tuple[list[Choice], int]:
    """Return the choices of a column, the most frequent first, or by name if expanded; and how many more there are."""
    counts = np.bincount(labels.of_products[rows], minlength=len(labels.names) + 1)[: len(labels.names)]
    places = set(labels.find(chosen))
    found = counts.nonzero()[0]
    most = MOST_EXPANDED if is_expanded else MOST_CHOICES
    top = found[np.argsort(-counts[found], kind="stable")[:most]].tolist()
    shown = list(dict.fromkeys([*(place for place in top if place in places), *places, *top]))
    if is_expanded:
        shown.sort(key=lambda place: labels.names[place].casefold())
    choices = [Choice(labels.names[place], int(counts[place]), place in places) for place in shown]
    return choices, len(found) - len(top)
