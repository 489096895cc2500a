"""The reader of a catalogue's sales."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.catalog_files import write_catalog
from toko_core.catalog.reader import PublishedCatalog
from toko_core.catalog.reference.sales import NOT_SOLD, ProductSales, Sales, TillAgreement
from toko_core.catalog.schema import TABLES

INFO = {"sales_until": "2026-01-05T20:30:00+07:00", "till_matching": "95", "till_compared": "100"}
LAST = datetime(2026, 1, 4, 10, 15, 0, 250)
ROWS = [
    (1, 0, 3, "0", "12.500", LAST),
    (4, 2, 9, "1.250", "99999999999999999.999", None),
    (6, 5, 9, "7", "8", LAST),
    (7, 0, 0, "0", "0.001", None),
]


def written(folder: Path, info: dict[str, str]) -> Path:
    file = folder / "catalog-20260105T133000.000Z-abc.duckdb"
    write_catalog(file, ["X"] * 9)
    with duckdb.connect(file) as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in TABLES["sales"].items())
        connection.execute(f"CREATE TABLE sales ({columns})")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)", ROWS)
        for entry in info.items():
            connection.execute("INSERT INTO catalog_info VALUES (?, ?)", entry)
    return file


def test_each_product_has_its_receipts_quantities_and_last_sale(tmp_path: Path) -> None:
    sales = PublishedCatalog(written(tmp_path, INFO)).sales
    assert sales.are_known
    assert sales.until == datetime.fromisoformat("2026-01-05T20:30:00+07:00")
    assert sales.agreement == TillAgreement(95, 100)
    assert sales.of(1) == ProductSales(0, 3, Decimal(0), Decimal("12.5"), LAST)
    assert sales.of(6) == ProductSales(5, 9, Decimal(7), Decimal(8), LAST)
    assert sales.of(0) == sales.of(8) == NOT_SOLD


def test_the_best_sellers_are_those_with_the_most_receipts(tmp_path: Path) -> None:
    sales = PublishedCatalog(written(tmp_path, INFO)).sales
    assert sales.best(90) == [4, 6, 1]
    assert sales.best(7) == [6, 4]
    assert sales.sold().tolist() == [1, 4, 6]


def test_a_quantity_that_no_shop_has_is_capped(tmp_path: Path) -> None:
    found = PublishedCatalog(written(tmp_path, INFO)).sales.of(4)
    assert found is not None
    assert found.terjual_90 == 9 * 10**15


def test_a_catalogue_whose_sales_were_never_read_knows_nothing(tmp_path: Path) -> None:
    sales = PublishedCatalog(written(tmp_path, {})).sales
    assert (sales.are_known, sales.until, sales.agreement, sales.of(1), sales.best(7)) == (False, None, None, None, [])
    assert sales.sold().tolist() == []


def test_a_catalogue_of_an_earlier_version_has_no_table(tmp_path: Path) -> None:
    file = tmp_path / "catalog-20260105T133000.000Z-abc.duckdb"
    write_catalog(file, ["X"])
    assert PublishedCatalog(file).sales.of(0) is None


def test_sales_that_could_not_be_compared_have_no_agreement(tmp_path: Path) -> None:
    with duckdb.connect(written(tmp_path, {}), read_only=True) as connection:
        assert Sales(connection, INFO | {"till_compared": "0", "till_matching": "0"}).agreement is None


def test_what_sells_and_what_is_in_stock_comes_first_in_a_search(tmp_path: Path) -> None:
    file = tmp_path / "catalog-20260105T133000.000Z-abc.duckdb"
    write_catalog(file, ["GULA AA", "GULA BB", "GULA CC", "GULA"])
    assert PublishedCatalog(file).search("gul")[0].product.namaitem == "GULA"
    with duckdb.connect(file) as connection:
        connection.execute("ALTER TABLE products ADD COLUMN terjual_90 DECIMAL(20,3)")
        connection.execute("UPDATE products SET terjual_90 = 99 WHERE product_id = 2")
        connection.execute("CREATE TABLE stock (product_id INTEGER, kantor VARCHAR, stok DECIMAL(20,3))")
        connection.execute(
            "INSERT INTO stock VALUES (1, 'UTAMA', 5), (2, 'UTAMA', 3), (2, 'GUDANG', -1), (0, 'UTAMA', 0)"
        )
    catalog = PublishedCatalog(file)
    found = [found.product.namaitem for found in catalog.search("gul")]
    assert [name for name in found if name != "GULA"] == ["GULA CC", "GULA BB", "GULA AA"]
    assert catalog.search("gula")[0].product.namaitem == "GULA"
