"""Products are read exactly as the tables of the file have them, to the rupiah."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.catalog_files import write_catalog
from tests.toko_bot.bot.shop import Item, publish_shop
from toko_core import CatalogError
from toko_core.catalog.products import MOST, Price, Product, Products
from toko_core.catalog.reader import PublishedCatalog

PRODUCTS = [
    # kodeitem, namaitem, jenis, merek, dijual
    ("001", "AQUA 600ML", "MINUMAN", "AQUA", True),
    ("002", "Crème brûlée 🍮", None, None, False),
    ("003", "", "", None, True),
    ("004", "TANPA HARGA", "X", "Y", True),
]
PRICES = [
    # product_id, satuan, konversi, level, jumlah_sampai, hargapokok, hargajual
    (0, "BTL", "1", 1, None, "2500", "3150"),
    (0, "BTL", "1", 2, None, "2500", "3100.5"),
    (0, "DUS", "24", 1, None, "58000.1234", "70000"),
    (1, "PCS", None, None, "11.5", None, "99999999999999.9999"),
    (1, "PCS", None, None, None, "-0.0001", None),
    (2, "é", "0.001", None, "9000000000000000", "0", "0"),
    (3, "PCS", "1", None, "10000000000000000", "0", "1"),
]


@pytest.fixture
def products(tmp_path: Path) -> Products:
    with duckdb.connect(tmp_path / "x.duckdb", config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE products "
            "(product_id INTEGER, kodeitem VARCHAR, namaitem VARCHAR, jenis VARCHAR, merek VARCHAR, dijual BOOLEAN)"
        )
        connection.execute(
            "CREATE TABLE prices (product_id INTEGER, satuan VARCHAR, konversi DECIMAL(20,3), level INTEGER, "
            "jumlah_sampai DECIMAL(20,3), hargapokok DECIMAL(18,4), hargajual DECIMAL(18,4))"
        )
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)", [[n, *row] for n, row in enumerate(PRODUCTS)]
        )
        connection.executemany("INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?)", [list(row) for row in PRICES])
        return Products(connection)


def test_every_text_and_amount_is_read_as_it_was_written(products: Products) -> None:
    expected: defaultdict[int, list[Price]] = defaultdict(list)
    for product_id, unit, konversi, level, most, cost, price in PRICES:
        limit = "9000000000000000" if most == "10000000000000000" else most  # larger quantities are capped
        amounts = [Decimal(amount) if amount is not None else None for amount in (konversi, limit, cost, price)]
        expected[product_id].append(Price(unit, amounts[0], level, amounts[1], amounts[2], amounts[3]))
    assert [products[number] for number in range(len(products))] == [
        Product(*row, prices=tuple(expected[number])) for number, row in enumerate(PRODUCTS)
    ]


@pytest.mark.parametrize(
    ("service", "stock", "shown"),
    [
        (None, [], None), (False, [], "0"), (True, ["7"], None), (None, ["7", "0.5"], "7.5"), (False, ["-3"], "-3"),
        (False, [None], "0"), (False, ["12345678901.125"], "12345678901.125"),
        (False, ["10000000000000000"], str(MOST)), (False, ["-10000000000000000"], str(-MOST)),
    ],
)  # fmt: skip
def test_the_stock_is_that_of_all_branches_and_a_service_has_none(
    tmp_path: Path, service: bool | None, stock: list[str | None], shown: str | None
) -> None:
    item = Item("1", "X", [("PCS", "1", None, None, None, "1")], fields={"jasa": service})
    file = publish_shop(tmp_path / "data", [item, replace(item, kodeitem="2", fields={"jasa": False})])
    with duckdb.connect(file) as connection:
        for number, amount in enumerate(stock):
            connection.execute("INSERT INTO stock VALUES (0, ?, ?)", [f"K{number}", amount])
        products = Products(connection)
    assert products[0].stok == (None if shown is None else Decimal(shown))
    assert products[1].stok == 0


@pytest.mark.parametrize(
    "damage", ["DELETE FROM search_index WHERE name = 'slots'", "UPDATE search_index SET data = ''"]
)
def test_an_incomplete_index_is_a_one_line_error(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "catalog.duckdb"
    write_catalog(file, ["AQUA 600ML"])
    PublishedCatalog(file)
    with duckdb.connect(file) as connection:
        connection.execute(damage)
    with pytest.raises(CatalogError, match=r"catalog\.duckdb cannot be read"):
        PublishedCatalog(file)


def test_a_damaged_file_is_a_one_line_error(tmp_path: Path) -> None:
    file = tmp_path / "catalog.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE catalog_info AS SELECT 'schema_version' AS key, '2' AS value")
    with pytest.raises(CatalogError, match=r"catalog\.duckdb"):
        PublishedCatalog(file)
