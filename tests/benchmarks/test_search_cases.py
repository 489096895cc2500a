"""The searches that the benchmark makes: each fits its kind, and its target is one of the names."""

import re
from collections import Counter
from random import Random

import pytest
from rapidfuzz.distance import OSA

from benchmarks.search.cases import RARE_NAMES, SHARED_NAMES, make_cases
from benchmarks.search.names import sample_names
from benchmarks.search.results import KINDS
from benchmarks.search.typos import consonants, make_typo, other_size, shortened

NAMES = sample_names(400, seed=3)
CASES = make_cases(NAMES, seed=1, of_a_kind=80)
WORDS_OF_NAMES = [set(re.findall(r"[^\W_]+", name.lower())) for name in NAMES]


def test_every_kind_is_made_and_every_target_is_a_name() -> None:
    counts = Counter(case.kind for case in CASES)

    assert set(counts) == set(KINDS)
    assert max(counts.values()) == 80
    assert {case.target for case in CASES} <= set(NAMES)


def test_the_same_seed_gives_the_same_searches_and_another_seed_others() -> None:
    assert make_cases(NAMES, seed=1, of_a_kind=80) == CASES
    assert make_cases(NAMES, seed=2, of_a_kind=80) != CASES


def test_a_kind_that_the_names_do_not_allow_is_left_out() -> None:
    assert {case.kind for case in make_cases(["INDOMIE GORENG PEDAS"], seed=1)} == {*KINDS} - {"size"}
    assert {case.kind for case in make_cases(["SUPERMI", "SARIMI"], seed=1)} == {"rare"}
    assert make_cases(["7 UP", "A 1"], seed=1) == []


def test_an_exact_search_is_the_name() -> None:
    assert all(case.query == case.target for case in CASES if case.kind == "exact")


def test_a_prefix_is_the_name_up_to_the_middle_of_its_second_word() -> None:
    for query, target in _words("prefix"):
        assert [query[0], query[1]] == [target[0], target[1][: len(query[1])]]
        assert len(query) == 2
        assert len(query[1]) == max(1, (len(target[1]) + 1) // 2)


@pytest.mark.parametrize(("kind", "wrong"), [("typo1", 1), ("typo2", 2)])
def test_a_typo_query_has_one_typo_in_as_many_words_as_its_kind_says(kind: str, wrong: int) -> None:
    for query, target in _words(kind):
        typos = [(typed, meant) for typed, meant in zip(query, target, strict=True) if typed != meant]
        assert len(typos) == wrong
        assert all(OSA.distance(typed, meant) == 1 for typed, meant in typos)


def test_reordered_words_are_the_same_in_another_order() -> None:
    for query, target in _words("reorder"):
        assert sorted(query) == sorted(target)
        assert query != target


def test_one_word_is_left_out_or_joined_to_its_neighbour() -> None:
    for query, target in _words("drop"):
        assert len(query) == len(target) - 1
        assert not Counter(query) - Counter(target)
    for query, target in _words("concat"):
        assert len(query) == len(target) - 1
        assert "".join(query) == "".join(target)


def test_an_abbreviation_keeps_the_words_and_loses_letters() -> None:
    for query, target in _words("abbrev"):
        assert len("".join(query)) < len("".join(target))
        assert all(_is_shortening(short, word) for short, word in zip(query, target, strict=True))


def test_a_size_is_the_same_number_written_another_way() -> None:
    for case in CASES:
        if case.kind == "size":
            written = re.sub(r".*?(\d+(?:[.,]\d+)? ?[a-z]+)$", r"\1", case.query)
            assert written not in case.target.lower().split()
            assert re.findall(r"[\d.,]+", written)[0] in case.target


def test_a_rare_word_is_in_hardly_any_name() -> None:
    for (word,), _ in _words("rare"):
        rare = [meant for meant in set().union(*WORDS_OF_NAMES) if OSA.distance(word, meant, score_cutoff=1) == 1]
        assert any(sum(meant in words for words in WORDS_OF_NAMES) <= RARE_NAMES for meant in rare)


def test_short_searches_are_of_two_words_that_hardly_any_name_shares() -> None:
    for query, target in _words("short_typo") + _words("short_abbr"):
        pairs = [(a, b) for a in target for b in target if _is_typed(query[0], a) and _is_typed(query[1], b)]
        assert len(query) == 2
        assert any(sum({a, b} <= words for words in WORDS_OF_NAMES) <= SHARED_NAMES for a, b in pairs)


@pytest.mark.parametrize("word", ["goreng", "aaaa", "aqua", "mm", "zzzzz", "kopi123"])
def test_a_typo_is_one_wrong_key_and_never_the_word_itself(word: str) -> None:
    typos = {make_typo(word, Random(seed)) for seed in range(200)}

    assert {OSA.distance(word, typed) for typed in typos} == {1}
    assert len(typos) > 2


def test_words_are_shortened_as_on_a_receipt() -> None:
    assert consonants("goreng") == "grng"
    assert {shortened("goreng", Random(seed)) for seed in range(50)} == {"grng", "grn", "gore", "gor"}


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("INDOMIE GORENG 85GR", {"85 gr", "85 g", "85 gram"}),
        ("Aqua 1,5 L", {"1,5l", "1,5lt", "1,5ltr", "1,5liter"}),
        ("BERAS 5KG PULEN", {"5 kg"}),
    ],
)
def test_a_pack_size_is_written_with_or_without_the_blank_and_in_another_unit_of_the_same(
    name: str, ways: set[str]
) -> None:
    written = [other_size(name, Random(seed)) for seed in range(100)]

    assert {size for _, size in filter(None, written)} == ways
    assert other_size("LAMPU 12W", Random(1)) is None


def _words(kind: str) -> list[tuple[list[str], list[str]]]:
    """Return the words of each query of a kind, and of its target, in lower case."""
    return [(case.query.lower().split(), case.target.lower().split()) for case in CASES if case.kind == kind]


def _is_typed(typed: str, word: str) -> bool:
    """Return whether `typed` is the word with a typo, its consonants, or the word itself."""
    return typed in (word, consonants(word)) or OSA.distance(typed, word) == 1


def _is_shortening(short: str, word: str) -> bool:
    """Return whether `short` has the same first letter, and the other letters in their order."""
    letters = iter(word)
    return short[0] == word[0] and all(letter in letters for letter in short)
