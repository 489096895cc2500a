"""What lists show for the base unit of each product, as arrays, so that a filter need not compute prices.

A list price becomes an amount by rounding alone unless a discount or a group's percents may apply; only for products
with these, `payable` is asked one by one.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.products import MONEY, UNKNOWN, Products
from toko_core.prices.payable import ORDINARY_LEVEL, of_level
from toko_core.prices.summary import summarize

NO_PRICE = -1
"""Stands for a base unit without a price."""
UNIT = 10**MONEY
"""Amounts are counted in ten-thousandths of a rupiah."""
PRODUCTS_AT_ONCE = 25
"""After so many products other threads get the processor: half a millisecond."""


class BaseAmounts:
    """The amounts of one catalogue for those who see all levels, and for customers of each level."""

    def __init__(self, products: Products, rounding: int | None, moment: datetime) -> None:
        """Compute them as of a moment of the shop's wall clock. `rounding` is PRICE_ROUNDING."""
        self._products, self._rounding = products, rounding
        self._in_force = products.offers_in_force(moment)
        self._changing = products.with_discounts()
        listed = _ListPrices(products)
        self._amounts: dict[int | None, NDArray[np.int64]] = {
            level: _round_up(listed.lowest(level), rounding) for level in (None, *products.levels)
        }
        self._compute(np.union1d(self._changing, products.with_percents(ORDINARY_LEVEL)), moment)

    def of_level(self, level: int | None) -> NDArray[np.int64]:
        """Return the amount of each product, in ten-thousandths of a rupiah; NO_PRICE where it is not filled in.

        `level` is the one whose customers see the amounts; None: those of all levels.
        """
        return self._amounts.get(level, self._amounts.get(ORDINARY_LEVEL, self._amounts[None]))

    def update(self, moment: datetime) -> None:
        """Compute again what changes because discounts begin or end. Call it off the event loop, every few seconds."""
        in_force = self._products.offers_in_force(moment)
        if in_force != self._in_force:
            self._compute(self._changing, moment)
            self._in_force = in_force

    def _compute(self, rows: Iterable[int], moment: datetime) -> None:
        amounts = {level: array.copy() for level, array in self._amounts.items()}
        for number, row in enumerate(rows):
            product = self._products.at(int(row), moment)
            for level, array in amounts.items():
                summary = summarize(of_level(product, level), self._rounding)
                array[row] = to_number(summary.base.amount) if summary else NO_PRICE
            if number % PRODUCTS_AT_ONCE == 0:
                time.sleep(0)
        self._amounts = amounts


def to_number(amount: Decimal | None) -> int:
    """Return an amount in ten-thousandths of a rupiah; NO_PRICE if there is none."""
    return NO_PRICE if amount is None else int(amount * UNIT)


class _ListPrices:
    """The list prices of all products."""

    def __init__(self, products: Products) -> None:
        self._size, self._columns = len(products), products.price_columns()
        self._owners = np.repeat(np.arange(self._size), np.diff(self._columns.starts))
        several = int(self._columns.units.max(initial=0)) + 1
        self._of_unit = np.unique(self._owners * several + self._columns.units, return_inverse=True)[1]
        """A number for each unit of each product."""

    def lowest(self, level: int | None) -> NDArray[np.int64]:
        """Return the lowest list price of each product's base unit, of the prices that a level pays."""
        columns, places = self._columns, np.flatnonzero(self._paid_by(level))
        owners, units = self._owners[places], self._of_unit[places]
        base = np.full(self._size, -1)
        for chosen in (slice(None), columns.is_base[places]):  # the first unit, unless there is a base unit
            base[owners[chosen][::-1]] = units[chosen][::-1]  # of several, the last assignment stays
        amounts = columns.amounts[places].astype(np.int64)
        counted = (units == base[owners]) & (amounts != UNKNOWN)
        most = np.iinfo(np.int64).max
        found = np.full(self._size, most)
        np.minimum.at(found, owners[counted], amounts[counted])
        return np.where(found == most, NO_PRICE, found)

    def _paid_by(self, level: int | None) -> NDArray[np.bool_]:
        """Return for each price whether customers of a level pay it, as `payable.prices_of_level` says."""
        levels = self._columns.levels
        if level is None:
            return np.ones(len(levels), bool)
        own = (levels == UNKNOWN) | (levels == level)
        has_own = np.zeros(int(self._of_unit.max(initial=0)) + 1, bool)
        has_own[self._of_unit[own]] = True
        return np.asarray(own | ((levels == ORDINARY_LEVEL) & ~has_own[self._of_unit]))


def _round_up(amounts: NDArray[np.int64], rounding: int | None) -> NDArray[np.int64]:
    if rounding is None:
        return amounts
    step = rounding * UNIT
    return np.where(amounts == NO_PRICE, NO_PRICE, -(-amounts // step) * step)
