"""The Parquet tables and the CSV: exact amounts, and texts as the shop typed them."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.acceptance.places import House
from tests.acceptance.rows import Row, item, price, unit
from tests.backups import Shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

PARQUET = {
    "products", "prices", "barcodes", "stock", "photos", "names", "customer_groups", "group_discounts",
    "discounts", "promotions", "serials",
}  # fmt: skip
AMOUNTS = {
    "12345.67895000000000000000": "12345.6790",
    "12345.67885000000000000000": "12345.6789",
    "12345.67884999999999999999": "12345.6788",
    "0.33335": "0.3334",
    "1.00005": "1.0001",
    "12345678901234.56785": "12345678901234.5679",
}
"""What the source has, and what four places, half-up, make of it."""

COSTS = {
    ("0.33335", "3"): "1.0001",
    ("1234.56789012345678901234", "144"): "177777.7762",
    ("0.00001", "40"): "0.0004",
    ("87654321.12344999999999999999", "0.500"): "43827160.5617",
}
"""Cost of the base unit and conversion, and the cost of the unit: rounded once, after the product."""

NAMES = {
    "TABS": ("\tKOPI \t\t KAPAL  API\n165G ", "KOPI KAPAL API 165G"),
    "CONTROL": ("MIE\x07 GORENG\x1b", "MIE GORENG"),
    "MARKUP": ("<b>TEH</b> & *GULA* _1KG_ `x` \\ \"Q\" 'q'", "<b>TEH</b> & *GULA* _1KG_ `x` \\ \"Q\" 'q'"),
    "CASE": ("Susu UHT ultra Milk", "Susu UHT ultra Milk"),
    "COMMA": ('SABUN, "LUX"; 85G', 'SABUN, "LUX"; 85G'),
    "NAMELESS": (" \t ", "NAMELESS"),
}


def amount_items() -> tuple[list[Row], list[Row]]:
    items = [item(f"AMOUNT-{n}", "S", hargapokok="0.5") for n in range(len(AMOUNTS))]
    return items, [price(f"AMOUNT-{n}", "PCS", amount) for n, amount in enumerate(AMOUNTS)]


def cost_items() -> tuple[list[Row], list[Row], list[Row]]:
    items = [item(f"COST-{n}", "S", hargapokok=cost) for n, (cost, _) in enumerate(COSTS)]
    units = [unit(f"COST-{n}", "DUS", konversi) for n, (_, konversi) in enumerate(COSTS)]
    return items, units, [price(f"COST-{n}", "DUS", 999_999_999) for n in range(len(COSTS))]


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    priced, prices = amount_items()
    costed, units, more_prices = cost_items()
    backup = Shop(
        items=[
            *priced,
            *costed,
            *(item(code, namaitem=name) for code, (name, _) in NAMES.items()),
            item("UNITS", "S", satuan=" pcs "),
            item("COSTS", "S"),
            item("COSTLESS", hargapokok=None),
            item("FIXED", hargajual1="1234567.125"),
            item("DELETED", statushapus="Y"),
            item("UNPRICED", hargajual1=0),
        ],
        units=[
            *units,
            unit("UNITS", " pcs ", kodebarcode="0012345678905"),
            unit("UNITS", "pcs", kodebarcode=" 00777 "),
            unit("UNITS", " dus", 40, kodebarcode="", iddetail="B"),
            unit("UNITS", "DUS", 48, kodebarcode="   ", iddetail="C"),
            unit("COSTS", "PAK", 10, hargapokok=0),
            unit("COSTS", "BAL", 100, hargapokok="240000.00005"),
        ],
        prices=[
            *prices,
            *more_prices,
            price("UNITS", " pcs ", 3000),
            price("UNITS", "Dus ", 110000),
            price("COSTS", "PAK", 29000),
            price("COSTS", "BAL", 280000),
        ],
    )
    with house.serving(write_backup(postgres, tmp_path_factory.mktemp("exported") / "toko.i5bu", backup)) as toko:
        yield toko


def parquet(shop: Installation, table: str) -> Path:
    return Path(shop.record("exported_products")["folder"]) / f"{table}.parquet"


def of_item(shop: Installation, kode: str, columns: str) -> list[tuple[object, ...]]:
    return shop.query(
        f"SELECT {columns} FROM prices JOIN products USING (product_id) WHERE kodeitem = '{kode}' ORDER BY hargajual"
    )


@pytest.mark.parametrize(("row", "amount"), list(enumerate(AMOUNTS)), ids=lambda value: str(value))
def test_a_price_has_four_places_half_up(shop: Installation, row: int, amount: str) -> None:
    assert of_item(shop, f"AMOUNT-{row}", "hargajual") == [(Decimal(AMOUNTS[amount]),)]


@pytest.mark.parametrize(("row", "cost"), list(enumerate(COSTS)), ids=lambda value: str(value))
def test_the_cost_of_a_unit_is_the_exact_product_rounded_once(
    shop: Installation, row: int, cost: tuple[str, str]
) -> None:
    assert of_item(shop, f"COST-{row}", "hargapokok") == [(Decimal(COSTS[cost]),)]


def test_a_units_own_cost_counts_if_it_is_above_zero_else_that_of_the_item_times_the_conversion(
    shop: Installation,
) -> None:
    assert of_item(shop, "COSTS", "prices.satuan, hargapokok") == [
        ("PAK", Decimal(25000)),
        ("BAL", Decimal("240000.0001")),
    ]
    assert of_item(shop, "COSTLESS", "hargapokok") == [(None,)]


def test_a_fixed_price_with_three_places_is_exact(shop: Installation) -> None:
    assert of_item(shop, "FIXED", "hargajual") == [(Decimal("1234567.125"),)]


def test_units_compare_trimmed_and_in_upper_case_and_the_smallest_detail_gives_the_conversion(
    shop: Installation,
) -> None:
    assert of_item(shop, "UNITS", "prices.satuan, konversi") == [("PCS", Decimal(1)), ("DUS", Decimal(40))]
    assert shop.query("SELECT satuan FROM products WHERE kodeitem = 'UNITS'") == [("PCS",)]


def test_barcodes_are_trimmed_texts_that_keep_their_zeros_and_empty_ones_are_none(shop: Installation) -> None:
    assert set(shop.query("SELECT barcode, kodeitem, b.satuan FROM barcodes b JOIN products USING (product_id)")) == {
        ("0012345678905", "UNITS", "PCS"),
        ("00777", "UNITS", "PCS"),
    }


@pytest.mark.parametrize("code", NAMES)
def test_only_white_space_and_control_characters_of_a_name_change(shop: Installation, code: str) -> None:
    assert shop.query(f"SELECT namaitem FROM products WHERE kodeitem = '{code}'") == [(NAMES[code][1],)]


def test_the_parquet_tables_lie_in_the_folder_of_the_backup(shop: Installation) -> None:
    folder = Path(shop.record("exported_products")["folder"])
    assert folder.parent == shop.data / "exports"
    assert shop.record("raw_backup")["sha256"].startswith(folder.name)
    assert {file.stem for file in folder.glob("*.parquet")} == PARQUET


def test_amounts_are_decimals_with_four_places_in_parquet(shop: Installation) -> None:
    schema = pq.read_schema(parquet(shop, "prices"))
    assert {str(schema.field(name).type) for name in ("hargapokok", "hargajual")} == {"decimal128(18, 4)"}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("stock", {"kodeitem": "string", "kantor": "string", "stok": "decimal"}),
        ("photos", {"kodeitem": "string", "gambar": "binary", "sumber": "binary"}),
        ("serials", {"noserial": "string", "kodeitem": "string", "kantor": "string", "terjual": "bool"}),
        ("names", {"kind": "string", "kode": "string", "nama": "string"}),
        ("customer_groups", {"kgrup": "string", "grup": "string", "level": "int32", "potongan": "decimal"}),
        ("group_discounts", {"kodeitem": "string", "kgrup": "string", "pot1": "decimal", "pot4": "decimal"}),
        (
            "discounts",
            {"kodeitem": "string", "rupiah": "decimal", "dari": "timestamp", "jam_dari": "time"},
        ),
        ("promotions", {"kodeitem": "string", "hadiah": "string", "kelipatan": "bool", "harga": "decimal"}),
    ],
)
def test_an_empty_parquet_table_has_its_declared_types(shop: Installation, table: str, columns: dict[str, str]) -> None:
    schema = pq.read_schema(parquet(shop, table))
    assert pq.read_metadata(parquet(shop, table)).num_rows == 0
    assert not [name for name in schema.names if str(schema.field(name).type) in ("null", "float", "double")]
    for name in set(columns) & set(schema.names):
        assert columns[name] in str(schema.field(name).type)


def test_the_counts_of_the_record_are_those_of_the_files_and_of_the_catalogue(shop: Installation) -> None:
    counts = shop.record("exported_products")["counts"]
    assert set(counts) == PARQUET
    for table, count in counts.items():
        assert pq.read_metadata(parquet(shop, table)).num_rows == count
        assert shop.query(f"SELECT count(*) FROM {table}") == [(count,)]


@pytest.fixture(scope="module")
def rows(shop: Installation) -> list[dict[str, str]]:
    with Path(shop.record("exported_products")["csv"]).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_csv_is_named_by_the_time_of_the_backup(shop: Installation) -> None:
    file = Path(shop.record("exported_products")["csv"])
    assert file.parent == shop.data / "exports"
    time = datetime.fromisoformat(shop.record("raw_backup")["dumped_at"])
    digits = "".join(c for c in file.stem if c.isdigit())
    assert digits.startswith(time.strftime("%Y%m%d%H%M"))


def test_the_csv_has_every_price_with_its_name_unit_conversion_cost_and_price(
    shop: Installation, rows: list[dict[str, str]]
) -> None:
    def amount(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    found = sorted(
        (row["namaitem"], row["satuan"], amount(row["konversi"]), amount(row["hargapokok"]), amount(row["hargajual"]))
        for row in rows
    )
    assert found == sorted(
        shop.query(
            "SELECT namaitem, prices.satuan, konversi, hargapokok, hargajual"
            " FROM prices JOIN products USING (product_id)"
        )
    )


def test_the_csv_leaves_a_price_that_is_not_filled_in_empty(rows: list[dict[str, str]]) -> None:
    assert [row["hargajual"] for row in rows if row["namaitem"] == "BARANG UNPRICED"] == [""]


def test_the_csv_has_no_deleted_item(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if "DELETED" in row["namaitem"]] == []
