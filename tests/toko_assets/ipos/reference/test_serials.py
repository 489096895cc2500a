"""Serial numbers: which item has one, in which branch, and whether it was sold."""

from typing import Any

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame
from toko_assets.ipos.reference.serials import clean_serials
from toko_assets.ipos.reference.tables import COLUMNS

ITEMS = pd.Series(["HP1", "HP2"])


def cleaned(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The serial numbers, null as None; of item HP1 unless a row says otherwise."""
    found = clean_serials(frame(COLUMNS["tbl_itemserial"], [{"kodeitem": "HP1", **row} for row in rows]), ITEMS)
    table = found.astype(object).where(found.notna(), None)
    return table.to_dict("records")  # type: ignore[return-value]  # its keys are names of columns


def test_numbers_are_trimmed_in_upper_case_and_sorted() -> None:
    found = cleaned({"noserial": " sn-b2 ", "kodekantor": "utm "}, {"noserial": "SN-A1", "kodeitem": "HP2"})
    assert found == [
        {"noserial": "SN-A1", "kodeitem": "HP2", "kantor": "", "terjual": None},
        {"noserial": "SN-B2", "kodeitem": "HP1", "kantor": "UTM", "terjual": None},
    ]


def test_numbers_that_cannot_be_searched_for_and_those_of_unknown_items_are_left_out() -> None:
    assert cleaned({"noserial": "123"}, {"noserial": None}, {"noserial": "  "}, {"noserial": "9" * 65}) == []
    assert cleaned({"noserial": "1234", "kodeitem": "HILANG"}, {"noserial": "1234", "kodeitem": None}) == []
    assert len(cleaned({"noserial": "1234"}, {"noserial": "9" * 64}, {"noserial": " 1234"})) == 2


@pytest.mark.parametrize(
    ("columns", "sold"),
    [
        ({"tipe": "KSR", "notransaksi": "K-1"}, True), ({"tipe": "jl ", "notransaksi": "J-1"}, True),
        ({"tipe": "KSR", "notransaksi": " "}, False), ({"tipe": "KSR"}, False),
        ({"tipe": "BL", "notransaksi": "B-1"}, False), ({"stsada": "f"}, True), ({"stsada": "t"}, False), ({}, None),
        ({"tipe": "BL", "notransaksi": "B-1", "stsada": "f"}, True),
    ],
)  # fmt: skip
def test_a_number_is_sold_if_its_last_transaction_is_a_sale_or_if_it_is_marked_as_gone(
    columns: dict[str, str], sold: bool | None
) -> None:
    assert [row["terjual"] for row in cleaned({"noserial": "SN-A1", **columns})] == [sold]
