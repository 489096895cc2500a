"""The synonyms that come with the program: what the format means, and that no group leads astray by accident."""

import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from toko_assets.sample.names import sample_products
from toko_core.search import SearchIndex
from toko_core.search.language.synonyms import FILE, OTHER_BRAND, SYNONYM, WEAKER, load_synonyms
from toko_core.search.text import words

FEWEST_GROUPS, FEWEST_BRANDS = 350, 400
SPOKEN = "brands as they are spoken of"
"""The section in which brands are words with synonyms, their spellings."""
COMMON = 8
"""Names of the sample shop from which a word is common."""
LOOKED_AT = frozenset(
    re.split(
        r",\s+",
        """abu abu, air mineral, asam, asin, badan, basah, bawang putih, bola, buah, bubuk, campur, coklat tua,
        deterjen, dewasa, dingin, ekstra, es krim, fresh care, hangat, jas hujan, jerawat, jerigen,
        kacang, kacang tanah, karamel, kepiting, keramik, kerudung, kloset, kotak,
        krem, kue, kukis, lembut, makaroni, mangga, mata, meter, miniset, mint, mocca, obat nyamuk,
        oli, paku payung, parfum, pembersih, pepaya, permen karet, pewangi, pisang, pria, rasa,
        ringan, saus, sedang, selai kacang, solasi, susu bendera, telur asin, tempat makan,
        vitamin c, wangi, warna, yogurt""",
    )
)
"""Groups, by their first word, in which a common word names other kinds of goods than the other words do. Somebody has
looked at each: they are other goods of the same meaning, such as yogurt to drink and candy."""


class Group:
    """One line of the file, read independently of the program's own reader."""

    def __init__(self, line: str, section: str) -> None:
        left, _, right = line.rpartition(">")
        meant, _, brands = right.partition(":")
        self.section = section
        self.first = line.partition(",")[0].strip()
        self.typed = [key(part) for part in left.split(",") if part.strip()]
        self.strong = [key(part) for part in meant.split(",") if part.strip() and "~" not in part]
        self.weak = [key(part) for part in meant.split(",") if "~" in part]
        self.brands = [key(part) for part in brands.split(",") if part.strip()]

    @property
    def all(self) -> set[str]:
        return {*self.typed, *self.strong, *self.weak, *self.brands}


def key(text: str) -> str:
    return " ".join(dict.fromkeys(words(text)))


@lru_cache(maxsize=1)
def groups() -> list[Group]:
    section, found = "", []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"# =+ (.+)", line):
            section = heading[1]
        elif line and not line.startswith("#"):
            found.append(Group(line, section))
    return found


def weight(typed: str, meant: str) -> float:
    senses = load_synonyms().senses.get(typed, ())
    return next((sense.weight for sense in senses if sense.words == tuple(meant.split())), 0)


def test_there_are_hundreds_of_groups_and_every_line_is_understood() -> None:
    synonyms = load_synonyms()
    assert len(groups()) >= FEWEST_GROUPS
    assert len(synonyms.brands) >= FEWEST_BRANDS
    assert synonyms.problems == ()
    assert set(synonyms.senses) == {word for group in groups() for word in (group.typed or group.all)}


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("micin", "vetsin", SYNONYM),
        ("odol", "pasta gigi", SYNONYM),
        ("grg", "goreng", SYNONYM),
        ("merah", "red", SYNONYM),
        ("lsn", "lusin", SYNONYM),
        ("indomie", "mie instan", WEAKER),
        ("mie instan", "indomie", WEAKER),
        ("sampoerna", "rokok", WEAKER),
        ("aqua", "air mineral", WEAKER),
        ("pampers", "popok", WEAKER),
        ("pampers", "sweety", OTHER_BRAND),
        ("sweety", "pampers", 0),
        ("sweety", "merries", 0),
        ("coklat", "brown", WEAKER),
        ("coklat", "coklat", 0),
    ],
)
def test_a_word_means_what_its_groups_say_and_the_typed_word_counts_most(
    typed: str, meant: str, expected: float
) -> None:
    assert weight(typed, meant) == expected
    assert expected < 1


def test_senses_come_strongest_first_and_once() -> None:
    for typed, senses in load_synonyms().senses.items():
        weights = [sense.weight for sense in senses]
        assert weights == sorted(weights, reverse=True), typed
        assert max(Counter(sense.words for sense in senses).values()) == 1, typed


def test_a_sense_leads_to_words_of_the_same_line_only_and_never_on_from_there() -> None:
    beside: dict[str, set[str]] = defaultdict(set)
    for group in groups():
        for word in group.all:
            beside[word] |= group.all
    for typed, senses in load_synonyms().senses.items():
        assert {" ".join(sense.words) for sense in senses} <= beside[typed] - {typed}, typed
    assert weight("stroberi", "strawberry") == SYNONYM
    assert weight("choco", "brown") == 0  # choco → coklat → brown would be a chain


def test_a_word_has_its_usual_meaning_in_one_group_only() -> None:
    often = Counter(word for group in groups() if not group.typed for word in group.strong)
    assert [word for word, count in often.items() if count > 1] == []


def test_a_word_of_a_line_stands_in_it_once() -> None:
    twice = {
        group.first: [word for word, count in Counter(group.strong + group.weak + group.brands).items() if count > 1]
        for group in groups()
    }
    assert {first: words for first, words in twice.items() if words} == {}


def test_no_brand_is_a_word_of_another_meaning() -> None:
    meaning = {word for group in groups() if group.section != SPOKEN for word in group.strong}
    assert sorted(load_synonyms().brands & meaning) == []


def test_no_common_word_of_one_kind_of_goods_is_a_synonym_of_another_kind() -> None:
    kinds = kinds_of_words()
    odd: dict[str, str] = {}
    for group in groups():
        for word in group.strong:
            others = set().union(*(kinds[other] for other in group.strong if other != word))
            if sum(kinds[word].values()) >= COMMON and others and not others & set(kinds[word]):
                odd.setdefault(group.first, word)
    assert odd.keys() - LOOKED_AT == set(), odd


@lru_cache(maxsize=1)
def kinds_of_words() -> dict[str, Counter[str]]:
    """Of each word and pair of words of the sample shop's names: how many names of each category have it."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for product in sample_products(20_000, Random("synonyms")):
        typed = words(product.name)
        for word in {*typed, *map(" ".join, pairwise(typed))}:
            kinds[word][product.category.jenis] += 1
    return kinds


def test_somebody_who_types_a_brand_gets_that_brand_before_all_others() -> None:
    names = [product.name for product in sample_products(4_000, Random("brands"))]
    index = SearchIndex.build(names)
    split = [f" {key(name)} " for name in names]
    sold = [brand for brand in sorted(load_synonyms().brands) if any(f" {brand} " in name for name in split)]
    assert len(sold) > 150
    wrong = {}
    for brand in sold:
        count = min(5, sum(f" {brand} " in name for name in split))
        first = [names[hit.row] for hit in index.search(brand, limit=count)]
        if not all(f" {brand} " in f" {key(name)} " for name in first):
            wrong[brand] = first
    assert wrong == {}


@pytest.mark.parametrize("file", [None, Path("/nonexistent")])
def test_what_comes_with_the_program_applies_whatever_the_shops_file_is(file: Path | None) -> None:
    assert load_synonyms(file).senses == load_synonyms().senses
