"""Exact margins of an export's prices, by category."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from toko_assets.common.scratch import scratch_database

MEMORY_LIMIT = "128MB"
NO_CATEGORY = "(no category)"
MARGINS = f"""
    SELECT coalesce(nama, jenis, '{NO_CATEGORY}') AS category,
        count(DISTINCT kodeitem) AS of_products, count(*) AS of_prices,
        count(*) FILTER (hargajual < hargapokok) AS below_cost, sum(hargajual), sum(hargapokok)
    FROM read_parquet($prices) AS prices JOIN read_parquet($products) AS products USING (kodeitem)
    LEFT JOIN names ON names.kode = jenis
    WHERE hargajual IS NOT NULL AND hargapokok IS NOT NULL
    GROUP BY ALL ORDER BY of_products DESC, category
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class CategoryMargin:
    """The margin of a category's prices. Only prices that are filled in and have a cost count."""

    category: str
    """The category's name, or its code if it has no name."""
    products: int
    prices: int
    below_cost: int
    margin_percent: Decimal
    """Selling prices minus costs, in percent of the selling prices, each summed over all units; one decimal place."""


def margins_by_category(export: Path) -> list[CategoryMargin]:
    """Return every category with such a price, the one with most products first."""
    files = {name: str(export / f"{name}.parquet") for name in ("products", "prices")}
    names = export / "names.parquet"
    with scratch_database(export.parent, MEMORY_LIMIT) as connection:
        connection.execute("CREATE TABLE names (kode VARCHAR, nama VARCHAR)")
        if names.exists():  # an earlier version exported none
            query = "INSERT INTO names SELECT kode, nama FROM read_parquet(?) WHERE kind = 'jenis'"
            connection.execute(query, [str(names)])
        rows = connection.execute(MARGINS, files).fetchall()
    return [
        CategoryMargin(category, products, prices, below_cost, _percent(sold - cost, sold))
        for category, products, prices, below_cost, sold, cost in rows
    ]


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
