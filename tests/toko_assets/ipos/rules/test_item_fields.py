"""The fields of an item that are neither names nor prices."""

from decimal import Decimal

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame
from toko_assets.ipos.rules.item_fields import item_fields
from toko_assets.ipos.source_tables import ITEMS


def fields(**columns: object) -> dict[str, object]:
    """The fields of one item, null as None."""
    found = item_fields(frame(ITEMS, [{"kodeitem": "A1", **columns}]))
    return {name: None if pd.isna(column.iloc[0]) else column.iloc[0] for name, column in found.items()}


@pytest.mark.parametrize(
    ("tipe", "service"),
    [("2", True), (" 2 ", True), ("Y", False), ("1", False), ("", False), ("3", False), (None, None)],
)
def test_an_item_of_type_2_is_a_service_and_any_other_is_goods(tipe: str | None, service: bool | None) -> None:
    assert fields(tipe=tipe)["jasa"] == service


def test_a_minimum_stock_of_0_or_less_is_not_filled_in() -> None:
    assert fields(stokmin=Decimal("2.5"))["stokmin"] == Decimal("2.5")
    assert [fields(stokmin=amount)["stokmin"] for amount in (Decimal(0), Decimal(-1), None)] == [None, None, None]


def test_the_code_of_the_supplier_is_cleaned_and_an_empty_one_is_none() -> None:
    assert fields(supplier1=" SU \t1 ")["supplier"] == "SU 1"
    assert [fields(supplier1=code)["supplier"] for code in ("", "  ", None)] == [None, None, None]


def test_a_remark_is_cleaned_and_of_limited_length() -> None:
    assert fields(keterangan=" cocok\r\n\tVARIO \x07 125  ")["keterangan"] == "cocok VARIO 125"
    assert [fields(keterangan=text)["keterangan"] for text in ("", " \n ", "\x00", None)] == [None] * 4
    assert fields(keterangan="a" * 499 + " b" * 300)["keterangan"] == "a" * 499
