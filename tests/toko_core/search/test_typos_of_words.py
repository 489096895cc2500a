"""Typos that are words themselves, and other queries with two typed words that hardly any name shares."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from toko_core.search import SearchIndex
from toko_core.search.language.synonyms import load_synonyms
from toko_core.search.words.pairs import WordPairs

SYLLABLES = [a + b for a, b in product("bdjlmnrt", "aeiou")]
"""Syllables for words that are not similar to any word of the tests."""


def fillers(count: int, name: str) -> list[str]:
    """Return distinct names, each with further words."""
    return [f"{name} {a}{b} {b}{c}" for (a, b, c), _ in zip(product(SYLLABLES, repeat=3), range(count), strict=False)]


def found(names: Sequence[str], query: str) -> list[str]:
    return [names[hit.row] for hit in SearchIndex.build(names).search(query)]


def test_a_known_word_that_no_name_has_with_the_other_is_a_typo() -> None:
    names = ["API UNGGUN", "KOREK API", "KOPI HITAM", "SAPI LADA HITAM 45GR"]
    assert found(names, "api hitam")[0] == "SAPI LADA HITAM 45GR"


def test_a_name_with_a_correction_of_a_known_word_follows_the_only_name_that_has_it() -> None:
    names = ["MILNA TODDLER INSTANT PUDING 100GR", "MILNA INSTANT PUDDING TODDLER VANILLA 100GR", "BISKUIT"]
    assert found(names, "puding toddler") == names[:2]


def test_names_with_one_of_two_words_do_not_crowd_out_a_name_that_a_typo_hides() -> None:
    names = [*fillers(100, "CHOUCROUTE GARNIE"), *fillers(200, "MINUMAN ACTIV"), *fillers(5000, "SABUN")]
    names.append("GARNIER PURE ACTIV 60ML")
    assert found(names, "garnie activ")[0] == "GARNIER PURE ACTIV 60ML"


def test_a_rare_name_of_two_common_words_is_found_with_a_typo() -> None:
    names = [*fillers(1500, "KRIPIK SINGKONG"), *fillers(2000, "COKLAT BATANG"), *fillers(20_000, "SABUN")]
    names.append("TANGO KRIPIK ISI COKLAT 60GR")
    assert found(names, "lripik coklat")[0] == "TANGO KRIPIK ISI COKLAT 60GR"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("royc gram", "ROYCO KALDU SAPI 230 GRAM"),
        ("royco gram", "ROYCO KALDU SAPI 230 GRAM"),
        ("dwny liter", "DOWNY ANTI BAKTERI 1 LITER"),
    ],
)
def test_a_unit_alone_finds_the_sizes_that_are_written_out(query: str, first: str) -> None:
    names = ["ROYCO KALDU", "ROYCO KALDU AYAM 230GR", "ROYCO KALDU SAPI 230 GRAM"]
    names += ["DOWNY", "DOWNY PASSION 900 ML", "DOWNY ANTI BAKTERI 1 LITER"]
    assert found(names, query)[0] == first


def test_a_unit_that_is_written_out_is_highlighted_in_its_size_only() -> None:
    index = SearchIndex.build(["ROYCO KALDU SAPI 230 GRAM"])
    assert index.matched_words("royco gram", 0) == {"royco"}
    assert index.matched_words("royco 230 gram", 0) == {"royco", "230g"}


def test_few_word_pairs_are_wrongly_found_side_by_side() -> None:
    words = np.arange(20_000, dtype=np.int32)
    pairs = WordPairs(WordPairs.build(words.reshape(-1, 2), len(words)))
    assert all(pairs.stand_together(left, left + 1) for left in range(0, 20_000, 2))
    mistaken = sum(pairs.stand_together(left, right) for left in range(1, 200, 2) for right in range(0, 200, 2))
    assert mistaken <= 100 * 100 / 100


def test_a_row_with_several_weak_meanings_of_a_word_does_not_crowd_out_the_one_with_the_word(tmp_path: Path) -> None:
    (tmp_path / "synonyms.txt").write_text("sedona: alfaro, betani, gamora\n")
    names = [f"ALFARO BETANI GAMORA PEDAS {name}" for name in fillers(400, "")]
    names.append("BOTOL BESAR SEDONA PEDAS")
    index = SearchIndex.build(names, synonyms=load_synonyms(tmp_path / "synonyms.txt"))
    assert index.search("sedona pedas")[0].row == len(names) - 1


def test_the_whole_name_finds_it_among_many_with_the_same_words_and_more() -> None:
    names = [f"KECAP MANIS PEDAS ALOMA BOTOL {name}" for name in fillers(400, "")]
    names.append("BOTOL ALOMA PEDAS MANIS KECAP")
    assert found(names, names[-1])[0] == names[-1]


def test_two_typed_words_do_not_mean_the_same_word_of_a_name() -> None:
    names = ["COCA COLA 1L", "MOUSSE OCA CHOCOLAT", "TOISON D OC", *fillers(40, "SABUN")]
    assert found(names, "oca ola 1l")[0] == "COCA COLA 1L"


def test_typos_in_two_words_that_the_shop_has_still_find_the_name_with_the_others() -> None:
    names = ["BOOM STRONG MINT BAG", "BOOM ORIGINAL BAG", "STRONG BOX", "BAG HITAM", "QUAKER INT", "BOM ATOM"]
    assert found([*names, *fillers(40, "SABUN")], "bom strong int bag")[0] == "BOOM STRONG MINT BAG"


def test_a_word_with_a_typo_is_not_split_if_no_name_has_the_other_words_with_its_parts() -> None:
    names = ["DELFI BARBAR 18G", "BARR BAR CINNAMON", "BAR COKLAT", "BARR GRANOLA", "BARR BAR"]
    names += fillers(400, "SABUN")
    assert found(names, "elfi barrbar")[0] == "DELFI BARBAR 18G"
    assert found(names, "barrbar")[0] == "BARR BAR"
