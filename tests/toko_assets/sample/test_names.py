"""Names: many, distinct, the same for the same seed, and the ones that people search for are among them."""

import re
from random import Random

import pytest

from toko_assets.sample.names import sample_products
from toko_assets.sample.packs import fitting_ladders
from toko_assets.sample.vocabulary import ABBREVIATIONS, CATEGORIES


def names(count: int, seed: int = 1) -> list[str]:
    return [product.name for product in sample_products(count, Random(seed))]


def test_150_000_names_differ_in_more_than_case_and_white_space() -> None:
    found = names(150_000)
    assert len({" ".join(name.casefold().split()) for name in found}) == 150_000


def test_no_name_is_empty_or_has_stray_blanks_before_the_dirt_falls() -> None:
    assert all(name and name == " ".join(name.split()) for name in names(20_000))


@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_a_small_shop_gets_exactly_as_many_names_as_it_asks_for(count: int) -> None:
    assert len(names(count)) == count


def test_more_names_than_the_vocabulary_has_are_refused() -> None:
    with pytest.raises(ValueError, match="The vocabulary gives"):
        sample_products(10_000_000, Random(1))


def test_the_same_seed_gives_the_same_names_and_another_seed_others() -> None:
    assert names(3_000, seed=5) == names(3_000, seed=5)
    assert names(3_000, seed=5) != names(3_000, seed=6)


@pytest.mark.parametrize(
    "search",
    [
        "indomie goreng",
        "indomie rendang",
        "aqua 600",
        "minyak goreng 2",
        "sunlight jeruk",
        "gula pasir 1",
        "kapal api",
        "teh pucuk",
        "rinso",
        "pepsodent",
        "gudang garam",
        "sampoerna",
        "ultra milk cokelat",
        "so klin",
        "bango",
        "beng",
        "popok",
        "paku",
        "lampu philips",
        "panadol",
        "royco",
        "whiskas",
        "pulpen standard",
        "swallow",
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_shop_of_2_000_products_has_what_people_search_for(search: str, seed: int) -> None:
    lowered = [name.casefold() for name in names(2_000, seed)]
    ways = [(word, *(short.casefold() for short in ABBREVIATIONS.get(word.upper(), ()))) for word in search.split()]
    assert any(all(any(way in name for way in word) for word in ways) for name in lowered)


def test_most_names_are_capitals_and_some_are_mixed_or_small() -> None:
    found = names(10_000)
    words = [re.sub(r"[\d@'][^ ]*( ?[a-zA-Z]+)?$", "", name) for name in found]
    capitals = sum(name.upper() == name for name in words) / len(words)
    small = sum(name.lower() == name for name in words) / len(words)
    assert 0.75 < capitals < 0.95
    assert 0.01 < small < 0.08


def test_sizes_are_written_in_many_ways_and_words_are_shortened() -> None:
    text = "\n".join(names(20_000))
    for way in ("85GR\n", "85 GR\n", "85g\n", "600ML\n", "600 ml\n", "1,5", "1.5", " @", " ISI ", "LTR\n", "L\n"):
        assert way in text, way
    for short in ("GRG", "AYM", "SPC", "CKLT", "COKLAT"):
        assert f" {short} " in text, short


def test_brands_stay_in_their_categories() -> None:
    homes: dict[str, set[str]] = {}
    for category in CATEGORIES:
        for line in category.lines:
            for brand in line.brands:
                homes.setdefault(brand, set()).add(category.jenis)
    assert homes["INDOMIE"] == {"MIE INSTAN"}
    assert homes["PEPSODENT"] == {"PERAWATAN GIGI"}
    assert homes["AQUA"] == {"AIR MINERAL"}


def test_every_ladder_of_units_starts_with_one_and_rises() -> None:
    for category in CATEGORIES:
        for ladder in category.packs:
            conversions = [pack.conversion for pack in ladder]
            assert conversions[0] == 1
            assert conversions == sorted(set(conversions))


def test_units_suit_the_size_of_the_goods() -> None:
    for product in sample_products(5_000, Random(3)):
        bases = {ladder[0].satuan for ladder in fitting_ladders(product)}
        if product.size and product.size.dimension == "mass":
            assert not bases & {"BTL", "GLN", "CUP"}, product.name
        if product.price > 5_000:
            assert "SCT" not in bases, product.name
