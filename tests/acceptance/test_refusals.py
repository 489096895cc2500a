"""The blocking checks: a backup that does not pass publishes nothing, and the catalogue of yesterday stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.history import last_run
from tests.acceptance.places import installed, published_files, run_toko, sync
from tests.acceptance.rows import clean_shop, item, price
from tests.backups import SCHEMA, Shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

BackupMaker = Callable[..., Path]

PRODUCTS = 20


@pytest.fixture(scope="module")
def make(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> BackupMaker:
    folder = tmp_path_factory.mktemp("dumps")

    def dump(shop: Shop, schema: str = SCHEMA) -> Path:
        return write_backup(postgres, folder / f"{len(list(folder.iterdir()))}.i5bu", shop, schema=schema)

    return dump


@pytest.fixture(scope="module")
def served(make: BackupMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that serves a catalogue of PRODUCTS clean items."""
    with installed(tmp_path_factory.mktemp("served")) as toko:
        sync("--backup", make(clean_shop(PRODUCTS)))
        yield toko


def unpriced(sold: int) -> Shop:
    """A clean shop in which so many of the items lack their price."""
    shop = clean_shop(PRODUCTS)
    return replace(shop, items=[row | {"hargajual1": 0} if n < sold else row for n, row in enumerate(shop.items)])


def partly_unpriced() -> Shop:
    """Of the items sold, 4 of 20 lack their price; those not sold lack it all, and deleted ones have nonsense."""
    shop = unpriced(4)
    others = [item(f"UNSOLD-{n}", hargajual1=0, statusjual="N") for n in range(10)]
    others += [item(f"DELETED-{n}", hargajual1=-5, hargapokok=-5, statushapus="Y") for n in range(10)]
    return replace(shop, items=[*shop.items, *others])


def with_item(row: dict[str, object], **more: Any) -> Shop:
    shop = clean_shop(PRODUCTS)
    return replace(shop, items=[*shop.items, row], **more)


def dropping(*statements: str) -> Shop:
    return clean_shop(PRODUCTS, statements=statements)


REFUSED: dict[str, tuple[Shop, str]] = {
    "has no table of items": (dropping("DROP TABLE tbl_item"), "tbl_item"),
    "has no table of units": (dropping("DROP TABLE tbl_itemsatuanjml"), "tbl_itemsatuanjml"),
    "has no table of prices": (dropping("DROP TABLE tbl_itemhj"), "tbl_itemhj"),
    "has no column of the fixed price": (dropping("ALTER TABLE tbl_item DROP COLUMN hargajual1"), "hargajual1"),
    "has no column of the limits": (dropping("ALTER TABLE tbl_itemhj RENAME jmlsampai TO jml"), "jmlsampai"),
    "has no column of the conversion": (dropping("ALTER TABLE tbl_itemsatuanjml DROP jumlahkonv"), "jumlahkonv"),
    "has no items": (clean_shop(0), "tbl_item"),
    "has two items of one code": (
        with_item(item("BERSIH-1", namaitem="TWICE")),
        "",
    ),
    "has a negative fixed price": (with_item(item("MINUS", hargajual1=-1)), ""),
    "has a negative price of a unit": (with_item(item("MINUS", "S"), prices=[price("MINUS", "PCS", "-0.5")]), ""),
    "has a negative cost": (with_item(item("MINUS", hargapokok=-1)), ""),
    "lacks the price of more than 20 % of its sold items": (unpriced(5), ""),
    "has lost more than 50 % of the products": (clean_shop(9), ""),
}

SCHEMA_WITHOUT_KEYS = SCHEMA.replace(" PRIMARY KEY", "")


@pytest.mark.parametrize("reason", REFUSED)
def test_nothing_is_published_from_a_backup_that(served: Installation, make: BackupMaker, reason: str) -> None:
    shop, named = REFUSED[reason]
    before = published_files(served), served.catalog, served.record("product_catalog")
    answer = run_toko("sync", "--backup", make(shop, SCHEMA_WITHOUT_KEYS))
    assert answer.status == 1
    said = [line for line in answer.error.splitlines() if line.startswith("toko:")]
    assert len(said) == 1
    assert named in said[0]
    assert "Traceback" not in answer.error
    assert (published_files(served), served.catalog, served.record("product_catalog")) == before
    assert served.query("SELECT count(*) FROM products") == [(PRODUCTS,)]
    assert served.list_leftovers() == []
    run = last_run(served)
    assert not run.succeeded
    assert "product_catalog" not in run.materialised
    failed = run.failed(blocking=True)
    assert failed, "no failed check is recorded"
    if "negative" in reason:
        assert list(failed.values()) == [frozenset({"MINUS"})]


@dataclass(frozen=True)
class Step:
    """A sync of a backup with so many products, and what came of it."""

    products: int
    status: int
    published: int
    warnings: frozenset[str]


@pytest.fixture(scope="module")
def dwindling(make: BackupMaker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """A shop that loses more and more of its products from one sync to the next."""
    with installed(tmp_path_factory.mktemp("dwindling")) as toko:

        def step(products: int, *options: str, shop: Shop | None = None) -> Step:
            answer = run_toko("sync", "--backup", make(shop or clean_shop(products)), *options)
            ((published,),) = toko.query("SELECT count(*) FROM products")
            return Step(products, answer.status, published, frozenset(last_run(toko).failed(blocking=False)))

        return {
            "first": step(20),
            "a fifth": step(16),
            "half": step(8),
            "more than half, allowed": step(2, "--most-lost", "90"),
            "a fifth of the sold ones unpriced": step(PRODUCTS + 10, shop=partly_unpriced()),
        }


@pytest.mark.parametrize("loss", ["first", "a fifth", "half", "more than half, allowed"])
def test_a_catalogue_is_published_that_lost_of_its_products(dwindling: dict[str, Step], loss: str) -> None:
    step = dwindling[loss]
    assert (step.status, step.published) == (0, step.products)


@pytest.mark.parametrize(
    ("loss", "warns"),
    [("first", False), ("a fifth", False), ("half", True), ("more than half, allowed", True)],
)
def test_more_than_a_fifth_lost_is_warned_of(dwindling: dict[str, Step], loss: str, warns: bool) -> None:
    assert dwindling[loss].warnings == (frozenset({"products_not_fewer"}) if warns else frozenset())


def test_a_fifth_of_the_sold_items_may_lack_a_price_and_unsold_and_deleted_ones_do_not_count(
    dwindling: dict[str, Step],
) -> None:
    step = dwindling["a fifth of the sold ones unpriced"]
    assert (step.status, step.published) == (0, PRODUCTS + 10)
    assert step.warnings == {"prices_filled_in"}
