"""A catalogue whose search misses products is not published."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from toko_assets.catalog.verify import verify_search
from toko_bot.catalog import SCHEMA_VERSION
from toko_bot.search import SearchIndex
from toko_bot.stored_arrays import write_arrays

KINDS = ("KECAP MANIS", "MINYAK GORENG", "BISKUIT KELAPA", "SABUN MANDI", "TEH CELUP", "KOPI BUBUK", "SUSU KENTAL")
BRANDS = ("BANGAU", "MELATI", "RAJAWALI", "SEGARAN", "PELANGI", "GARUDA", "KENCANA", "MUTIARA")
NAMES = [f"{brand} {kind} {size}GR" for brand in BRANDS for kind in KINDS for size in (100, 250)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "next.duckdb.part"


def write(file: Path, names: Sequence[str], indexed: Sequence[str], sold: bool = True) -> None:
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE catalog_info (key VARCHAR, value VARCHAR)")
        connection.execute("INSERT INTO catalog_info VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])
        connection.execute(
            "CREATE TABLE products "
            "(product_id INTEGER, kodeitem VARCHAR, namaitem VARCHAR, jenis VARCHAR, merek VARCHAR, dijual BOOLEAN)"
        )
        connection.execute(
            "CREATE TABLE prices (product_id INTEGER, satuan VARCHAR, konversi DECIMAL(20,3), level INTEGER, "
            "jumlah_sampai DECIMAL(20,3), hargapokok DECIMAL(18,4), hargajual DECIMAL(18,4))"
        )
        rows = [[number, f"{number:05}", name, None, None, sold] for number, name in enumerate(names)]
        if rows:
            connection.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)", rows)
        write_arrays(connection, SearchIndex.build(indexed).to_arrays())


def test_an_index_of_these_products_passes(file: Path) -> None:
    write(file, NAMES, NAMES)
    outcome = verify_search(file)
    assert outcome.passed
    assert outcome.blocking
    assert "name 100%" in outcome.summary


def test_an_index_of_other_products_blocks_and_shows_what_was_missed(file: Path) -> None:
    write(file, NAMES, NAMES[::-1])
    outcome = verify_search(file)
    assert not outcome.passed
    assert outcome.rows is not None
    assert set(outcome.rows.columns) == {"search", "query", "product"}
    assert len(outcome.rows) > 0


@pytest.mark.parametrize(
    "names", [[], ["?!", ".", "-"], ["A"], ["SAMA"] * 50], ids=["none", "no words", "one", "equal"]
)
def test_odd_catalogues_pass(file: Path, names: list[str]) -> None:
    write(file, names, names)
    assert verify_search(file).passed


def test_what_is_not_sold_need_not_be_found(file: Path) -> None:
    write(file, NAMES, NAMES[::-1], sold=False)
    assert verify_search(file).passed
