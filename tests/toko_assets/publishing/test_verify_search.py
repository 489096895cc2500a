"""A catalogue whose search misses products is not published."""

from pathlib import Path

import pytest

from tests.catalog_files import write_catalog
from toko_assets.publishing.index.trial import FEWEST_ASKED, try_search
from toko_assets.publishing.verify import verify_search
from toko_core.search import SearchIndex

KINDS = ("KECAP MANIS", "MINYAK GORENG", "BISKUIT KELAPA", "SABUN MANDI", "TEH CELUP", "KOPI BUBUK", "SUSU KENTAL")
BRANDS = ("BANGAU", "MELATI", "RAJAWALI", "SEGARAN", "PELANGI", "GARUDA", "KENCANA", "MUTIARA")
NAMES = [f"{brand} {kind} {size}GR" for brand in BRANDS for kind in KINDS for size in (100, 250)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "next.duckdb.part"


def test_an_index_of_these_products_passes(file: Path) -> None:
    write_catalog(file, NAMES, NAMES)
    outcome = verify_search(file)
    assert outcome.passed
    assert outcome.blocking
    assert "name 100%" in outcome.summary


def test_an_index_of_other_products_blocks_and_shows_what_was_missed(file: Path) -> None:
    write_catalog(file, NAMES, NAMES[::-1])
    outcome = verify_search(file)
    assert not outcome.passed
    assert outcome.rows is not None
    assert set(outcome.rows.columns) == {"search", "query", "product"}
    assert len(outcome.rows) > 0


@pytest.mark.parametrize(
    "names", [[], ["?!", ".", "-"], ["A"], ["SAMA"] * 50], ids=["none", "no words", "one", "equal"]
)
def test_odd_catalogues_pass(file: Path, names: list[str]) -> None:
    write_catalog(file, names, names)
    assert verify_search(file).passed


def test_what_is_not_sold_need_not_be_found(file: Path) -> None:
    write_catalog(file, NAMES, NAMES[::-1], sold=False)
    assert verify_search(file).passed


def test_products_are_found_by_synonyms_and_by_sizes_in_another_unit(file: Path) -> None:
    write_catalog(file, NAMES, NAMES)
    summary = verify_search(file).summary
    assert "synonym 100%" in summary
    assert "size 100%" in summary


def test_an_index_that_knows_synonyms_but_does_not_use_them_blocks() -> None:
    index = SearchIndex.build(NAMES)
    arrays = index.to_arrays() | {name: SearchIndex.build(["lain"]).to_arrays()[name] for name in senses(index)}
    outcome = try_search(SearchIndex.from_arrays(arrays), NAMES, [True] * len(NAMES))
    assert not outcome.passed
    assert set(outcome.rows["search"]) == {"synonym"}


def test_the_index_of_a_version_without_synonyms_is_tried_without_them() -> None:
    index = SearchIndex.build(NAMES)
    arrays = {name: array for name, array in index.to_arrays().items() if name not in senses(index)}
    outcome = try_search(SearchIndex.from_arrays(arrays), NAMES, [True] * len(NAMES))
    assert outcome.passed
    assert "synonym" not in outcome.summary
    assert "size 100%" in outcome.summary


def test_a_few_searches_say_nothing_of_synonyms() -> None:
    few = ["AYAM GORENG", "AYAM BAKAR", "MINYAK GORENG"]
    assert len(few) < FEWEST_ASKED
    outcome = try_search(SearchIndex.build(few), few, [True] * len(few))
    assert outcome.passed
    assert "synonym" not in outcome.summary


def senses(index: SearchIndex) -> list[str]:
    return [name for name in index.to_arrays() if name.startswith("sense_")]
