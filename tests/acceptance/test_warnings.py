"""The checks that warn: each shows the items concerned, and the catalogue is published all the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.history import Run, last_run
from tests.acceptance.places import installed, sync
from tests.acceptance.rows import Row, clean_items, clean_units, item, price, stock, unit
from tests.backups import Shop, write_backup
from tests.installation import Answer, Installation
from toko_assets.postgres.server import PostgresServer

CLEAN = 40

DIRT: dict[str, dict[str, list[Row]]] = {
    "prices_filled_in": {
        "items": [item("UNPRICED", hargajual1=0), item("UNPRICED-NULL", hargajual1=None)],
    },
    "not_below_cost": {"items": [item("LOSS", hargajual1=2400)]},
    "barcodes_not_shared": {
        "items": [item("SHARED-1"), item("SHARED-2")],
        "units": [unit("SHARED-1", "PCS", kodebarcode="0123"), unit("SHARED-2", "PCS", kodebarcode=" 0123 ")],
    },
    "no_orphans": {
        "units": [unit("NO-ITEM-1", "PCS")],
        "prices": [price("NO-ITEM-2", "PCS", 1000)],
        "stock": [stock("NO-ITEM-3", "UTM", 1)],
    },
    "price_rows_repeated": {
        "items": [item("REPEATED", "S")],
        "prices": [price("REPEATED", "PCS", 3000), price("REPEATED", "pcs", 3500)],
    },
    "price_systems_guessed": {"items": [item("UNKNOWN", "X", hargajual1=3000), item("NO-SYSTEM", "", hargajual1=3000)]},
    "levels_assumed": {"items": [item("LEVEL-0", "L")], "prices": [price("LEVEL-0", "PCS", 3000)]},
    "limits_assumed": {"items": [item("LIMIT-0", "J")], "prices": [price("LIMIT-0", "PCS", 3000)]},
    "units_unknown": {
        "items": [item("DUS", "S")],
        "prices": [price("DUS", "PCS", 3000), price("DUS", "DUS", 99000)],
    },
    "fixed_price_used": {"items": [item("NO-ROWS", "S", hargajual1=3000)]},
    "codes_used_as_names": {"items": [item("NAMELESS", namaitem=" \t "), item("NAMELESS-NULL", namaitem=None)]},
    "stale_price_rows": {
        "items": [item("STALE", "S")],
        "prices": [price("STALE", "PCS", 3000), price("STALE", "PCS", 2900, level=1, tipehj="L")],
    },
    "price_rows_of_no_system": {
        "items": [item("NO-ROWS-OF-ITS-SYSTEM", "S")],
        "prices": [price("NO-ROWS-OF-ITS-SYSTEM", "PCS", 3000, tipehj="N")],
    },
    "unknown_marks": {"items": [item("MARK-1", statusjual="1"), item("MARK-T", statushapus="T")]},
    "unmarked_items_sold": {"items": [item("UNMARKED", statusjual=None)]},
}

CONCERNED: dict[str, frozenset[str]] = {
    name: frozenset(row["kodeitem"] for row in dirt.get("items", [*dirt.get("units", []), *dirt.get("prices", [])]))
    for name, dirt in DIRT.items()
} | {"no_orphans": frozenset({"NO-ITEM-1", "NO-ITEM-2", "NO-ITEM-3"})}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("warned")) as toko:
        yield toko


@pytest.fixture(scope="module")
def answer(postgres: PostgresServer, shop: Installation) -> Answer:
    """One sync of a backup with one or two items for each warning among many clean ones."""

    def rows(table: str) -> list[Any]:
        return [row for dirt in DIRT.values() for row in dirt.get(table, [])]

    systems = {row["kodeitem"]: row["sistemhargajual"] for row in rows("items")}

    backup = Shop(
        items=[*clean_items(CLEAN), *rows("items")],
        units=[*clean_units(CLEAN), *rows("units")],
        prices=[{"tipehj": systems.get(row["kodeitem"]), **row} for row in rows("prices")],
        stock=rows("stock"),
    )
    return sync("--backup", write_backup(postgres, shop.inbox / "dirty.i5bu", backup))


@pytest.fixture(scope="module")
def run(shop: Installation, answer: Answer) -> Run:
    assert answer.status == 0
    return last_run(shop)


@pytest.mark.parametrize("warning", DIRT)
def test_a_warning_shows_just_the_items_concerned(run: Run, warning: str) -> None:
    assert run.failed(blocking=False).get(warning, frozenset()) == CONCERNED[warning]


def test_nothing_else_is_warned_of_and_nothing_blocks(run: Run) -> None:
    assert set(run.failed(blocking=False)) == set(DIRT)
    assert run.failed(blocking=True) == {}
    assert run.succeeded


def test_the_command_names_each_warning(answer: Answer) -> None:
    assert [name for name in DIRT if name not in answer.output] == []


@pytest.mark.usefixtures("run")
def test_the_dirty_items_are_published(shop: Installation) -> None:
    dirty = {row["kodeitem"] for dirt in DIRT.values() for row in dirt.get("items", [])}
    published = {kode for (kode,) in shop.query("SELECT kodeitem FROM products")}
    assert dirty <= published
    assert {"NO-ITEM-1", "NO-ITEM-2", "NO-ITEM-3"}.isdisjoint(published)


@pytest.mark.usefixtures("run")
def test_one_barcode_on_two_items_finds_both(shop: Installation) -> None:
    found = shop.query("SELECT kodeitem FROM barcodes JOIN products USING (product_id) WHERE barcode = '0123'")
    assert sorted(found) == [("SHARED-1",), ("SHARED-2",)]
