"""Since when: the price changes that the served catalogue holds, from every backup that came."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, sync
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

CHANGES = """
    SELECT kodeitem, before, after, seen_from, previous FROM price_changes JOIN products USING (product_id)
    WHERE kodeitem = 'BRG-1' ORDER BY seen_from
"""


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four days of one shop; the price of the second day lasts two days, and at first there is one item only."""
    folder = tmp_path_factory.mktemp("backups")
    shops = [a_shop(items=1, price=500), *(a_shop(price=price) for price in (1000, 1000, 1250))]
    files = [write_backup(postgres, folder / f"{day}.i5bu", shop) for day, shop in enumerate(shops, 1)]
    return [dumped_at(file, datetime(2026, 1, day, 21, 5, 7)) for day, file in enumerate(files, 1)]


def day(number: int) -> datetime:
    """The time of a backup, UTC: 21:05:07 in Jakarta."""
    return datetime(2026, 1, number, 14, 5, 7)


BY_TIME = [
    ("BRG-1", None, Decimal(1001), day(2), day(1)),
    ("BRG-1", Decimal(1001), Decimal(1251), day(4), day(3)),
]


@pytest.fixture
def toko(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as toko:
        yield toko


def test_every_sync_adds_its_backup(toko: Installation, backups: list[Path]) -> None:
    for backup in backups:
        sync("--backup", backup)
    assert toko.query(CHANGES) == BY_TIME
    info = dict(toko.query("FROM catalog_info"))
    assert (info["history_backups"], info["history_since"]) == ("4", "2026-01-01T14:05:07+00:00")


def test_a_backup_that_comes_late_is_put_in_its_place_and_served_without_what_came_after_it(
    toko: Installation, backups: list[Path]
) -> None:
    for place in (0, 3, 1, 2):
        sync("--backup", backups[place])
    assert toko.query(CHANGES) == BY_TIME[:1]
    for place in (1, 3):
        sync("--backup", backups[place])
    assert toko.query(CHANGES) == BY_TIME


def test_a_longer_history_is_published_though_the_prices_are_the_same(toko: Installation, backups: list[Path]) -> None:
    """One backup more in the history: a catalogue of the same prices is another catalogue."""
    sync("--backup", backups[2])
    sync("--backup", backups[3])
    before = toko.catalog
    sync("--backup", backups[1])
    sync("--backup", backups[3])
    assert toko.catalog != before
    assert dict(toko.query("FROM catalog_info"))["history_backups"] == "3"


def test_a_damaged_history_is_set_aside_and_begun_anew(toko: Installation, backups: list[Path]) -> None:
    sync("--backup", backups[0])
    history = toko.data / "history"
    (history / "prices.parquet").write_bytes(b"PAR1 is what it once was")
    answer = sync("--backup", backups[1])
    [aside] = history.glob("prices.parquet.damaged-*")
    assert aside.read_bytes() == b"PAR1 is what it once was"
    assert aside.name in answer.output
    assert "history_kept" in answer.output
    assert toko.query(CHANGES) == []
    assert toko.prices()["BRG-1"] == 1001


def test_a_lost_history_is_said(toko: Installation, backups: list[Path]) -> None:
    sync("--backup", backups[0])
    sync("--backup", backups[1])
    (toko.data / "history" / "prices.parquet").unlink()
    assert "history_kept" in sync("--backup", backups[2]).output
    assert "history_kept" not in sync("--backup", backups[3]).output
