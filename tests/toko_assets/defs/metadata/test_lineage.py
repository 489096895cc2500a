"""The declared lineage is true: its columns exist, and a changed source changes only the columns that name it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame, hj, unit
from toko_assets.defs.metadata import lineage
from toko_assets.defs.metadata.lineage import Origin
from toko_assets.ipos import source_tables as source
from toko_assets.ipos.needed_tables import OPTIONAL
from toko_assets.ipos.pricing import PricedShop, price_shop
from toko_assets.ipos.source_tables import SourceTables
from toko_core.catalog.schema import TABLES

COLUMNS = {
    "restored_database": lineage.RESTORED_COLUMNS,
    "exported_products": lineage.EXPORT_COLUMNS,
    "price_history": lineage.HISTORY_COLUMNS,
}
DECLARED = {
    "exported_products": lineage.EXPORT_ORIGINS,
    "price_history": lineage.HISTORY_ORIGINS,
    "product_catalog": lineage.CATALOG_ORIGINS,
}
FRAMES = {"tbl_item": "items", "tbl_itemsatuanjml": "units", "tbl_itemhj": "prices", "tbl_itemstok": "stock"}
PRICED = ("products", "prices", "barcodes", "stock")
CHANGED: dict[str, Any] = {
    "tbl_item.namaitem": "LAIN", "tbl_item.jenis": "LAIN", "tbl_item.merek": "LAIN", "tbl_item.rak": "LAIN",
    "tbl_item.satuan": "BOX", "tbl_item.sistemhargajual": "O", "tbl_item.statusjual": "N",
    "tbl_item.statushapus": "Y", "tbl_item.hargapokok": Decimal(77), "tbl_item.hargajual1": Decimal(88),
    "tbl_item.tipe": "2", "tbl_item.supplier1": "LAIN", "tbl_item.stokmin": Decimal(9),
    "tbl_item.dateupd": datetime(2020, 1, 1), "tbl_item.matauang": "EUR",
    "tbl_item.keterangan": "LAIN",
    "tbl_itemsatuanjml.satuan": "BOX", "tbl_itemsatuanjml.kodebarcode": "999",
    "tbl_itemsatuanjml.jumlahkonv": Decimal(7), "tbl_itemsatuanjml.hargapokok": Decimal(66),
    "tbl_itemhj.satuan": "BOX", "tbl_itemhj.level": 3, "tbl_itemhj.jmlsampai": Decimal(50),
    "tbl_itemhj.hargajual": Decimal(99), "tbl_itemhj.dateupd": datetime(2020, 1, 1),
    "tbl_itemstok.kantor": "LAIN", "tbl_itemstok.stok": Decimal(5),
}  # fmt: skip
"""Another value for every column of the source that is no key; photos are not priced."""


def a_source() -> SourceTables:
    """An item of each price system, and one whose system is unknown."""
    systems = {"A": "O", "B": "S", "C": "L", "D": "J", "E": None}
    items = [
        {"kodeitem": code, "namaitem": f"BARANG {code}", "satuan": "PCS", "statusjual": "Y", "statushapus": "N",
         "jenis": "J", "merek": "M", "rak": "R", "tipe": "Y", "sistemhargajual": system, "hargapokok": 2500,
         "hargajual1": 3000}
        for code, system in systems.items()
    ]  # fmt: skip
    rows = [
        hj("PCS", 1, 10, 3000, datetime(2026, 1, 5)), hj("PCS", 1, 10, 3100, datetime(2026, 1, 6)),
        hj("PCS", 2, 20, 2900), hj("DUS", 1, 10, 115000), hj("DUS", 2, 20, 110000),
    ]  # fmt: skip
    units = [unit("PCS", 1, kodebarcode="111"), unit("DUS", 40, 98000, kodebarcode="222"), unit("DUS", 41, 1)]
    return SourceTables(
        frame(source.ITEMS, items),
        _of_each(systems, source.UNITS, units),
        _of_each(systems, source.PRICES, rows),
        _of_each(systems, source.STOCK, [{"kantor": "UTM", "stok": 3}]),
        pd.DataFrame(),
        frame(source.CURRENCIES, [{"matauang": "IDR", "rate": 1, "utama": "t"}]),
    )


def _of_each(codes: Mapping[str, Any], columns: dict[str, Any], rows: list[dict[str, Any]]) -> pd.DataFrame:
    key = {"iddetail": ""} if "iddetail" in columns else {}
    return frame(
        columns,
        [
            {**row, "kodeitem": code, **({"iddetail": f"{code}{n}"} if key else {})}
            for code in codes
            for n, row in enumerate(rows)
        ],
    )


def with_value(tables: SourceTables, column: str, value: Any) -> SourceTables:
    table, _, name = column.partition(".")
    rows: pd.DataFrame = getattr(tables, FRAMES[table])
    changed = pd.Series([value] * len(rows), index=rows.index, dtype=rows[name].dtype)
    return replace(tables, **{FRAMES[table]: rows.assign(**{name: changed})})


def values(shop: PricedShop) -> dict[str, set[tuple[str, str]]]:
    """(kodeitem, value) of each exported column: a price may come to stand in another row and be the same."""
    return {
        f"{name}.{column}": set(zip(rows["kodeitem"], map(str, rows[column]), strict=True))
        for name in PRICED
        for rows in [getattr(shop, name)]
        for column in rows.columns
    }


@pytest.mark.parametrize("asset", DECLARED)
def test_every_column_that_another_comes_from_exists_in_its_asset(asset: str) -> None:
    lost = {
        (column, name)
        for column, origin in DECLARED[asset].items()
        for name in origin.columns
        if name not in COLUMNS[origin.asset]
    }
    assert lost == set()


def test_every_column_of_products_and_prices_has_an_origin() -> None:
    assert lineage.EXPORT_ORIGINS.keys() == lineage.EXPORT_COLUMNS.keys()
    own = {f"{table}.{column}" for table, columns in TABLES.items() for column in columns}
    assert own <= lineage.CATALOG_ORIGINS.keys()


def test_a_selling_price_comes_from_the_fixed_price_or_from_the_price_rows() -> None:
    origin = lineage.EXPORT_ORIGINS["prices.hargajual"]
    assert origin.asset == "restored_database"
    assert {"tbl_item.hargajual1", "tbl_itemhj.hargajual"} <= set(origin.columns)
    assert lineage.CATALOG_ORIGINS["prices.hargajual"] == Origin("exported_products", ("prices.hargajual",))


CHECKED_ONLY = {"tbl_itemdisp.stsvcr", *(f"tbl_itemdispdt.disknom{number}" for number in range(1, 5))}
"""Optional columns that give no value: a check counts the rows that have one."""


def test_the_columns_that_are_changed_here_are_all_that_the_lineage_names() -> None:
    named = {column for origin in lineage.EXPORT_ORIGINS.values() for column in origin.columns}
    keys = {f"{table}.{key}" for table in FRAMES for key in ("kodeitem", "iddetail")}
    optional = {f"{table.name}.{column.name}" for table in OPTIONAL for column in table.columns}
    assert named - keys - {"tbl_item.gambar"} - optional == CHANGED.keys()
    assert optional - CHECKED_ONLY <= named


@pytest.mark.parametrize("column", [name for name in CHANGED if name != "tbl_item.statushapus"])
def test_a_changed_source_column_changes_only_what_is_declared_to_come_from_it(column: str) -> None:
    tables = a_source()
    before, after = values(price_shop(tables)), values(price_shop(with_value(tables, column, CHANGED[column])))
    changed = {name for name in before if not after[name] <= before[name]}
    assert changed
    assert changed <= {name for name, origin in lineage.EXPORT_ORIGINS.items() if column in origin.columns}
