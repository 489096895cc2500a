"""Keeps products and their prices in memory, so that a page of results needs no file access.

100,000 products with 200,000 prices take about 20 MB as arrays; as Python objects they would take ten times that.
Python objects are created only for the few products that somebody asks for.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.columns import complete_table, narrow, product_ranges, read_numbers, read_texts
from toko_core.catalog.reference.discounts import Discount, Discounts, Promotion
from toko_core.catalog.reference.groups import CustomerGroup, CustomerGroups
from toko_core.catalog.reference.names import Names, has_table

UNKNOWN = -(1 << 31)
"""Represents NULL. It fits into 32 bits, and no price has this value."""
MONEY, QUANTITY = 4, 3
"""Decimal places of DECIMAL(18,4) and DECIMAL(20,3), which are kept as integers."""
SMALLEST = {places: Decimal(1).scaleb(-places) for places in (MONEY, QUANTITY)}
PRODUCT_TEXTS = ("kodeitem", "namaitem", "jenis", "merek")
MOST = 9 * 10**15
"""The largest quantity that fits. The column could hold larger ones, but no shop has them."""
NO_STOCK = "(SELECT NULL::INTEGER AS product_id, NULL::DECIMAL(20,3) AS stok WHERE false)"
PRICE_NUMBERS = f"""
    product_id,
    coalesce((if(konversi > {MOST}, {MOST}, konversi)::DECIMAL(38,3) * 1000)::BIGINT, {UNKNOWN}) AS konversi,
    coalesce(level, {UNKNOWN}) AS level,
    coalesce((if(jumlah_sampai > {MOST}, {MOST}, jumlah_sampai)::DECIMAL(38,3) * 1000)::BIGINT, {UNKNOWN})
        AS jumlah_sampai,
    coalesce((hargapokok::DECIMAL(38,4) * 10000)::BIGINT, {UNKNOWN}) AS hargapokok,
    coalesce((hargajual::DECIMAL(38,4) * 10000)::BIGINT, {UNKNOWN}) AS hargajual
"""


@dataclass(frozen=True, slots=True)
class Price:
    """One price that the shop asks, and the unit, level and quantity that it applies to."""

    satuan: str
    konversi: Decimal | None
    """Base units in one of this unit; None if the shop has not entered it."""
    level: int | None
    """The customer level, if the product is priced by level."""
    jumlah_sampai: Decimal | None
    """The price applies up to this quantity of the unit; None means no limit."""
    hargapokok: Decimal | None
    hargajual: Decimal | None
    """In rupiah; None means that the price is not filled in."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product with all its prices, ordered by size of unit, level and quantity."""

    kodeitem: str
    namaitem: str
    jenis: str | None
    """The name of the category, or its code if it has no name; the same for the brand."""
    merek: str | None
    dijual: bool
    prices: tuple[Price, ...]
    groups: tuple[CustomerGroup, ...] = ()
    """The shop's customer groups, with what each pays for this product."""
    matauang: str | None = None
    """The currency of its prices if they cannot be converted to rupiah. They are then None."""
    discounts: tuple[Discount, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    """Those that apply at the moment for which the product was asked."""
    stok: Decimal | None = None
    """The stock of all branches in base units; None for a service, or if iPOS does not say."""
    level: int | None = None
    """The level whose customers the prices are for (`prices.payable.of_level`); None: the prices of all levels."""


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The prices of all products as arrays: those of product i are at starts[i] to starts[i + 1]."""

    starts: NDArray[Any]
    units: NDArray[Any]
    """A number for each different name of a unit."""
    is_base: NDArray[Any]
    """Whether the unit has exactly one base unit."""
    levels: NDArray[Any]
    """UNKNOWN for a price without a level."""
    amounts: NDArray[Any]
    """`hargajual` in ten-thousandths of a rupiah; UNKNOWN if it is not filled in."""


class Products:
    """All products of a catalogue, by product_id. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the products and prices, whose rows are in the order in which people see them, the names and the groups.

        The connection must use one thread: several would mix up the order.
        """
        self._texts = read_texts(connection, "products", PRODUCT_TEXTS)
        (self._units,) = read_texts(connection, "prices", ("satuan",)).values()
        self._sold = connection.execute("SELECT dijual FROM products").fetchnumpy()["dijual"]
        self._prices = read_numbers(connection, "prices", PRICE_NUMBERS)
        self._starts = np.searchsorted(self._prices.pop("product_id"), np.arange(len(self) + 1)).astype(np.int32)
        # memoryviews, because one number of an array takes three times as long
        self._price_at = tuple(column.data for column in self._prices.values())
        self.levels = tuple(int(level) for level in np.unique(self._prices["level"]) if level != UNKNOWN)
        """The levels that prices have, ascending; none if the shop has no prices by level."""
        self._stock = _stock(connection)
        self.names = Names(connection)
        self._groups = CustomerGroups(connection)
        self._discounts = Discounts(connection)
        query = f"SELECT product_id, matauang FROM {complete_table(connection, 'products')} WHERE matauang IS NOT NULL"  # noqa: S608
        self._currencies = dict(connection.execute(query).fetchall())

    def __len__(self) -> int:
        return len(self._sold)

    def __getitem__(self, product_id: int) -> Product:
        start, end = self._starts[product_id : product_id + 2].tolist()
        code, name = self.code(product_id), self.name(product_id)
        jenis, merek = self.label(product_id, "jenis"), self.label(product_id, "merek")
        prices = tuple(map(self._price, range(start, end)))
        groups, currency = self._groups.of(product_id), self._currencies.get(int(product_id))
        stock = _decimal(int(self._stock[product_id]), QUANTITY)
        return Product(code, name, jenis, merek, self.is_sold(product_id), prices, groups, currency, stok=stock)

    def at(self, product_id: int, moment: datetime) -> Product:
        """Return a product with the discounts and promotions that apply at a moment of the shop's wall clock."""
        discounts, promotions = self._discounts.of(product_id, moment)
        product = self[product_id]
        if not discounts and not promotions:
            return product
        return replace(product, discounts=discounts, promotions=promotions)

    def offers_in_force(self, moment: datetime) -> tuple[bool, ...]:
        """Return which discounts and promotions apply at a moment: as long as it is the same, so is `at`."""
        return self._discounts.in_force(moment)

    @property
    def groups(self) -> tuple[CustomerGroup, ...]:
        """The shop's customer groups, with the percents that they get for most products."""
        return self._groups.everywhere

    def code(self, product_id: int) -> str:
        """Return the product's `kodeitem`."""
        return self._texts["kodeitem"][product_id] or ""

    def name(self, product_id: int) -> str:
        """Return the product's `namaitem`."""
        return self._texts["namaitem"][product_id] or ""

    def price_columns(self) -> PriceColumns:
        """Return the prices as arrays, for work on all of them. It takes a second for a million prices."""
        numbers: dict[str | None, int] = {}
        units = np.fromiter(
            (numbers.setdefault(self._units[place], len(numbers)) for place in range(int(self._starts[-1]))), np.int32
        )
        conversions, levels, amounts = (self._prices[name] for name in ("konversi", "level", "hargajual"))
        return PriceColumns(self._starts, units, conversions == 10**QUANTITY, levels, amounts)

    def in_stock(self) -> NDArray[np.bool_]:
        """Return for each product whether some of it is in stock. Services have no stock."""
        return np.asarray(self._stock > 0)

    def sold(self) -> NDArray[np.bool_]:
        """Return for each product whether the shop sells it."""
        return np.asarray(self._sold, bool)

    def with_discounts(self) -> NDArray[np.int32]:
        """Return the products that have a discount at some time, ascending."""
        return self._discounts.products()

    def with_percents(self, ordinary_level: int) -> NDArray[np.int32]:
        """Return the products for which customers of another level may get percents, ascending."""
        found = self._groups.with_percents(ordinary_level)
        return np.arange(len(self), dtype=np.int32) if found is None else found

    def is_sold(self, product_id: int) -> bool:
        """Return whether the shop sells the product."""
        return bool(self._sold[product_id])

    def label(self, product_id: int, column: Literal["merek", "jenis"]) -> str | None:
        """Return the name of the product's brand or category, or its code if it has no name."""
        return self.names.shown(column, self._texts[column][product_id])

    def label_code(self, product_id: int, column: Literal["merek", "jenis"]) -> str | None:
        """Return the code of the product's brand or category."""
        return self._texts[column][product_id]

    def _price(self, place: int) -> Price:
        konversi, level, jumlah_sampai, hargapokok, hargajual = (column[place] for column in self._price_at)
        return Price(
            self._units[place] or "",
            _decimal(konversi, QUANTITY),
            None if level == UNKNOWN else level,
            _decimal(jumlah_sampai, QUANTITY),
            _decimal(hargapokok, MONEY),
            _decimal(hargajual, MONEY),
        )


def _stock(connection: duckdb.DuckDBPyConnection) -> NDArray[Any]:
    """Read the stock of each product, in thousandths of its base unit."""
    stock = "stock" if has_table(connection, "stock") else NO_STOCK
    query = f"""
        SELECT coalesce((if(abs(stok) > {MOST}, sign(stok) * {MOST}, stok)::DECIMAL(38,3) * 1000)::BIGINT, {UNKNOWN})
            AS stok
        FROM (
            SELECT product_id, CASE WHEN jasa THEN NULL ELSE coalesce(stok, CASE WHEN NOT jasa THEN 0 END) END AS stok
            FROM {complete_table(connection, "products")}
            LEFT JOIN (
                SELECT product_id, sum(stok) AS stok FROM {stock} WHERE product_id >= $1 AND product_id < $2
                GROUP BY product_id
            ) USING (product_id)
            WHERE product_id >= $1 AND product_id < $2
        ) ORDER BY product_id
    """  # noqa: S608 - names of our own
    parts = [connection.execute(query, part).fetchnumpy()["stok"] for part in product_ranges(connection)]
    return narrow(np.concatenate(parts))


def _decimal(number: int, decimals: int) -> Decimal | None:
    return None if number == UNKNOWN else number * SMALLEST[decimals]
