"""What one product's page has: a record of exactly that which a View may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from toko_core.catalog.asking.serials import find_serials
from toko_core.catalog.asking.wanted import read_wanted
from toko_core.catalog.details import Barcode, ProductDetails
from toko_core.catalog.live import Served
from toko_core.catalog.price_changes import PriceChange
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.products import Product
from toko_core.catalog.reference.sales import ProductSales
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.history import Series, Span, group_changes, price_labels, series_of
from toko_core.prices.payable import Calculation, is_below_cost, of_level
from toko_core.prices.shown import (
    CostOfPrice,
    PriceLine,
    ShownPrice,
    cost_of,
    offer_lines,
    promotion_texts,
    shown_prices,
)
from toko_core.prices.totals import wanted_total
from toko_web.catalogue.scanning import find_scanned

LONGEST_BRANCH = 60


@dataclass(frozen=True, slots=True)
class BranchStock:
    """What one branch has, in base units."""

    branch: str
    stok: Decimal


@dataclass(frozen=True, slots=True)
class Stock:
    """What the shop has of a product."""

    total: Decimal | None
    """In base units; None for a service, or if iPOS does not say."""
    branches: tuple[BranchStock, ...]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price, and for owners what the goods cost at it."""

    shown: ShownPrice
    cost: CostOfPrice | None
    """None for whoever may not see it."""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The changes of a product's prices that a view may see."""

    since: datetime
    backups: str
    """From how many backups it is."""
    changes: tuple[tuple[str, tuple[PriceChange, ...]], ...]
    """The label of each price that changed, and its changes, the newest first."""
    series: tuple[Series, ...]
    """What a chart draws; none if no price changed."""
    span: Span
    are_others_unchanged: bool
    """Whether the product has prices that did not change."""


@dataclass(frozen=True, slots=True)
class OwnersFacts:
    """What only owners see of a product."""

    is_below_cost: bool
    stokmin: Decimal | None
    supplier: str | None
    changed: datetime | None
    """When iPOS last changed the item, in the shop's time."""
    sales: ProductSales | None
    """None if sales were never read."""
    sales_until: datetime | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    """All that somebody is shown of a product. Amounts are as people see them, in rupiah."""

    hash: str
    code: str
    name: str
    is_sold: bool
    currency: str | None
    """That of its prices, if they cannot be converted to rupiah."""
    category: str | None
    brand: str | None
    base_unit: str
    unit_names: Mapping[str, str]
    prices: tuple[PriceRow, ...]
    offers: tuple[PriceLine, ...]
    """The prices with a discount in force."""
    promotions: tuple[str, ...]
    stock: Stock | None
    """None for whoever may not see stock."""
    shelf: str | None
    barcodes: tuple[Barcode, ...]
    remark: str | None
    has_photo: bool
    history: PriceHistory
    owners: OwnersFacts | None
    """None for everybody but owners."""
    serials: tuple[str, ...]
    """Where the items are whose serial number was searched for."""
    asked: str
    """What was searched for, without its quantity."""
    total: Calculation | None
    """What the quantity costs that was searched for, if one was."""
    scanned: Barcode | None
    """The barcode that a scanner read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a product's page has that is not in memory."""

    changes: Sequence[PriceChange]
    """Of the prices that the view shows, the oldest first."""
    serials: Sequence[str]
    """A line for each item whose serial number was searched for."""


def read_stored(served: Served, row: int, view: View, rounding: int | None, text: str) -> Stored:
    """Read it from the file: do not call it in the event loop. `text` is what was typed or scanned."""
    serials = find_serials(served.catalog, served.details, row, text) if view.stock else ()
    return Stored(served.details.price_changes.of(row, rounding, view.level), serials)


def make_page(
    served: Served, row: int, view: View, rounding: int | None, zone: ZoneInfo, stored: Stored,
    query: str = "", code: str = "",
) -> ProductPage:  # fmt: skip
    """Return what `view` shows of a product now. It was found with `query`, or a scanner read `code`.

    It reads no file if the details are in memory (`Details.keep_in_memory`).
    """
    product, details = asked_now(served.catalog.products, row, view, zone), served.details.of(row)
    names, wanted = served.catalog.products.names, read_wanted(served.catalog.index, served.catalog.products, query)
    units = [price.satuan for price in product.prices]
    return ProductPage(
        product_hash(product.kodeitem),
        product.kodeitem,
        product.namaitem or product.kodeitem,
        product.dijual,
        product.matauang,
        product.jenis,
        product.merek,
        details.satuan,
        names.units([*units, details.satuan]),
        tuple(_price_rows(product, view, rounding)),
        tuple(offer_lines(product, rounding)),
        tuple(promotion_texts(product, served.catalog.products)),
        _stock(served, product, details) if view.stock else None,
        details.rak,
        tuple(details.barcodes_by_unit(units)),
        details.keterangan,
        details.has_photo,
        _history(served, row, view, zone, stored.changes),
        _owners_facts(served, row, product, details, zone) if view.cost else None,
        tuple(stored.serials),
        wanted.text if query else "",
        wanted_total(product, wanted, query, rounding),
        find_scanned(details.barcodes, code),
    )


def _history(served: Served, row: int, view: View, zone: ZoneInfo, changes: Sequence[PriceChange]) -> PriceHistory:
    product, info = of_level(served.catalog.products[row], view.level), served.catalog.info
    since = datetime.fromisoformat(info["history_since"]).astimezone(UTC)
    labels = price_labels(product, changes)
    histories = group_changes(changes, labels)
    newest = max((change.seen_from for change in changes), default=since)
    return PriceHistory(
        since,
        info["history_backups"],
        tuple((labels[key], tuple(reversed(found))) for key, found in histories.items()),
        tuple(series_of(histories, labels, since)),
        Span(since, max(served.data_time, newest), zone),
        bool(labels.keys() - histories.keys()),
    )


def _price_rows(product: Product, view: View, rounding: int | None) -> Sequence[PriceRow]:
    return [
        PriceRow(shown, cost_of(shown.price, rounding) if view.cost else None)
        for shown in shown_prices(product, rounding)
    ]


def _stock(served: Served, product: Product, details: ProductDetails) -> Stock:
    codes = [place.kantor for place in details.stock]
    branches = served.catalog.products.names.branches(codes, LONGEST_BRANCH, LONGEST_BRANCH)
    return Stock(
        product.stok,
        tuple(BranchStock(branch, place.stok) for branch, place in zip(branches, details.stock, strict=True)),
    )


def _owners_facts(served: Served, row: int, product: Product, details: ProductDetails, zone: ZoneInfo) -> OwnersFacts:
    sales = served.catalog.sales
    changed = details.dateupd
    return OwnersFacts(
        is_below_cost(product.prices),
        details.stokmin,
        served.catalog.products.names.shown("supplier", details.supplier),
        changed.replace(tzinfo=zone) if changed is not None else None,
        sales.of(row),
        sales.until,
    )
