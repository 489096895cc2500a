"""A catalogue in which a button would open two products is not published."""

from pathlib import Path

import duckdb
import pytest

from tests.catalog_files import write_catalog
from toko_assets.publishing.verify import verify_buttons
from toko_core import CatalogError
from toko_core.catalog.product_hashes import ProductHashes, product_hash
from toko_core.catalog.reader import PublishedCatalog

ALIKE = ("17612872", "18158534")
"""The first two numbers whose hashes of 48 bits are the same: of 40 million, three pairs are."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "next.duckdb.part"
    write_catalog(file, ["AQUA 600ML", "BISKUIT KELAPA", "KECAP MANIS"])
    return file


def give_codes(file: Path, *codes: str) -> None:
    with duckdb.connect(file) as connection:
        for number, code in enumerate(codes):
            connection.execute("UPDATE products SET kodeitem = ? WHERE product_id = ?", [code, number])


def test_codes_that_buttons_can_tell_apart_pass(file: Path) -> None:
    outcome = verify_buttons(file)
    assert outcome.passed
    assert outcome.blocking
    assert "3 item codes" in outcome.summary
    assert ProductHashes(PublishedCatalog(file).products).find(product_hash("00001")) == 1


@pytest.mark.parametrize("codes", [ALIKE, ("SAMA", "SAMA")], ids=["equal hashes", "equal codes"])
def test_two_codes_of_one_hash_block_and_are_shown(file: Path, codes: tuple[str, str]) -> None:
    give_codes(file, *codes)
    outcome = verify_buttons(file)
    assert not outcome.passed
    assert outcome.rows["kodeitem"].tolist() == list(codes)
    assert outcome.rows["hash"].nunique() == 1
    with pytest.raises(CatalogError, match="the same code, or codes with the same hash"):
        ProductHashes(PublishedCatalog(file).products)


def test_a_catalogue_without_products_passes(tmp_path: Path) -> None:
    write_catalog(tmp_path / "empty.duckdb", [])
    assert verify_buttons(tmp_path / "empty.duckdb").passed
