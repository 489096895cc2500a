"""Shows search results in the terminal."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from toko_assets.cli.terminal import plain, unmarked
from toko_core.catalog.asking.serials import find_serials
from toko_core.catalog.details import Details
from toko_core.catalog.products import Price, Product, Products
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.files import DataFolder
from toko_core.prices.labels import Tier, label_discount, label_level, label_payers, label_promotion, tiers
from toko_core.prices.payable import group_prices, price_in_force, round_amount
from toko_core.text import moment, quantity, rupiah

UNPRICED = "harga belum diisi"
INDENT = GAP = "  "


class Row(NamedTuple):
    """The texts of a price's line."""

    unit: str
    applies_to: str
    price: str
    cost: str


class _Widths(NamedTuple):
    unit: int
    applies_to: int
    price: int
    cost: int


HEADINGS = Row("Unit", "Applies to", "Price", "Cost")


def show_searches(data: Path, queries: Sequence[str], limit: int, console: Console, zone: ZoneInfo) -> None:
    """Run searches in the published catalogue, and show their results with the prices that are in force now.

    Below discounts and promotions stands how old the data is: the shop may have switched them off since.
    """
    at = datetime.now(zone).replace(tzinfo=None)
    catalog = PublishedCatalog.open_current(DataFolder(data).catalog)
    details = Details(catalog.file)
    for query in queries:
        begun = time.perf_counter()
        found = catalog.search(query, limit, at)
        took = f"{len(found)} found in {(time.perf_counter() - begun) * 1000:.1f} ms"
        console.print(f"\n[bold]{plain(query)}[/]  [dim]{took}[/]", highlight=False)
        if meant := catalog.suggestion(query):
            console.print(f"Did you mean: [bold]{plain(meant)}[/]", highlight=False)
        if found:
            notes = [_notes(catalog, details, hit.product_id, query) for hit in found]
            show_products([hit.product for hit in found], console, catalog.products, notes)
            if any(hit.product.discounts or hit.product.promotions for hit in found):
                data_time = moment(datetime.fromisoformat(catalog.info["backup_time"]), zone)
                console.print(f"Discounts and promotions as of the backup of {data_time}.", highlight=False)
        else:
            console.print("The catalogue has no similar product.", highlight=False)


def show_products(
    products: Sequence[Product],
    console: Console,
    names: Products | None = None,
    notes: Sequence[Sequence[str]] = (),
) -> None:
    """Show each name on a separate line, with a line for each price below it, in columns that all products share.

    `notes`, if given, are lines for each product, which are shown below its name.

    If the terminal is too narrow for all columns, "applies to" gets a separate line. Prices are never truncated: a line
    that is longer than the terminal is wrapped.
    """
    widths = _widths([row for product in products for row in _rows(product)], console.width)
    console.print(unmarked(_line(HEADINGS, widths), "bold"), soft_wrap=True)
    for product, lines in zip(products, notes or repeat(()), strict=False):
        console.print(_title(product))
        for line in lines:
            console.print(unmarked(f"{INDENT}{line}", "dim"), soft_wrap=True)
        for row in _rows(product):
            console.print(unmarked(_line(row, widths)), soft_wrap=True)
            if row.applies_to and not widths.applies_to:
                console.print(unmarked(f"{INDENT * 2}{row.applies_to}"), soft_wrap=True)
        for promotion in product.promotions:
            gift = names.name(promotion.gift) if names and promotion.gift is not None else None
            console.print(unmarked(f"{INDENT}{label_promotion(promotion, gift)}"), soft_wrap=True)


def _notes(catalog: PublishedCatalog, details: Details, product_id: int, query: str) -> list[str]:
    """Return the product's serial number, if the query is one, and the shop's remark on it."""
    lines = find_serials(catalog, details, product_id, query)
    remark = details.of(product_id).keterangan
    return [*lines, remark] if remark else lines


def _widths(rows: Sequence[Row], width: int) -> _Widths:
    """Return the width of each column. "Applies to" gets 0 if it is empty, or if the lines would exceed `width`."""
    columns = zip(HEADINGS, *rows, strict=True)
    widths = _Widths(*(max(map(cell_len, column)) for column in columns))
    fits = len(INDENT) + sum(widths) + (len(widths) - 1) * len(GAP) <= width
    return widths if fits and any(row.applies_to for row in rows) else widths._replace(applies_to=0)


def _line(row: Row, widths: _Widths) -> str:
    """Format a line, with texts aligned left and amounts aligned right."""
    padding = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
    cells = [row.unit + padding[0], row.applies_to + padding[1], padding[2] + row.price, padding[3] + row.cost]
    if not widths.applies_to:
        del cells[1]
    return (INDENT + GAP.join(cells)).rstrip()


def _title(product: Product) -> Text:
    name = unmarked(product.namaitem)
    return name if product.dijual else name.append(" (not sold)", style="dim")


def _rows(product: Product) -> Iterator[Row]:
    for tier in tiers(product.prices):
        price = tier.price
        yield Row(
            _unit(price),
            _applies_to(tier, product.groups),
            _unpriced(product) if price.hargajual is None else rupiah(price.hargajual),
            "" if price.hargapokok is None else rupiah(price.hargapokok),
        )
        reduced = price_in_force(price, product.discounts)
        if reduced and reduced.discount:
            yield Row("", label_discount(reduced.discount), rupiah(round_amount(reduced.amount, None)), "")
        for paid in group_prices(price, product.groups, None, product.discounts):
            yield Row("", label_payers(paid), rupiah(paid.amount), "")


def _unpriced(product: Product) -> str:
    return f"harga dalam {product.matauang}, tanpa kurs" if product.matauang else UNPRICED


def _unit(price: Price) -> str:
    if price.konversi is None:
        return f"{price.satuan} (×?)"
    return price.satuan if price.konversi == 1 else f"{price.satuan} (×{quantity(price.konversi)})"


def _applies_to(tier: Tier, groups: Sequence[CustomerGroup]) -> str:
    """Format the customer groups or the level, and the quantity, that a price applies to."""
    price = tier.price
    parts = [label_level(price.level, groups)] if price.level is not None else []
    if tier.over is not None:
        parts.append(f"over {quantity(tier.over)}")
    if price.jumlah_sampai is not None and not tier.is_last:
        parts.append(f"up to {quantity(price.jumlah_sampai)}")
    return " ".join(parts)
