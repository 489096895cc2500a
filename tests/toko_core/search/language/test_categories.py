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


@pytest.mark.parametrize("unit", ["lusin", "dus", "karton", "slop", "renceng", "krt"])
def test_a_unit_that_no_name_has_does_not_hide_the_product(unit: str) -> None:
    for typed in (f"paku {unit}", f"{unit} paku", f"sweety {unit}"):
        assert INDEX.search(typed), typed


@pytest.mark.parametrize("typed", ["odol", "semen", "dunhill", "pulsa"])
def test_a_category_of_which_the_shop_has_nothing_finds_nothing(typed: str) -> None:
    assert INDEX.search(typed) == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("rokok herbal", "SAMPOERNA MILD 16"),
        ("popok bermotif", "SWEETY GOLD L30"),
        ("minyak goreng kelapa", "BIMOLI 2LTR"),
    ],
)
def test_a_category_with_a_word_that_no_name_has_still_finds_the_category(typed: str, name: str) -> None:
    assert name in [NAMES[hit.row] for hit in INDEX.search(typed)]


def test_of_two_categories_that_no_name_has_together_the_first_is_found() -> None:
    names = ["SEPATU ANDO HITAM 39", "SEPATU ARDILES 40", "BOLA PLASTIK", "BOLA KARET MERAH"]
    index = SearchIndex.build(names)
    assert {names[hit.row] for hit in index.search("sepatu bola")} >= set(names[:2])


def test_a_brand_that_people_say_for_its_category_is_a_brand_to_a_shop_that_sells_hardly_others() -> None:
    others = [f"{brand} GOLD {size}" for brand in ("SWEETY", "MERRIES", "MAMY POKO") for size in ("M34", "L30", "XL26")]
    few = ["PAMPERS PANTS M34", *others]
    index = SearchIndex.build(few)
    assert few[index.search("pampers sweety xl26")[0].row] == "SWEETY GOLD XL26"
    assert few[index.search("pampers")[0].row] == "PAMPERS PANTS M34"
    many = [f"PAMPERS {kind} {size}" for kind in ("PANTS", "TAPED") for size in ("M34", "L30")] + others[:3]
    hits = [many[hit.row] for hit in SearchIndex.build(many).search("pampers l30")]
    assert hits[:2] == ["PAMPERS PANTS L30", "PAMPERS TAPED L30"]
