"""The discounts and promotions that the till applies by itself for a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any, Generic, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.names import has_table
from toko_core.catalog.reference.periods import ALWAYS, EVERY_DAY, Period

DIGITS = 100
"""Enough for the exact result of four percents on the largest price."""
ROWS_A_READ = 4096
DISCOUNT = "product_id, iddiskon, satuan, kgrup, prioritas, rupiah, pot1, pot2, pot3, pot4"
PROMOTION = "product_id, idpromo, satuan, jumlah, hadiah, jumlah_hadiah, satuan_hadiah, kelipatan, harga"
PERIOD = "dari, sebelum, jam_dari, jam_sampai, hari"
PERIOD_VALUES = 5
Offer = TypeVar("Offer")


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount on a product's price for a time."""

    code: str
    """iPOS's `iddiskon`."""
    satuan: str | None
    """The unit whose prices it reduces; None means all units."""
    group: str | None
    """The code of the customer group that gets it; None means everybody."""
    priority: int
    rupiah: Decimal
    """Taken off the price of one unit, before the percents."""
    percents: tuple[Decimal, ...]
    """Taken off one after the other, each of what is left."""
    period: Period = ALWAYS

    def reduce(self, amount: Decimal) -> Decimal:
        """Return the exact reduced amount. At 0 or below, the discount does not apply."""
        return take_off(amount, self.percents, self.rupiah)


@dataclass(frozen=True, slots=True)
class Promotion:
    """Another product, or more of the same, for nothing or for less with a purchase. It changes no price."""

    code: str
    """iPOS's `idpromo`."""
    satuan: str | None
    """The unit that has to be bought; None means any."""
    bought: Decimal
    """How many of the unit have to be bought."""
    gift: int | None
    """The product_id of the other product; None means the same product."""
    given: Decimal
    given_unit: str | None
    repeats: bool
    """Whether each multiple of the bought quantity gets it again."""
    price: Decimal | None
    """The special price of one given unit; None means that it is free."""
    period: Period = ALWAYS


def take_off(amount: Decimal, percents: Sequence[Decimal], rupiah: Decimal = Decimal(0)) -> Decimal:
    """Take rupiah off an amount, and then percents, each of what is left. The result is exact."""
    with localcontext(prec=DIGITS):
        amount -= rupiah
        for percent in percents:
            amount = amount * (100 - percent) / 100
        return amount


class Discounts:
    """The discounts and promotions of a catalogue, by product. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the tables `discounts` and `promotions`. A catalogue of an earlier version has none."""
        self._discounts = _Offers(connection, "discounts", DISCOUNT, _discount)
        self._promotions = _Offers(connection, "promotions", PROMOTION, _promotion)
        offers: tuple[Discount | Promotion, ...] = (*self._discounts.distinct, *self._promotions.distinct)
        self._periods = tuple(dict.fromkeys(offer.period for offer in offers))

    def of(self, product_id: int, moment: datetime) -> tuple[tuple[Discount, ...], tuple[Promotion, ...]]:
        """Return the discounts and promotions of a product that apply at a moment of the shop's wall clock."""
        discounts, promotions = self._discounts.of(product_id), self._promotions.of(product_id)
        return (
            tuple(discount for discount in discounts if discount.period.covers(moment)),
            tuple(promotion for promotion in promotions if promotion.period.covers(moment)),
        )

    def products(self) -> NDArray[np.int32]:
        """Return the products that have a discount at some time, ascending."""
        return self._discounts.products()

    def in_force(self, moment: datetime) -> tuple[bool, ...]:
        """Return, for each distinct period of a discount or promotion, whether it covers a moment.

        As long as this stays the same, so do the prices of the catalogue.
        """
        return tuple(period.covers(moment) for period in self._periods)


class _Offers(Generic[Offer]):
    """Offers by product. Products with equal offers share them: a discount on all goods is in memory once."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: str, columns: str, make: Callable[..., Offer]
    ) -> None:
        places: dict[tuple[Any, ...], int] = {}
        pairs = [np.empty((0, 2), np.int32)]
        if has_table(connection, table):
            for rows in _read(connection, table, columns):
                numbered = [(row[0], places.setdefault(row[1:], len(places))) for row in rows]
                pairs.append(np.array(numbered, np.int32).reshape(-1, 2))
        self.distinct = [make(*values) for values in places]
        self._products, self._places = np.concatenate(pairs).T.copy()

    def products(self) -> NDArray[np.int32]:
        return np.unique(self._products)

    def of(self, product_id: int) -> list[Offer]:
        if not self.distinct:
            return []
        start, end = (int(self._products.searchsorted(product_id, side)) for side in ("left", "right"))
        return [self.distinct[place] for place in self._places[start:end]]


def _discount(*values: Any) -> Discount:
    code, satuan, group, priority, rupiah, *percents = values[:-PERIOD_VALUES]
    taken = tuple(percent.normalize() for percent in percents if percent)
    return Discount(code or "", satuan, group, priority or 0, rupiah or Decimal(0), taken, _period(values))


def _promotion(*values: Any) -> Promotion:
    code, satuan, bought, gift, given, given_unit, repeats, price = values[:-PERIOD_VALUES]
    return Promotion(code or "", satuan, bought, gift, given, given_unit, bool(repeats), price, _period(values))


def _period(values: Sequence[Any]) -> Period:
    start, end, first, last, weekdays = values[-PERIOD_VALUES:]
    return Period(start, end, first, last, EVERY_DAY if weekdays is None else weekdays)


def _read(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in the order of product ids, ROWS_A_READ at a time."""
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 - our own names
    query = f"SELECT {columns}, {PERIOD} FROM {table} WHERE rowid >= ? AND rowid < ?"  # noqa: S608
    for start in range(0, count, ROWS_A_READ):
        yield connection.execute(query, [start, start + ROWS_A_READ]).fetchall()
