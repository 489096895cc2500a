"""Sixty searches as staff type them, judged by the names of the sample shop: how good the first results are.

`judged.jsonl` has a search a line, with regular expressions that are searched in the casefolded names: what was meant
(grade 2), what is of use (grade 1), and `not`, which wins over both. `n2` and `n1` count the names of each grade.
"""

from functools import lru_cache
from pathlib import Path

import pytest

from benchmarks.search.judged import NOTHING, Judged, JudgedScore, read_judged
from benchmarks.search.names import sample_names
from toko_core.search import SearchIndex

FILE = Path(__file__).with_name("judged.jsonl")
PRODUCTS, SEED = 20_000, 60
RESULTS = 10
FIRST, FIRST_FIVE, NDCG = 0.94, 0.98, 0.90
"""The least share of searches with a grade 2 as the first result and among the first five, and the least mean nDCG."""


@lru_cache(maxsize=1)
def judged() -> Judged:
    return Judged.on(read_judged(FILE), sample_names(PRODUCTS, SEED))


@lru_cache(maxsize=1)
def answers() -> list[list[int]]:
    index = SearchIndex.build(sample_names(PRODUCTS, SEED))
    return [[hit.row for hit in index.search(query, RESULTS)] for query in judged().queries]


def score() -> JudgedScore:
    return judged().score(answers())


def empty() -> dict[str, bool]:
    """Return for each search that found nothing whether that is right."""
    every = zip(judged().judgements, answers(), strict=True)
    return {judgement.query: judgement.group == NOTHING for judgement, rows in every if not rows}


def missed(first: int) -> list[str]:
    """Return the searches without a right name among the first results."""
    every = zip(judged().judgements, judged().grades, answers(), strict=True)
    return [
        judgement.query
        for judgement, grades, rows in every
        if judgement.group != NOTHING and 2 not in map(grades.get, rows[:first])
    ]


def test_there_are_sixty_and_they_were_judged_on_these_names() -> None:
    assert len(set(judged().queries)) == len(judged().queries) == 60
    assert judged().differing == 0
    assert all(
        2 in grades.values()
        for each, grades in zip(judged().judgements, judged().grades, strict=True)
        if each.group != NOTHING
    )


@pytest.mark.parametrize(("first", "floor"), [(1, FIRST), (5, FIRST_FIVE)])
def test_what_was_meant_comes_first(first: int, floor: float) -> None:
    assert (score().success_at_1 if first == 1 else score().success_at_5) >= floor, missed(first)


def test_the_first_page_has_most_of_what_was_meant() -> None:
    assert score().ndcg_at_10 >= NDCG


def test_only_what_the_shop_does_not_sell_has_no_result() -> None:
    assert [query for query, rightly in empty().items() if not rightly] == []


def test_what_the_shop_does_not_sell_has_no_result() -> None:
    assert score().nothing_empty == score().nothing > 0
