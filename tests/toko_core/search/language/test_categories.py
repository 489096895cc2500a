"""A shop need not write the category into its names: whoever asks for it gets the brands."""

import pytest

from toko_core.search import SearchIndex

NAMES = ["SAMPOERNA MILD 16", "AQUA 600ML", "SWEETY GOLD L30", "KELAPA TUA BUTIR", "BIMOLI 2LTR", "PAKU 5CM"]
INDEX = SearchIndex.build(NAMES)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("rokok", "SAMPOERNA MILD 16"),
        ("ada rokok ga", "SAMPOERNA MILD 16"),
        ("rokok 16", "SAMPOERNA MILD 16"),
        ("air mineral", "AQUA 600ML"),
        ("popok", "SWEETY GOLD L30"),
        ("pampers", "SWEETY GOLD L30"),
        ("minyak goreng", "BIMOLI 2LTR"),
        ("minyak goreng 2 liter", "BIMOLI 2LTR"),
    ],
)
def test_a_category_finds_its_brands_where_no_name_has_the_category(typed: str, name: str) -> None:
    assert [NAMES[hit.row] for hit in INDEX.search(typed)][:1] == [name]


@pytest.mark.parametrize("typed", ["odol", "semen", "dunhill", "pulsa"])
def test_a_category_of_which_the_shop_has_nothing_finds_nothing(typed: str) -> None:
    assert INDEX.search(typed) == []
