"""Syncs after the first: what changes, what does not, and what is kept."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.history import runs
from tests.acceptance.places import installed, published_files, run_toko, sync
from tests.backups import a_shop, write_backup
from tests.installation import Answer, Installation
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three backups of one shop, the prices rising, in the order in which they were dumped."""
    folder = tmp_path_factory.mktemp("backups")
    files = [write_backup(postgres, folder / f"{n}.i5bu", a_shop(price=1000 * n)) for n in (1, 2, 3)]
    return [dumped_at(file, datetime(2026, 1, day, 21, 5, 7)) for day, file in enumerate(files, 1)]


@pytest.fixture(scope="module")
def again(backups: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Answer]]:
    """An installation that synced one backup twice, the second time under another name; and what was said then."""
    folder = tmp_path_factory.mktemp("again")
    with installed(folder) as toko:
        toko.inbox.mkdir(parents=True)
        (toko.inbox / "first.i5bu").write_bytes(backups[0].read_bytes())
        sync()
        (toko.data / "served-first").write_text(str(toko.catalog))
        (toko.inbox / "first.i5bu").rename(toko.inbox / "renamed.i5bu")
        yield toko, sync()


def test_a_second_sync_of_the_same_backup_publishes_nothing_new(again: tuple[Installation, Answer]) -> None:
    toko, _ = again
    assert str(toko.catalog) == (toko.data / "served-first").read_text()
    assert len(published_files(toko)) == 1
    assert len(list((toko.data / "backups").glob("*.i5bu"))) == 1


def test_a_second_sync_of_the_same_backup_says_that_nothing_is_new(again: tuple[Installation, Answer]) -> None:
    toko, answer = again
    assert toko.catalog is not None
    assert "nothing new" in answer.output.lower()
    assert toko.catalog.name in answer.output


def test_a_second_sync_of_the_same_backup_is_a_successful_run_too(again: tuple[Installation, Answer]) -> None:
    assert [run.succeeded for run in runs(again[0])] == [True, True]


LIMITS = {"SHOP_TIMEZONE": "Asia/Jayapura", "KEEP_BACKUPS": "1", "KEEP_CATALOGS": "2", "MAX_CSV_FILES": "1"}


@pytest.fixture(scope="module")
def pruned(backups: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, list[str]]]:
    """An installation with tight limits, three syncs old; and the catalogues in the order of their publication."""
    served = []
    with installed(tmp_path_factory.mktemp("pruned"), **LIMITS) as toko:
        for backup in backups:
            sync("--backup", backup)
            assert toko.catalog is not None
            served.append(toko.catalog.name)
        yield toko, served


def test_a_changed_backup_publishes_its_prices(pruned: tuple[Installation, list[str]]) -> None:
    toko, served = pruned
    assert len(set(served)) == 3
    assert toko.prices() == {"BRG-0": 3000, "BRG-1": 3001, "BRG-2": 3002}


def test_the_newest_catalogues_are_kept_and_current_names_the_last(pruned: tuple[Installation, list[str]]) -> None:
    toko, served = pruned
    assert published_files(toko) == served[1:]
    assert (toko.data / "catalog" / "CURRENT").read_text().strip() == served[-1]


def test_the_newest_backup_is_kept(pruned: tuple[Installation, list[str]], backups: list[Path]) -> None:
    kept = {file.read_bytes() for file in (pruned[0].data / "backups").glob("*.i5bu")}
    assert kept == {backup.read_bytes() for backup in backups[2:]}


def test_the_newest_csv_is_kept(pruned: tuple[Installation, list[str]]) -> None:
    toko, _ = pruned
    (csv,) = (toko.data / "exports").glob("*.csv")
    assert csv == Path(toko.record("exported_products")["csv"])
    assert "3000.0000" in csv.read_text()


def test_times_are_those_of_the_dumps_header_in_the_time_zone_of_the_shop(
    pruned: tuple[Installation, list[str]],
) -> None:
    toko, _ = pruned
    assert toko.record("raw_backup")["dumped_at"] == "2026-01-03T21:05:07+09:00"
    assert [file.stem for file in (toko.data / "exports").glob("*.csv")] == ["20260103_210507"]


def test_one_restored_database_is_kept(pruned: tuple[Installation, list[str]]) -> None:
    """DESIGN.md: kept until the next successful sync."""
    clusters = list(find_cluster(pruned[0].data / "postgres").rglob("PG_VERSION"))
    databases = [file for file in clusters if file.parent.parent.name == "base" and int(file.parent.name) >= 16384]
    assert len(databases) == 1


def test_an_older_backup_given_by_name_is_published_and_nothing_that_serves_it_is_pruned(
    backups: list[Path], tmp_path: Path
) -> None:
    with installed(tmp_path, KEEP_BACKUPS="1", KEEP_CATALOGS="1", MAX_CSV_FILES="1") as toko:
        sync("--backup", backups[1])
        sync("--backup", backups[0])
        assert toko.prices()["BRG-0"] == 1000
        assert published_files(toko) == [(toko.data / "catalog" / "CURRENT").read_text().strip()]
        assert [file.read_bytes() for file in (toko.data / "backups").glob("*.i5bu")] == [backups[0].read_bytes()]
        assert Path(toko.record("exported_products")["csv"]).is_file()
        assert run_toko("cleanup").status == 0
        assert toko.prices()["BRG-0"] == 1000
