"""Names and groups in a catalogue, and the export of a version that had none."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.toko_bot.bot.shop import INDOMIE, SUGAR, Rows, write_export
from toko_assets.publishing.build import build
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.catalog.schema import ADDED, SCHEMA_VERSION

INFO = {"schema_version": str(SCHEMA_VERSION)}
NOODLES = replace(INDOMIE, jenis="MI1", merek="tome")
REFERENCE: Rows = {
    "names": [
        {"kind": "jenis", "kode": "MI1", "nama": "Mie Kuah"}, {"kind": "merek", "kode": "tome", "nama": "Medya"},
        {"kind": "satuan", "kode": "DUS", "nama": "Kardus"}, {"kind": "kantor", "kode": "TOKO", "nama": "Toko Utama"},
    ],
    "customer_groups": [
        {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
        {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
    ],
    "group_discounts": [
        {"kodeitem": "MIE001", "kgrup": "MB", "pot1": Decimal(10), "pot2": Decimal("2.5"), "pot3": Decimal(0)},
        {"kodeitem": "MIE001", "kgrup": "HILANG", "pot1": Decimal(10)},
    ],
}  # fmt: skip


def built(folder: Path) -> PublishedCatalog:
    file = folder / "catalog.duckdb"
    build(file, folder / "export", folder / "history", INFO)
    return PublishedCatalog(file)


@pytest.fixture
def catalog(tmp_path: Path) -> PublishedCatalog:
    write_export(tmp_path / "export", [SUGAR, NOODLES], REFERENCE)
    return built(tmp_path)


def test_products_have_names_and_their_own_percents(catalog: PublishedCatalog) -> None:
    sugar, noodles = catalog.products[0], catalog.products[1]
    assert (noodles.jenis, noodles.merek) == ("Mie Kuah", "Medya")
    assert catalog.products.label_code(1, "merek") == "tome"
    assert noodles.groups == (
        CustomerGroup("Member", 1, (Decimal(10), Decimal("2.5")), "MB"), CustomerGroup("Grosir", 2, code="GR")
    )  # fmt: skip
    assert sugar.groups == (CustomerGroup("Member", 1, (Decimal(5),), "MB"), CustomerGroup("Grosir", 2, code="GR"))
    assert (sugar.jenis, sugar.merek) == (None, None)


@pytest.mark.parametrize("query", ["mi1", "kuah", "tome", "medya", "kardus"])
def test_codes_and_names_are_found(catalog: PublishedCatalog, query: str) -> None:
    assert catalog.search(query)[0].product.kodeitem == "MIE001"


def test_an_export_without_names_and_groups_gives_a_catalogue_without_them(tmp_path: Path) -> None:
    write_export(tmp_path / "export", [SUGAR, NOODLES])
    for table in ADDED:
        (tmp_path / "export" / f"{table}.parquet").unlink(missing_ok=True)
    catalog = built(tmp_path)
    assert (catalog.products[1].jenis, catalog.products[1].groups) == ("MI1", ())
    with duckdb.connect(catalog.file, read_only=True) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ADDED]
    assert counts == [(0,)] * len(ADDED)
