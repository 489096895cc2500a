"""Any query to any catalogue returns valid hits, and the same ones in every process and thread."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from toko_assets.sample.names import sample_products
from toko_core.search import Hit, SearchIndex
from toko_core.search.text import words

NAMES = [product.name for product in sample_products(600, Random(11))]
INDEX = SearchIndex.build(
    NAMES,
    labels=[name.split()[0] for name in NAMES],
    sold=[row % 9 != 0 for row in range(len(NAMES))],
    codes=[(f"BRG-{row:04}", row) for row in range(len(NAMES))],
    barcodes=[(f"899{row * 7919 % 10**9:09}{row % 10}", row) for row in range(len(NAMES))],
)
TOLERANCE = 1e-3

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any text, including NUL, unassigned characters and lone surrogates."""
SHOP_WORDS = st.sampled_from(
    [
        *sorted({word for name in NAMES for word in words(name)}),
        *("grg", "spc", "1,5", "LT", "500", "ml", "8990", "BRG-0012", "0012", "899000007919", "½", "İ", "ß", "é", "x"),
    ]
)
SLIPPED = st.builds(
    lambda word, at, letter: word[:at] + letter + word[at + 1 :], SHOP_WORDS, st.integers(0, 8), st.characters()
)
SHOP_TEXT = st.lists(SHOP_WORDS | SLIPPED, max_size=8).flatmap(
    lambda parts: st.sampled_from((" ", "", "-")).map(lambda mark: mark.join(parts))
)
"""Queries that reach deep into the engine: words of the shop, some with typos, some typed as one."""
QUERIES = ANY_TEXT | SHOP_TEXT
STRANGE = {
    "empty": "",
    "space": " \t\r\n\u00a0",
    "one letter": "a",
    "one digit": "7",
    "only vowels": "aiueo eau ooo aaa",
    "only consonants": "bcdfg hjklm npqrs",
    "only punctuation": "?!.,;:-–_/\\|()[]{}'\"*%@#&+=<>~^`",
    "NUL": "\0",
    "NUL within": "aqua\0600\0ml",
    "lone surrogates": "\ud800 aqua \udfff",
    "emoji": "😀👨‍👩‍👧‍👦 aqua 🇮🇩👍🏽",
    "right to left": "مياه معدنية أكوا ٦٠٠ مل",
    "direction marks": "\u202eaqua\u202c 600\u200f",
    "other scripts": "矿泉水 น้ำแร่ гречка ꦲꦏꦸꦮ ①② Ⅳ",
    "combining marks": "a\u0301\u0302\u0303qua" + "\u0301" * 500,
    "growing when folded": "ﷺ" * 300 + "ß" * 300 + "İ" * 300,
    "numbers like none": "-0 1e999 nan inf 0x1F ½ ² ٣ 1.2.3,4 000 " + "9" * 400 + "kg",
    "sql and regular expressions": "'; DROP TABLE products; -- (a+)+$ .* [ %s {0}",
    "10,000 letters": "a" * 10_000,
    "10,000 letters of a shop": ("indomiegorengspecial" * 500)[:10_000],
    "10,000 digits": "8990123456" * 1_000,
    "10,000 characters of words": ("indomi grg spc aqua 600 ml " * 400)[:10_000],
    "10,000 characters of different words": " ".join(f"w{number}x{number * 7}" for number in range(2_000))[:10_000],
    "10,000 characters of names": " ".join(NAMES)[:10_000],
    "10,000 letters apart": "a b c d e " * 1_000,
    "10,000 marks": "./" * 5_000,
    "10,000 emoji": "😀" * 10_000,
    "10,000 surrogates": "\udc80" * 10_000,
}


class Catalogue(NamedTuple):
    """The data from which an index is built."""

    names: list[str]
    labels: list[str]
    sold: list[bool]
    codes: list[tuple[str, int]]
    barcodes: list[tuple[str, int]]

    def build(self) -> SearchIndex:
        return SearchIndex.build(self.names, **{key: value for key, value in self._asdict().items() if key != "names"})


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw small shops with strange names, some of them without labels, unsold goods or codes."""
    names = draw(st.lists(ANY_TEXT | SHOP_TEXT | st.sampled_from(NAMES[:20]), max_size=12))
    count = len(names)
    identifiers = st.tuples(ANY_TEXT | st.text("0123456789", max_size=14), st.integers(0, max(count - 1, 0)))
    return Catalogue(
        names,
        draw(st.just([]) | st.lists(ANY_TEXT | SHOP_TEXT, min_size=count, max_size=count)),
        draw(st.just([]) | st.lists(st.booleans(), min_size=count, max_size=count)),
        draw(st.lists(identifiers, max_size=4 if count else 0)),
        draw(st.lists(identifiers, max_size=4 if count else 0)),
    )


def check(hits: Sequence[Hit], limit: int, rows: int, sold: Sequence[bool], coded: Sequence[int] = ()) -> None:
    """Check what is true for the hits of every query. `coded` are the rows that it is a code of, which come first."""
    assert len(hits) <= limit
    found = [hit.row for hit in hits]
    assert all(type(row) is int and 0 <= row < rows for row in found)
    assert len(set(found)) == len(found)
    assert all(type(hit.score) is float and -TOLERANCE <= hit.score <= 1 + TOLERANCE for hit in hits)
    assert found[: len(coded)] == list(coded[:limit])
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True) or not all(sold)
    hits, found = hits[len(coded) :], found[len(coded) :]
    is_sold = [not sold or sold[row] for row in found]
    assert is_sold == sorted(is_sold, reverse=True)
    scores = [hit.score for hit, known in zip(hits, is_sold, strict=True) if known]
    assert scores == sorted(scores, reverse=True)
    order = [(not known, -hit.score, hit.row) for hit, known in zip(hits, is_sold, strict=True)]
    assert all(before < after for before, after in pairwise(order) if before[:2] == after[:2])


def stored(index: SearchIndex) -> SearchIndex:
    """Return the index after storing its arrays as bytes in a file."""
    arrays: Mapping[str, NDArray[Any]] = index.to_arrays()
    assert all(array.ndim == 1 and array.dtype != object for array in arrays.values())
    return SearchIndex.from_arrays(
        {name: np.frombuffer(array.tobytes(), array.dtype) for name, array in arrays.items()}
    )


def everything(index: SearchIndex, query: str, limit: int = 10) -> list[tuple[Hit, list[str], str | None]]:
    return [
        (hit, sorted(index.matched_words(query, hit.row)), index.suggestion(query, hit.row))
        for hit in index.search(query, limit)
    ]


@settings(deadline=None)
@given(query=QUERIES, limit=st.integers(1, 700))
def test_any_text_gets_valid_hits(query: str, limit: int) -> None:
    sold = [row % 9 != 0 for row in range(len(NAMES))]
    check(INDEX.search(query, limit), limit, len(NAMES), sold, INDEX.rows_of_code(query))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(catalogue=catalogues(), query=QUERIES, limit=st.integers(1, 15))
def test_any_catalogue_returns_valid_hits(catalogue: Catalogue, query: str, limit: int) -> None:
    index = catalogue.build()
    for text in (query, *catalogue.names[:2]):
        check(index.search(text, limit), limit, len(catalogue.names), catalogue.sold, index.rows_of_code(text))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(catalogue=catalogues(), query=QUERIES)
def test_a_stored_index_returns_the_same_as_the_built_one(catalogue: Catalogue, query: str) -> None:
    built = catalogue.build()
    loaded = stored(built)
    for text in (query, *catalogue.names[:2]):
        assert everything(loaded, text) == everything(built, text)


@settings(deadline=None)
@given(query=QUERIES, row=st.integers(0, len(NAMES) - 1))
def test_matched_words_are_in_the_name_and_a_suggestion_consists_of_words(query: str, row: int) -> None:
    for product in {row, *(hit.row for hit in INDEX.search(query, 3))}:
        assert INDEX.matched_words(query, product) <= set(words(NAMES[product]))
        suggestion = INDEX.suggestion(query, product)
        assert suggestion is None or (words(suggestion) and words(suggestion) != words(query))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(ANY_TEXT | SHOP_TEXT, min_size=1, max_size=12))
def test_every_name_of_words_is_found_by_itself_and_scores_one_up_to_ten_of_them(names: list[str]) -> None:
    index = SearchIndex.build(names)
    for row, name in enumerate(names):
        scores = {hit.row: hit.score for hit in index.search(name, len(names))}
        assert (row in scores) == bool(words(name))
        if 0 < len(words(name)) <= 10:
            assert scores[row] == pytest.approx(1, abs=TOLERANCE)


@settings(deadline=None)
@given(query=st.lists(SHOP_WORDS | SLIPPED, max_size=5).map(" ".join).filter(str.isascii))
def test_case_and_blanks_do_not_change_the_hits(query: str) -> None:
    answer = INDEX.search(query)
    assert INDEX.search(query.upper()) == INDEX.search(query.lower()) == INDEX.search(f"\t {query}\n") == answer


@pytest.mark.parametrize("query", STRANGE.values(), ids=STRANGE)
def test_a_strange_query_gets_valid_hits(query: str) -> None:
    sold = [row % 9 != 0 for row in range(len(NAMES))]
    for limit in (1, 10, len(NAMES)):
        check(INDEX.search(query, limit), limit, len(NAMES), sold, INDEX.rows_of_code(query))
    everything(INDEX, query)
    INDEX.matched_words(query, 0)
    INDEX.suggestion(query, 0)


@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
def test_a_strange_name_can_be_indexed_stored_and_found(name: str) -> None:
    built = SearchIndex.build([name, "AQUA 600ML", name], labels=[name] * 3, codes=[(name, 0)], barcodes=[(name, 2)])
    index = stored(built)
    assert index.search("aqua 600ml")[0].row in (0, 1, 2)
    assert 1 in {hit.row for hit in index.search("aqua 600ml")}
    for query in (name, name[:50], *list(STRANGE.values())[:12]):
        check(index.search(query), 10, 3, [], index.rows_of_code(query))
        assert everything(index, query) == everything(built, query)


def test_a_very_long_name_is_found_by_any_of_its_first_words() -> None:
    name = " ".join(f"kata{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(400))
    index = SearchIndex.build([*NAMES, name])
    for query in ("kataaa", "kataab kataac", "kataba", "kataa"):
        assert index.search(query)[0].row == len(NAMES)


@pytest.mark.parametrize("name", ["", "?!", "\0", "..."])
def test_a_name_without_words_is_found_by_its_codes_and_label(name: str) -> None:
    index = SearchIndex.build([name], labels=["AIR MINERAL"], codes=[("A-17", 0)], barcodes=[("8991234567890", 0)])
    for query in ("air mineral", "A-17", "8991234567890", "567890", "mineral 7890"):
        assert [hit.row for hit in index.search(query)] == [0], query
        assert index.matched_words(query, 0) == set()


def test_a_limit_of_zero_returns_nothing() -> None:
    assert [INDEX.search(query, 0) for query in ("aqua", "", "8990000079191")] == [[], [], []]


def test_an_empty_catalogue_returns_nothing() -> None:
    for index in (SearchIndex.build([]), stored(SearchIndex.build([]))):
        assert [index.search(query) for query in (*STRANGE.values(), "aqua")] == [[]] * (len(STRANGE) + 1)


def test_a_catalogue_of_one_product_returns_it() -> None:
    index = SearchIndex.build(["AQUA 600ML"], sold=[True], codes=[("A1", 0)], barcodes=[("8991234567890", 0)])
    for query in ("aqua", "aqua 600", "aqau", "aq", "AQUA 600 ML", "A1", "8991234567890", "7890"):
        assert [hit.row for hit in index.search(query)] == [0]
    assert index.search("xyzzy") == []
    for query in STRANGE.values():
        check(index.search(query), 10, 1, [], index.rows_of_code(query))


def test_a_catalogue_of_names_without_words_returns_nothing() -> None:
    index = SearchIndex.build(["", "?!", "...", " "])
    assert index.search("aqua") == index.search("?!") == index.search("") == []


@pytest.mark.parametrize("query", ["sama", "sama persis 1kg", "sma prss", "samaa", "sam", "samapersis", "1000 gr"])
def test_of_equal_names_the_first_rows_come_first(query: str) -> None:
    index = SearchIndex.build(["SAMA PERSIS 1KG"] * 3_000)
    for limit in (1, 10, 200):
        hits = index.search(query, limit)
        assert [hit.row for hit in hits] == list(range(limit))
        assert len({hit.score for hit in hits}) == 1


def mixed_queries(count: int) -> list[str]:
    """Return names that are cut short, have typos, are shuffled or shortened to consonants."""
    rng = Random(5)
    queries = []
    for name in rng.choices(NAMES, k=count):
        parts = name.split()
        at = rng.randrange(len(name))
        skeleton = " ".join(part[0] + "".join(letter for letter in part[1:] if letter not in "AIUEO") for part in parts)
        queries.append(
            rng.choice([name[: at + 1], name[:at] + name[at + 1 :], " ".join(rng.sample(parts, len(parts))), skeleton])
        )
    return [*queries, "7919", "8990000079191", "BRG-0044", "xyzzy"]


def test_eight_threads_get_the_same_hits_as_one() -> None:
    queries = [*mixed_queries(80), *list(STRANGE.values())[:18]]
    alone = [everything(INDEX, query, 2) for query in queries]
    shared = stored(INDEX)  # as after a reload: eight threads at once create whatever is created on first use
    order = [(start * 17 + step) % len(queries) for step in range(len(queries)) for start in range(8)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda place: everything(shared, queries[place], 2), order))
    assert all(found == alone[place] for place, found in zip(order, together, strict=True))


ASK = """
import json, sys
from tests.toko_core.search.test_robustness import INDEX, everything, mixed_queries
json.dump([everything(INDEX, query, 3) for query in mixed_queries(80)], sys.stdout)
"""


def test_every_process_returns_the_same_hits() -> None:
    here = json.dumps([everything(INDEX, query, 3) for query in mixed_queries(80)])
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        there = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
        assert there.stdout == here
