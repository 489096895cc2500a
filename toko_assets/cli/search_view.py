"""Search results in the terminal."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from toko_assets.cli.terminal import plain
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reader import Found, PublishedCatalog
from toko_core.files import DataFolder
from toko_core.prices import Tier, quantity, rupiah, tiers

UNPRICED = "harga belum diisi"


def show_searches(data: Path, queries: Sequence[str], limit: int, console: Console) -> None:
    """Answer searches from the published catalogue."""
    catalog = PublishedCatalog.open_current(DataFolder(data).catalog)
    for query in queries:
        begun = time.perf_counter()
        found = catalog.search(query, limit)
        took = f"{len(found)} found in {(time.perf_counter() - begun) * 1000:.1f} ms"
        console.print(f"\n[bold]{plain(query)}[/]  [dim]{took}[/]", highlight=False)
        if meant := catalog.suggestion(query):
            console.print(f"Did you mean: [bold]{plain(meant)}[/]", highlight=False)
        console.print(results_table(found) if found else "Nothing near that is in the catalogue.", highlight=False)


def results_table(found: Iterable[Found]) -> Table:
    """Each product with every unit and price, what the price applies to, and the cost."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Product", overflow="fold")
    table.add_column("Unit", no_wrap=True)
    table.add_column("Applies to", no_wrap=True)
    table.add_column("Price", justify="right", no_wrap=True)
    table.add_column("Cost", justify="right", style="dim", no_wrap=True)
    for hit in found:
        for number, line in enumerate(_lines(hit.product)):
            table.add_row(_title(hit.product) if number == 0 else "", *map(Text, line))
    return table


def _title(product: Product) -> Text:
    name = Text(product.namaitem)
    return name if product.dijual else name.append(" (not sold)", style="dim")


def _lines(product: Product) -> Iterator[tuple[str, str, str, str]]:
    for tier in tiers(product.prices):
        price = tier.price
        yield (
            _unit(price),
            _applies_to(tier),
            UNPRICED if price.hargajual is None else rupiah(price.hargajual),
            "" if price.hargapokok is None else rupiah(price.hargapokok),
        )


def _unit(price: Price) -> str:
    if price.konversi is None:
        return f"{price.satuan} (×?)"
    return price.satuan if price.konversi == 1 else f"{price.satuan} (×{quantity(price.konversi)})"


def _applies_to(tier: Tier) -> str:
    """Level and quantity."""
    price = tier.price
    parts = [f"level {price.level}"] if price.level is not None else []
    if tier.over is not None:
        parts.append(f"over {quantity(tier.over)}")
    if price.jumlah_sampai is not None:
        parts.append(f"up to {quantity(price.jumlah_sampai)}{' and on' if tier.is_last else ''}")
    return " ".join(parts)
