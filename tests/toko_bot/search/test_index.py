"""The search index: finds what was meant, and takes any text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toko_bot.search import SearchIndex

NAMES = [
    "INDOMIE GORENG SPECIAL 85GR",
    "INDOMIE SOTO 70GR",
    "AQUA 600ML",
    "AQUA GALON 19L",
    "GULA PASIR 1KG",
    "Crème Brûlée",
]


@pytest.mark.parametrize(
    ("query", "first"),
    [("indomie goreng", 0), ("indomi grng", 0), ("goreng indomie", 0), ("aqua 600 ml", 2), ("AQUA", 2),
     ("creme brulee", 5), ("gula", 4), ("INDOMIE SOTO 70GR", 1)],
)  # fmt: skip
def test_what_was_meant_comes_first(query: str, first: int) -> None:
    assert SearchIndex.build(NAMES).search(query)[0].row == first


def test_the_whole_name_scores_one_and_equal_scores_are_ordered_by_row() -> None:
    index = SearchIndex.build(["SAMA", "SAMA", "LAIN", "SAMA"])
    hits = index.search("sama")
    assert [hit.row for hit in hits] == [0, 1, 3]
    assert hits[0].score == pytest.approx(1, abs=1e-3)


def test_nothing_near_is_nothing_found() -> None:
    index = SearchIndex.build(NAMES)
    assert index.search("xyzzy") == index.search("") == index.search("?!") == []


def test_an_empty_catalogue_answers_nothing() -> None:
    index = SearchIndex.build([])
    assert index.search("aqua") == []
    assert SearchIndex.from_arrays(index.to_arrays()).search("aqua") == []


def test_a_stored_index_answers_as_the_built_one_does() -> None:
    built = SearchIndex.build(NAMES)
    stored = {name: np.frombuffer(array.tobytes(), array.dtype) for name, array in built.to_arrays().items()}
    assert SearchIndex.from_arrays(stored).search("indomi") == built.search("indomi")


@given(text=st.text(max_size=500), names=st.lists(st.text(max_size=30), max_size=20))
def test_no_text_raises(text: str, names: list[str]) -> None:
    hits = SearchIndex.build(names).search(text, limit=5)
    assert len(hits) <= 5
    assert all(0 <= hit.row < len(names) for hit in hits)
