"""Search results in the terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.table import Table

from toko_bot.catalog import Found, Price, Product
from toko_bot.format import quantity, rupiah

UNPRICED = "harga belum diisi"


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
            table.add_row(_title(hit.product) if number == 0 else "", *line)
    return table


def _title(product: Product) -> str:
    name = product.namaitem.replace("[", r"\[")
    return name if product.dijual else f"{name} [dim](not sold)[/]"


def _lines(product: Product) -> Iterator[tuple[str, str, str, str]]:
    for _, same_unit in groupby(product.prices, key=lambda price: (price.satuan, price.level)):
        prices = list(same_unit)
        for number, price in enumerate(prices):
            before = prices[number - 1] if number else None
            last = number == len(prices) - 1
            yield (
                _unit(price),
                _applies_to(price, before, last=last),
                UNPRICED if price.hargajual is None else rupiah(price.hargajual),
                "" if price.hargapokok is None else rupiah(price.hargapokok),
            )


def _unit(price: Price) -> str:
    if price.konversi is None:
        return f"{price.satuan} (×?)"
    return price.satuan if price.konversi == 1 else f"{price.satuan} (×{quantity(price.konversi)})"


def _applies_to(price: Price, before: Price | None, *, last: bool) -> str:
    """Level and quantity. The last price of a unit holds beyond its limit too."""
    parts = [f"level {price.level}"] if price.level is not None else []
    if before is not None and before.jumlah_sampai is not None:
        parts.append(f"over {quantity(before.jumlah_sampai)}")
    if price.jumlah_sampai is not None:
        parts.append(f"up to {quantity(price.jumlah_sampai)}{' and on' if last else ''}")
    return " ".join(parts)
