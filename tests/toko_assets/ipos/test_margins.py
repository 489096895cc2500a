"""Margins by category are exact, and of the prices that have a cost alone."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from toko_assets.ipos.export import SCHEMAS
from toko_assets.ipos.margins import CategoryMargin, margins_by_category

Price = tuple[str, str | None, str | None]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path


def write(export: Path, categories: dict[str, str | None], prices: Sequence[Price]) -> None:
    """`prices` are (kodeitem, hargapokok, hargajual)."""
    products = [{"kodeitem": code, "namaitem": code, "jenis": category} for code, category in categories.items()]
    rows = [
        {"kodeitem": code, "satuan": "PCS", "hargapokok": cost and Decimal(cost), "hargajual": price and Decimal(price)}
        for code, cost, price in prices
    ]
    for name, table in (("products", products), ("prices", rows)):
        parquet.write_table(pa.Table.from_pylist(table, schema=SCHEMAS[name]), export / f"{name}.parquet")


def test_margins_are_sums_by_category_largest_first(export: Path) -> None:
    write(
        export,
        {"A": "SNACK", "B": "SNACK", "C": "ATK", "D": None},
        [("A", "800", "1000"), ("A", "30000", "39000"), ("B", "500.5", "500"), ("C", "1", "3"), ("D", "5", "4")],
    )
    assert margins_by_category(export) == [
        CategoryMargin("SNACK", 2, 3, 1, Decimal("22.7")),
        CategoryMargin("(no category)", 1, 1, 1, Decimal("-25.0")),
        CategoryMargin("ATK", 1, 1, 0, Decimal("66.7")),
    ]


def test_categories_are_named_and_codes_of_one_name_are_one_category(export: Path) -> None:
    write(export, {"A": "MNM", "B": "mnm", "C": "ATK"}, [(code, "800", "1000") for code in "ABC"])
    names = [{"kind": "jenis", "kode": code, "nama": "MINUMAN"} for code in ("MNM", "mnm")]
    names.append({"kind": "merek", "kode": "ATK", "nama": "SNOWMAN"})
    parquet.write_table(pa.Table.from_pylist(names, schema=SCHEMAS["names"]), export / "names.parquet")
    assert [(margin.category, margin.products) for margin in margins_by_category(export)] == [
        ("MINUMAN", 2),
        ("ATK", 1),
    ]


def test_a_price_without_a_cost_or_a_cost_without_a_price_does_not_count(export: Path) -> None:
    write(export, {"A": "SNACK", "B": "ATK"}, [("A", None, "1000"), ("A", "800", None), ("B", "1", "2")])
    assert margins_by_category(export) == [CategoryMargin("ATK", 1, 1, 0, Decimal("50.0"))]


def test_the_largest_amounts_stay_exact(export: Path) -> None:
    most = "99999999999999.9999"
    write(export, {"A": "SNACK"}, [("A", most, most)] * 3 + [("A", "0.0001", most)])
    (margin,) = margins_by_category(export)
    assert margin.margin_percent == Decimal("25.0")


def test_an_export_without_products_has_no_margins(export: Path) -> None:
    write(export, {}, [])
    assert margins_by_category(export) == []
