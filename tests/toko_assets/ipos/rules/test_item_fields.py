"""The fields of an item that are neither names nor prices."""

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
