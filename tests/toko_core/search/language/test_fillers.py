"""Fillers: words of a message that name no product are not words of products."""

from collections import Counter
from random import Random

import pytest

from toko_assets.sample.names import sample_products
from toko_core.search.language.fillers import AT_ENDS, FILLER_PHRASES, FILLERS
from toko_core.search.language.synonyms import load_synonyms
from toko_core.search.text import words

RARE = 0.0015
"""The largest share of the names that may have a filler."""


@pytest.fixture(scope="module")
def names() -> list[list[str]]:
    """The words of 20,000 products."""
    return [words(product.name) for product in sample_products(20_000, Random("fillers"))]


def test_no_filler_is_a_frequent_word_of_products(names: list[list[str]]) -> None:
    often = Counter(word for name in names for word in set(name))
    everywhere = {word: often[word] for word in FILLERS - AT_ENDS if often[word] > RARE * len(names)}
    assert everywhere == {}


def test_hardly_any_product_is_named_by_fillers_alone(names: list[list[str]]) -> None:
    phrases = [name for name in names if all(word in FILLERS for word in name)]
    assert phrases == []


def test_no_filler_has_synonyms() -> None:
    synonyms = load_synonyms()
    assert sorted((FILLERS - AT_ENDS) & synonyms.senses.keys()) == []
    assert sorted(set(map(" ".join, FILLER_PHRASES)) & synonyms.senses.keys()) == []


def test_fillers_are_words_as_the_search_splits_them() -> None:
    assert [word for word in FILLERS if words(word) != [word]] == []
    assert [phrase for phrase in FILLER_PHRASES if words(" ".join(phrase)) != list(phrase) or len(phrase) < 2] == []


def test_no_phrase_is_in_another_or_has_only_fillers_that_are_dropped_anyway() -> None:
    assert len(set(FILLER_PHRASES)) == len(FILLER_PHRASES)
    always = FILLERS - AT_ENDS
    assert [phrase for phrase in FILLER_PHRASES if all(word in always for word in phrase)] == []
