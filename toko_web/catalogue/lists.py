"""The lists of products: changed prices, best sellers, out of stock, below cost, without a price."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import Period, PriceChange, start_of
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Products
from toko_core.catalog.reference.sales import ProductSales
from toko_core.catalog.reports.rows import report_rows
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.history import price_labels
from toko_core.prices.labels import label_prices
from toko_core.prices.shown import CostOfPrice, cost_of, losses
from toko_core.prices.summary import Summary, summarize
from toko_web.catalogue.kept import KeptLists
from toko_web.catalogue.pages_of import PageOf, cut

MOST_MOVES = 6
"""The most price changes that the list shows for a product."""
MOST_BRANDS = 60


@dataclass(frozen=True, slots=True)
class MovedGood:
    """A product with its prices that moved."""

    hash: str
    name: str
    moves: tuple[tuple[str, PriceChange], ...]
    """The label of each price, and its change."""
    more: int
    """How many prices that moved are left out."""


@dataclass(frozen=True, slots=True)
class Moves:
    """A page of the list of changed prices, and the brands that the whole list has, with their numbers of products."""

    page: PageOf[MovedGood]
    brands: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ListedGood:
    """A product of an owners' list, with what any of the lists shows of it."""

    hash: str
    name: str
    is_sold: bool
    category: str | None
    unit: str
    """The base unit."""
    currency: str | None
    prices: Summary | None
    stok: Decimal | None
    stokmin: Decimal | None
    sales: ProductSales | None
    losses: tuple[tuple[str, Decimal, CostOfPrice], ...]
    """The label, the amount and the cost of each price that is below its cost."""
    unpriced: tuple[str, ...]
    """The labels of the prices that are not filled in."""


def period_of(name: str, rising: bool, now: datetime, zone: ZoneInfo) -> Period:
    """Return a period that ends now, `hari-ini`, `7-hari` or `30-hari`, or that of yesterday, `kemarin`."""
    today = start_of(1, now, zone)
    if name == "kemarin":
        return Period(rising, start_of(2, now, zone), today - timedelta(microseconds=1))
    return Period(rising, start_of({"7-hari": 7, "30-hari": 30}.get(name, 1), now, zone))


def list_moves(
    served: Served, kept: KeptLists, period: Period, view: View, rounding: int | None, brand: str, number: int
) -> Moves:
    """Return a page of the prices that moved and that `view` shows, the largest relative change first.

    With one of the `brands` it has only products of that brand. It reads the file: do not call it in the event loop.
    """
    changes, products = served.details.price_changes, served.catalog.products
    key = period, view.level, rounding
    rows = kept.get(served, ("moved", *key), lambda: array("i", changes.moved(period, rounding, view.level)))
    brands = kept.get(served, ("brands", *key), lambda: _count_brands(products, rows))
    if brand in dict(brands):
        of_brand = lambda: array("i", (row for row in rows if products.label(row, "merek") == brand))  # noqa: E731
        rows = kept.get(served, ("moved", *key, brand), of_brand)
    else:
        brand = ""
    page = cut(rows, number)

    def read_goods() -> list[MovedGood]:
        shown = list(page.items)
        moves = changes.moves_of(shown, period, rounding, view.level) if shown else []
        return [_moved(served, row, [move for move in moves if move.product_id == row]) for row in shown]

    goods = kept.get(served, ("moves", *key, brand, page.number), read_goods)
    return Moves(PageOf(goods, page.number, page.pages, page.total), brands)


def list_report(
    served: Served, kept: KeptLists, name: str, view: View, rounding: int | None, zone: ZoneInfo, number: int
) -> PageOf[ListedGood]:
    """Return a page of an owners' list; the names are those of `report_rows`.

    It reads the file: do not call it in the event loop.
    """
    rows = kept.get(served, ("report", name), lambda: array("i", (row.product_id for row in report_rows(served, name))))
    page = cut(rows, number)
    shown = list(page.items)
    units = served.details.units(shown)
    goods = [_listed(served, row, units, view, rounding, zone) for row in shown]
    return PageOf(goods, page.number, page.pages, page.total)


def _count_brands(products: Products, rows: Iterable[int]) -> tuple[tuple[str, int], ...]:
    counts = Counter(name for row in rows if (name := products.label(row, "merek")))
    return tuple(counts.most_common(MOST_BRANDS))


def _moved(served: Served, row: int, moves: list[PriceChange]) -> MovedGood:
    product = served.catalog.products[row]
    labels = price_labels(product, moves)
    shown = tuple((labels[move.key], move) for move in moves[:MOST_MOVES])
    name = product.namaitem or product.kodeitem
    return MovedGood(product_hash(product.kodeitem), name, shown, len(moves) - len(shown))


def _listed(
    served: Served, row: int, units: Mapping[int, tuple[str, Decimal | None]], view: View, rounding: int | None,
    zone: ZoneInfo,
) -> ListedGood:  # fmt: skip
    product = asked_now(served.catalog.products, row, view, zone)
    unit, stokmin = units.get(row, ("", None))
    return ListedGood(
        product_hash(product.kodeitem),
        product.namaitem or product.kodeitem,
        product.dijual,
        product.jenis,
        unit,
        product.matauang,
        summarize(product, rounding) if product.prices else None,
        product.stok,
        stokmin,
        served.catalog.sales.of(row),
        tuple((label, amount, cost_of(price, rounding)) for label, price, amount in losses(product, rounding)),
        tuple(label for label, price in label_prices(product.prices, product.groups) if price.hargajual is None),
    )
