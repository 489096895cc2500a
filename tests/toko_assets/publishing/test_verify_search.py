"""A catalogue whose search misses products is not published."""

from pathlib import Path

import pytest

from tests.catalog_files import write_catalog
from toko_assets.publishing.verify import verify_search

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
