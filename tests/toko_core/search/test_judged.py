"""Sixty searches as staff type them, judged by the names of the sample shop: how good the first results are.

`judged.jsonl` has a search a line, with regular expressions that are searched in the casefolded names: what was meant
(grade 2), what is of use (grade 1), and `not`, which wins over both. `n2` and `n1` count the names of each grade.
"""

import json
import re
from functools import lru_cache
from math import log2
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmarks.search.names import sample_names
from toko_core.search import SearchIndex

FILE = Path(__file__).with_name("judged.jsonl")
PRODUCTS, SEED = 20_000, 60
RESULTS = 10
GAINS = (0, 1, 3)
"""What a result of each grade is worth."""
FIRST, FIRST_FIVE, NDCG = 0.94, 0.98, 0.90
"""The least share of searches with a grade 2 as the first result and among the first five, and the least mean nDCG."""
NOTHING = "nothing"
"""The group of searches for what the shop does not sell."""


class Judged(NamedTuple):
    """A search with its results."""

    query: str
    group: str
    found: list[int]
    """The grades of the results, best result first."""
    ideal: list[int]
    """The grades of all names, highest first."""

    @property
    def ndcg(self) -> float:
        return gain(self.found) / gain(self.ideal[:RESULTS])


def gain(grades: list[int]) -> float:
    return sum(GAINS[grade] / log2(place + 2) for place, grade in enumerate(grades))


def grades_of(entry: dict[str, Any], names: list[str]) -> list[int]:
    """Return the grade of each name, 0 to 2."""
    best, fair, wrong = (re.compile("|".join(entry[key]) or "(?!)") for key in ("grade2", "grade1", "not"))
    return [0 if wrong.search(name) else 2 if best.search(name) else int(bool(fair.search(name))) for name in names]


@lru_cache(maxsize=1)
def judged() -> list[Judged]:
    names = sample_names(PRODUCTS, SEED)
    index, low = SearchIndex.build(names), [name.casefold() for name in names]
    results = []
    for line in FILE.read_text().splitlines():
        entry = json.loads(line)
        grades = grades_of(entry, low)
        assert (grades.count(2), grades.count(1)) == (entry["n2"], entry["n1"]), f"judged on other names: {entry['q']}"
        found = [grades[hit.row] for hit in index.search(entry["q"], RESULTS)]
        results.append(Judged(entry["q"], entry["group"], found, sorted(grades, reverse=True)))
    return results


def searches() -> list[Judged]:
    return [each for each in judged() if each.group != NOTHING]


def test_there_are_sixty_of_every_kind() -> None:
    assert len(judged()) == len({each.query for each in judged()}) == 60
    assert all(each.ideal[0] == 2 for each in searches())


@pytest.mark.parametrize(("first", "floor"), [(1, FIRST), (5, FIRST_FIVE)])
def test_what_was_meant_comes_first(first: int, floor: float) -> None:
    missed = [each.query for each in searches() if 2 not in each.found[:first]]
    assert 1 - len(missed) / len(searches()) >= floor, missed


def test_the_first_page_has_most_of_what_was_meant() -> None:
    worst = sorted((round(each.ndcg, 2), each.query) for each in searches())[:10]
    assert sum(each.ndcg for each in searches()) / len(searches()) >= NDCG, worst


def test_only_what_the_shop_does_not_sell_has_no_result() -> None:
    assert [each.query for each in searches() if not each.found] == []


def test_what_the_shop_does_not_sell_has_no_result() -> None:
    assert [each.query for each in judged() if each.group == NOTHING and each.found] == []
