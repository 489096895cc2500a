"""Remarks find products that names don't, and always rank below names."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toko_core.search import SearchIndex
from toko_core.search.text import words

PARTS = {
    "KAMPAS REM DEPAN": "Honda Vario 125, Beat, Scoopy; no. 06455-KVB-T01",
    "KAMPAS REM BELAKANG": "Yamaha Mio, Jupiter Z",
    "KAMPAS KOPLING": "Honda Supra X 125",
    "FILTER UDARA": "cocok untuk Vario 150 dan PCX",
    "BUSI NGK C7HSA": None,
    "LAMPU DEPAN VARIO": "LED 35 watt",
    "MILO SACHET 35G": None,
    "OLI MESIN 1 LITER": "matic: vario, mio, beat",
    "BAN DALAM (LAMA)": "vario",
}
NAMES, REMARKS = list(PARTS), list(PARTS.values())
SOLD = ["LAMA" not in name for name in NAMES]


def found(query: str, limit: int = 10) -> list[str]:
    return [NAMES[hit.row] for hit in INDEX.search(query, limit)]


INDEX = SearchIndex.build(NAMES, remarks=REMARKS, sold=SOLD)
PLAIN = SearchIndex.build(NAMES, sold=SOLD)


def test_a_word_of_a_remark_finds_the_product_below_those_with_it_in_the_name() -> None:
    assert found("vario")[0] == "LAMPU DEPAN VARIO"
    assert set(found("vario")[1:4]) == {"KAMPAS REM DEPAN", "FILTER UDARA", "OLI MESIN 1 LITER"}


def test_a_product_that_is_not_sold_stays_last() -> None:
    assert found("vario")[-1] == "BAN DALAM (LAMA)"


@pytest.mark.parametrize("query", ["kampas vario", "vario kampas", "kmps vario", "kampas scoopy", "rem beat"])
def test_words_of_the_name_and_of_the_remark_together_find_the_product_first(query: str) -> None:
    assert found(query)[0] == "KAMPAS REM DEPAN"


@pytest.mark.parametrize("query", ["06455", "06455 kvb", "06455-KVB-T01", "scoo", "scoppy", "SCOOPY"])
def test_numbers_prefixes_and_typos_of_remarks_are_found(query: str) -> None:
    assert found(query)[0] == "KAMPAS REM DEPAN"


def test_a_word_that_only_a_remark_has_is_not_taken_for_a_typo_of_a_name() -> None:
    assert found("mio")[:2] == ["KAMPAS REM BELAKANG", "OLI MESIN 1 LITER"]
    assert found("milo")[0] == "MILO SACHET 35G"


def test_scores_fall_and_the_first_hits_do_not_depend_on_the_limit() -> None:
    for query in ("vario", "kampas vario", "mio", "vario 125", "lampu"):
        hits = INDEX.search(query, 10)
        sold = [hit.score for hit in hits if SOLD[hit.row]]
        assert sold == sorted(sold, reverse=True)
        assert [INDEX.search(query, limit) for limit in range(1, 10)] == [hits[:limit] for limit in range(1, 10)]


def test_a_query_that_no_remark_knows_is_answered_as_without_remarks() -> None:
    for query in ("busi ngk", "milo", "sachet 35g", "???", "c7hsa"):
        assert INDEX.search(query, 10) == PLAIN.search(query, 10)


def test_without_remarks_the_index_is_the_same() -> None:
    for remarks in ([], [None] * len(NAMES), ["", " "] + [None] * (len(NAMES) - 2)):
        again = SearchIndex.build(NAMES, remarks=remarks, sold=SOLD).to_arrays()
        assert again.keys() == PLAIN.to_arrays().keys()


def test_the_arrays_of_the_remarks_are_stored_with_the_others() -> None:
    again = SearchIndex.from_arrays(INDEX.to_arrays())
    assert again.search("kampas vario", 5) == INDEX.search("kampas vario", 5)


WORDS = ["indomie", "goreng", "kecap", "vario", "beat", "mio", "gula", "lampu", "oli", "ban", "85g", "1500ml", "rem"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS), min_size=1, max_size=30), st.sampled_from(WORDS))
def test_a_product_with_the_word_in_its_name_always_ranks_above_one_with_it_only_in_its_remark(
    shop: Sequence[tuple[str, str | None]], word: str
) -> None:
    index = SearchIndex.build([name for name, _ in shop], remarks=[remark for _, remark in shop])
    rows = [hit.row for hit in index.search(word, 50)]
    named = [row for row, (name, _) in enumerate(shop) if word in words(name)]
    only = [row for row, (_, remark) in enumerate(shop) if row not in named and remark and word in words(remark)]
    assert set(named + only) <= set(rows)
    assert sorted(rows[: len(named)]) == named


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS), min_size=1, max_size=30), TEXTS)
def test_a_product_with_all_words_in_its_name_always_ranks_above_one_that_lacks_some(
    shop: Sequence[tuple[str, str | None]], query: str
) -> None:
    index = SearchIndex.build([name for name, _ in shop], remarks=[remark for _, remark in shop])
    rows = [hit.row for hit in index.search(query, 50)]
    asked = set(words(query))
    named = [row for row, (name, _) in enumerate(shop) if asked <= set(words(name))]
    assert sorted(rows[: len(named)]) == named


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    INDEX.search(text)
    SearchIndex.build([text], remarks=[text]).search(text)
