"""Customer groups and their discounts: what counts, and what is left out and said."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame
from toko_assets.ipos.reference.groups import clean_group_discounts, clean_groups
from toko_assets.ipos.reference.tables import COLUMNS

GROUPS = COLUMNS["tbl_supelgrup"]
DISCOUNTS = COLUMNS["tbl_itempotongan"]
KNOWN = pd.DataFrame({"kgrup": ["MB", "VIP"]})
ITEMS = pd.Series(["A", "B"], dtype="str")


def groups(*rows: dict[str, Any]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    found, wrong = clean_groups(frame(GROUPS, list(rows)))
    return rows_of(found), rows_of(wrong)


def discounts(*rows: dict[str, Any]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    found, unclear = clean_group_discounts(frame(DISCOUNTS, list(rows)), KNOWN, ITEMS)
    return rows_of(found), rows_of(unclear)


def rows_of(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(rows.itertuples(index=False, name=None))


def discount(item: str, group: str, *pots: Any, jumlah: Any = 0) -> dict[str, Any]:
    return {"kodeitem": item, "kodegrup": group, "jumlah": jumlah} | dict(
        zip(("pot1", "pot2", "pot3", "pot4"), pots, strict=False)
    )


def test_groups_are_sorted_by_level_and_code_with_cleaned_names() -> None:
    found, wrong = groups(
        {"kgrup": "GR", "grup": " Grosir \t besar ", "levelharga": 2, "potongan": 0},
        {"kgrup": " mb", "grup": "Member", "levelharga": 1, "potongan": Decimal("5.000")},
        {"kgrup": "A", "grup": None, "levelharga": 3, "potongan": None},
    )
    assert found == [("MB", "Member", 1, Decimal(5)), ("GR", "Grosir besar", 2, None), ("A", "A", 3, None)]
    assert wrong == []


@pytest.mark.parametrize("level", [None, 0, -3])
def test_a_group_without_a_level_pays_the_ordinary_one(level: int | None) -> None:
    assert groups({"kgrup": "MB", "grup": "Member", "levelharga": level})[0] == [("MB", "Member", 1, None)]


def test_a_group_without_a_code_is_ignored_and_of_two_with_one_code_the_first_counts() -> None:
    found, _ = groups(
        {"kgrup": "", "grup": "X"}, {"kgrup": None, "grup": "X"},
        {"kgrup": "mb", "grup": "Kedua", "levelharga": 2}, {"kgrup": "MB", "grup": "Pertama", "levelharga": 1},
    )  # fmt: skip
    assert found == [("MB", "Pertama", 1, None)]


@pytest.mark.parametrize("percent", ["-5", "100", "250"])
def test_a_percent_that_leaves_nothing_or_adds_something_is_left_out_and_said(percent: str) -> None:
    found, wrong = groups({"kgrup": "MB", "grup": "Member", "levelharga": 1, "potongan": Decimal(percent)})
    assert found == [("MB", "Member", 1, None)]
    assert [row[:2] for row in wrong] == [("", "MB")]


def test_the_percents_of_an_item_are_kept_also_if_all_are_nought() -> None:
    found, unclear = discounts(
        discount("B", " mb ", 5, 2), discount("A", "MB", 0, None), discount("A", "VIP", Decimal("2.5"))
    )
    assert found == [("A", "MB", 0, 0, 0, 0), ("A", "VIP", Decimal("2.5"), 0, 0, 0), ("B", "MB", 5, 2, 0, 0)]
    assert unclear == []


def test_of_several_rows_the_one_for_the_smallest_quantity_counts_and_the_others_are_said() -> None:
    found, unclear = discounts(discount("A", "MB", 9, jumlah=12), discount("A", "mb", 5, jumlah=1))
    assert found == [("A", "MB", 5, 0, 0, 0)]
    assert unclear == [("A", "MB", "the group has another row for a smaller quantity")]


def test_a_row_for_a_larger_quantity_alone_counts_and_is_said() -> None:
    found, unclear = discounts(discount("A", "MB", 5, jumlah=12))
    assert found == [("A", "MB", 5, 0, 0, 0)]
    assert unclear == [("A", "MB", "the only row is for a larger quantity; it counts for any")]


def test_rows_of_unknown_groups_and_impossible_percents_are_left_out_and_said() -> None:
    """Rows of unknown items are left out without a word, as their prices are."""
    found, unclear = discounts(
        discount("A", "LAIN", 5), discount("A", "MB", 100), discount("B", "MB", 5, -1), discount("HILANG", "MB", 5)
    )
    assert found == []
    assert unclear == [
        ("A", "LAIN", "the group does not exist"),
        ("A", "MB", "a percent is below 0, or 100 or more"),
        ("B", "MB", "a percent is below 0, or 100 or more"),
    ]


def test_without_any_rows_there_are_no_groups_and_no_discounts() -> None:
    assert groups() == ([], [])
    assert discounts() == ([], [])
