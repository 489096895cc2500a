"""The demo is not the shop: the way from `toko demo` to one's own prices, and nothing of the demo is left."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.acceptance.dumps import dumped_at
from tests.acceptance.history import last_run
from tests.acceptance.places import installed, published_files, run_toko, set_time
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.toko_assets.defs.sensing import NEW_YEAR, a_daemon
from tests.toko_assets.publishing.history.shops import a_backup, add_prices, key, price
from tests.toko_assets.publishing.test_publish import NAMES, an_export, publish, served
from toko_assets.common.publications import Published, read_publication
from toko_assets.common.records import BackupFile, ProductExport
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.demo import forget_demo_history
from toko_assets.publishing.history.store import backups_of, open_history
from toko_assets.publishing.publish import Publication
from toko_assets.publishing.rollback import RollbackError, choose_target
from toko_core.catalog.demo import DEMO_BACKUP
from toko_core.files import DataFolder

SHOPS_BACKUP = "i5_TOKO.i5bu"
COMPARING = {"products_not_lost", "products_not_fewer", "history_kept"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after a demo of 200 products."""
    folder = tmp_path_factory.mktemp("demo")
    with installed(folder) as toko:
        assert run_toko("demo", "--products", "200").status == 0
    return toko.data


@pytest.fixture(scope="module")
def backup(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a shop of 60 products, made and copied long before the demo."""
    file = tmp_path_factory.mktemp("ipos") / SHOPS_BACKUP
    return set_time(dumped_at(write_backup(postgres, file, a_shop(60)), datetime(2026, 1, 1, 21)), NEW_YEAR)


@pytest.fixture
def toko(demo: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation in which somebody has tried the demo."""
    with installed(tmp_path) as toko:
        copy_data(demo, toko.data)
        yield toko


@pytest.fixture(scope="module")
def replaced(demo: Path, backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the shop's backup was synced in it."""
    folder = tmp_path_factory.mktemp("replaced")
    with installed(folder) as toko:
        copy_data(demo, toko.data)
        shutil.copy2(backup, toko.inbox)
        assert run_toko("sync").status == 0
    return toko.data


@pytest.fixture
def shop(replaced: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation that has come from the demo to its own prices."""
    with installed(tmp_path) as toko:
        copy_data(replaced, toko.data)
        yield toko


def copy_data(data: Path, to: Path, *besides: str) -> None:
    shutil.copytree(data, to, ignore=shutil.ignore_patterns("postgres", *besides), dirs_exist_ok=True)


def make_old(toko: Installation) -> None:
    """As version 0.1.0 left the demo: not marked, its prices in the shop's history, its file of 1970."""
    assert toko.catalog is not None
    with duckdb.connect(toko.catalog) as connection:
        connection.execute("DELETE FROM catalog_info WHERE key = 'demo'")
    history = toko.data / "history"
    (history / "demo" / "prices.parquet").rename(history / "prices.parquet")
    (history / "demo").rmdir()
    os.utime(toko.inbox / DEMO_BACKUP, (0, 0))


def files_of(toko: Installation) -> list[str]:
    """What is kept of backups, with the times and digests left out of names."""
    kept = [*toko.inbox.iterdir(), *(toko.data / "exports").iterdir(), *(toko.data / "history").rglob("*")]
    kept += [*(toko.data / "backups").iterdir(), *(toko.data / "catalog").glob("*.duckdb")]
    return sorted(f"{file.parent.name}/{file.suffix or '*'}" for file in kept)


def test_the_demos_catalogue_is_marked_and_its_prices_have_a_history_of_their_own(toko: Installation) -> None:
    info = dict(toko.query("FROM catalog_info"))
    assert (info["demo"], info["backup_name"], info["history_backups"]) == ("true", DEMO_BACKUP, "1")
    assert [file.name for file in (toko.data / "history").iterdir()] == ["demo"]


@pytest.mark.parametrize(("version", "place"), [("0.1.0", "inbox"), ("0.2.0", "BACKUP_FOLDER")])
def test_the_first_backup_of_a_shop_replaces_the_demo_without_a_flag(
    toko: Installation, backup: Path, monkeypatch: pytest.MonkeyPatch, version: str, place: str
) -> None:
    if version == "0.1.0":
        make_old(toko)
    if place == "inbox":
        shutil.copy2(backup, toko.inbox)
    else:
        monkeypatch.setenv("BACKUP_FOLDER", str(backup.parent))
    answer = run_toko("sync")
    assert answer.status == 0, answer
    assert toko.query("SELECT count(*) FROM products") == [(60,)]
    assert toko.query("FROM price_changes") == []
    info = dict(toko.query("FROM catalog_info"))
    assert (info["demo"], info["backup_name"], info["history_backups"]) == ("false", SHOPS_BACKUP, "1")
    assert info["history_since"] == "2026-01-01T14:00:00+00:00"
    run = last_run(toko)
    assert not COMPARING & {*run.failed(blocking=True), *run.failed(blocking=False)}
    publication = read_publication(toko.data / "records" / "publications", run.id)
    assert isinstance(publication, Published)
    assert (publication.compared, publication.changes_nothing, publication.products) == (False, False, 60)
    of_inbox = ["inbox/.i5bu"] if place == "inbox" else []
    kept = ["backups/.i5bu", "catalog/.duckdb", "exports/*", "exports/.csv", "history/.parquet"]
    assert files_of(toko) == kept + of_inbox


def test_the_sensor_takes_a_shops_backup_that_is_older_than_the_demo(demo: Path, backup: Path, tmp_path: Path) -> None:
    with a_daemon(tmp_path) as daemon:
        copy_data(demo, daemon.toko.data, "dagster")
        assert daemon.look().said == "There is no backup yet."
        shutil.copy2(backup, daemon.toko.inbox)
        assert daemon.status(daemon.run(daemon.ask())) == dg.DagsterRunStatus.SUCCESS
        assert daemon.toko.query("SELECT count(*) FROM products") == [(60,)]
        assert daemon.look().said == f"{SHOPS_BACKUP} is served."


def test_a_shops_backup_that_is_not_whole_does_not_lead_back_to_the_demo(toko: Installation, backup: Path) -> None:
    before = published_files(toko)
    (toko.inbox / SHOPS_BACKUP).write_bytes(backup.read_bytes()[:-100])
    answer = run_toko("sync")
    assert answer.status == 1
    assert f"{SHOPS_BACKUP} is incomplete" in answer.error
    assert published_files(toko) == before


def test_the_demo_is_not_published_in_a_shops_data_folder(shop: Installation, demo: Path, tmp_path: Path) -> None:
    before = published_files(shop)
    said = f"toko: {DEMO_BACKUP} is the demo's backup, but {SHOPS_BACKUP} of a shop is published here."
    sample = demo / "inbox" / DEMO_BACKUP
    assert run_toko("sync", "--backup", sample).error == said
    (tmp_path / ".env").write_text(f"BACKUP_FOLDER={sample.parent}\n")
    assert f"There is no iPOS backup (*.i5bu) in {sample.parent}" in run_toko("sync").error
    (tmp_path / ".env").unlink()
    (shop.inbox / SHOPS_BACKUP).unlink()
    assert f"A catalogue from {SHOPS_BACKUP} is published here." in run_toko("demo").error
    assert published_files(shop) == before
    assert shop.query("SELECT count(*) FROM products") == [(60,)]


def test_the_demo_refuses_a_folder_in_which_a_shops_backup_waits(
    toko: Installation, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy2(backup, toko.inbox)
    assert f"There is a backup of a shop in {toko.inbox}: {SHOPS_BACKUP}." in run_toko("demo").error
    monkeypatch.setenv("BACKUP_FOLDER", str(backup.parent))
    assert "BACKUP_FOLDER is set" in run_toko("demo").error


def test_a_demo_of_another_size_may_follow(toko: Installation) -> None:
    (toko.inbox / DEMO_BACKUP).unlink()
    answer = run_toko("demo", "--products", "60")
    assert answer.status == 0, answer
    assert dict(toko.query("FROM catalog_info"))["history_backups"] == "2"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def a_demo(folder: DataFolder, day: int = 0) -> ProductExport:
    """An export of the demo, which has five products."""
    export = an_export(folder, NAMES, day)
    return replace(export, backup=replace(export.backup, name=DEMO_BACKUP))


def said(publication: Publication) -> str:
    return next(outcome.summary for outcome in publication.outcomes if outcome.name == "products_not_lost")


class TestComparison:
    """A shop's first catalogue, of an older backup with a fifth of the demo's products."""

    @pytest.mark.parametrize("damaged", [False, True], ids=["readable", "damaged"])
    def test_it_is_compared_with_nothing(self, folder: DataFolder, damaged: bool) -> None:
        publish(folder, a_demo(folder, day=9))
        if damaged:
            (folder.catalog / served(folder)).write_bytes(b"damaged")
        publication = publish(folder, an_export(folder, NAMES[:1], day=1))
        assert publication.catalog is not None
        assert publication.diff is None
        assert all(outcome.passed for outcome in publication.outcomes)
        assert "there is nothing to compare" in said(publication)

    def test_the_next_one_is_compared_with_it(self, folder: DataFolder) -> None:
        publish(folder, a_demo(folder))
        publish(folder, an_export(folder, NAMES, day=1))
        publication = publish(folder, an_export(folder, NAMES[:1], day=2))
        assert publication.catalog is None
        assert "5 before" in said(publication)

    def test_one_demo_is_not_compared_with_another(self, folder: DataFolder) -> None:
        publish(folder, a_demo(folder))
        publication = publish(folder, a_demo(folder, day=1))
        assert publication.catalog is not None
        assert publication.diff is None
        assert "there is nothing to compare" in said(publication)

    def test_a_demo_that_is_served_already_is_not_published_again(self, folder: DataFolder) -> None:
        publish(folder, a_demo(folder))
        catalog = publish(folder, a_demo(folder)).catalog
        assert catalog is not None
        assert not catalog.is_new


class TestRollback:
    @pytest.mark.parametrize("marked", [True, False])
    def test_a_rollback_goes_to_the_demo_only_if_it_is_named(self, folder: DataFolder, marked: bool) -> None:
        """The caller of publish_export removes the demo's catalogue; an earlier version did not."""
        demo = publish(folder, a_demo(folder)).catalog
        assert demo is not None
        if not marked:
            with duckdb.connect(demo.file) as connection:
                connection.execute("DELETE FROM catalog_info WHERE key = 'demo'")
        publish(folder, an_export(folder, NAMES, day=1))
        with pytest.raises(RollbackError, match="There is no catalogue before "):
            choose_target(folder, "")
        assert choose_target(folder, demo.file.name) == demo.file

    def test_it_goes_past_a_demo_to_the_shops_catalogue_before(self, folder: DataFolder) -> None:
        first = publish(folder, an_export(folder, NAMES)).catalog
        publish(folder, an_export(folder, NAMES, day=1))
        with duckdb.connect(folder.catalog / served(folder)) as connection:  # 0.1.0 could fall back to the demo
            connection.execute("UPDATE catalog_info SET value = ? WHERE key = 'backup_name'", [DEMO_BACKUP])
        publish(folder, an_export(folder, NAMES, day=2))
        assert first is not None
        assert choose_target(folder, "") == first.file


def add_to_history(folder: DataFolder, backup: BackupFile) -> None:
    add_prices(folder.history, backup, {key("1"): price("1000")})


def backups_in_history(folder: DataFolder) -> int:
    with open_history(folder.history) as stored:
        return len(backups_of(stored))


class TestHistoryOfAnEarlierVersion:
    def test_one_that_holds_only_demos_begins_anew(self, folder: DataFolder) -> None:
        demos = [publish(folder, a_demo(folder, day)).catalog for day in (0, 1)]
        for demo in demos:
            assert demo is not None
            add_to_history(folder, demo.backup)
        assert demos[1] is not None
        forget_demo_history(folder, demos[1].backup)
        assert backups_in_history(folder) == 0

    def test_one_that_holds_a_shops_backup_stays(self, folder: DataFolder) -> None:
        demo = a_demo(folder).backup
        for backup in (demo, a_backup("toko.i5bu", 1)):
            add_to_history(folder, backup)
        forget_demo_history(folder, demo)
        assert backups_in_history(folder) == 2

    def test_after_a_shops_backup_it_is_not_looked_at(self, folder: DataFolder) -> None:
        shop = a_backup("toko.i5bu", 1)
        add_to_history(folder, shop)
        forget_demo_history(folder, shop)
        forget_demo_history(folder, None)
        assert backups_in_history(folder) == 1
