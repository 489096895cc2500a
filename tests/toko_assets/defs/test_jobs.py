"""The jobs that an operator launches: what the Launchpad shows of them, and what they do with real backups."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.backups import a_shop, write_backup
from tests.code_location import load_defs
from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import dropbox_server
from tests.toko_assets.defs.sensing import Daemon, a_daemon
from toko_assets.defs.assets.exported_products import ExportConfig
from toko_assets.defs.assets.product_catalog import CatalogConfig
from toko_assets.defs.assets.raw_backup import BackupConfig
from toko_assets.defs.jobs import ChosenBackup
from toko_assets.defs.rollback_job import RollbackConfig
from toko_assets.postgres.server import PostgresServer

LIMITS = {
    "most_products_lost": 0.5, "most_prices_changed": 0.4, "most_prices_jumped": 0.05, "most_below_cost": 0.15,
    "most_unpriced": 0.05, "allow_zero_groups": False,
}  # fmt: skip
FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[int, bytes]:
    """By their lowest price."""
    folder = tmp_path_factory.mktemp("backups")
    return {
        price: write_backup(postgres, folder / str(price), a_shop(price=price)).read_bytes() for price in (1000, 2000)
    }


@pytest.fixture
def daemon(tmp_path: Path, backups: dict[int, bytes]) -> Iterator[Daemon]:
    """Of a shop with two backups in its folder, none synced."""
    with a_daemon(tmp_path) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        daemon.put("lama.i5bu", 1, backups[1000])
        daemon.put("baru.i5bu", 2, backups[2000])
        yield daemon


@pytest.fixture
def dropbox(backups: dict[int, bytes]) -> Iterator[DropboxServer]:
    """With the same two."""
    with dropbox_server() as server:
        server.put("/IPOS/Lama.i5bu", backups[1000])
        server.put("/IPOS/Baru.i5bu", backups[2000])
        yield server


def job(name: str) -> dg.JobDefinition:
    return load_defs().resolve_job_def(name)


def launchpad(name: str) -> dict[str, Any]:
    """What stands in the Launchpad when it is opened, of the jobs' own config: all that has a default."""
    config = job(name).run_config_schema.config_type
    fields: dict[str, Any] = getattr(config, "fields")  # noqa: B009 - Dagster's type of it is wider
    return {key: json.loads(json.dumps(field.default_value)) for key, field in fields.items() if field.default_provided}


@pytest.mark.usefixtures("toko")
def test_the_launchpad_shows_every_choice_with_its_default_and_asks_for_the_chosen_backup_alone() -> None:
    assert {op: values["config"] for op, values in launchpad("sync")["ops"].items() if values} == {
        "raw_backup": {"take": {"newest": {}}},
        "exported_products": {"most_unpriced_sold": 0.2},
        "product_catalog": LIMITS,
    }
    assert launchpad("sync_this_backup") == {**LIMITS, "most_unpriced_sold": 0.2}
    assert {op: values["config"] for op, values in launchpad("rebuild_catalog")["ops"].items() if values} == {
        "product_catalog": LIMITS
    }
    assert launchpad("rollback_catalog") == {"file": ""}


@pytest.mark.usefixtures("toko")
def test_jobs_sensors_schedules_and_every_field_of_a_config_are_described() -> None:
    defs = load_defs()
    jobs = [definition for definition in defs.resolve_all_job_defs() if not definition.name.startswith("__")]
    assert {definition.name for definition in jobs} == {
        "sync", "sync_this_backup", "rebuild_catalog", "rollback_catalog", "recent_sales",
    }  # fmt: skip
    assert all(definition.description for definition in [*jobs, *(defs.sensors or ()), *(defs.schedules or ())])
    for config in (ChosenBackup, BackupConfig, ExportConfig, CatalogConfig, RollbackConfig):
        assert all(field.description for field in config.model_fields.values())


def test_sync_without_any_config_publishes_the_newest_backup(daemon: Daemon) -> None:
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 2000


@pytest.mark.parametrize("name", ["lama.i5bu", "LAMA.I5BU", " lama.i5bu "])
def test_sync_this_backup_takes_the_chosen_file_of_the_folder(daemon: Daemon, name: str) -> None:
    assert daemon.status(daemon.launch("sync_this_backup", backup=name)) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 1000


def test_sync_this_backup_takes_a_file_of_this_machine_by_its_full_path(
    daemon: Daemon, tmp_path: Path, backups: dict[int, bytes]
) -> None:
    (tmp_path / "kiriman.i5bu").write_bytes(backups[1000])
    assert daemon.status(daemon.launch("sync_this_backup", backup=str(tmp_path / "kiriman.i5bu"))) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 1000


def test_sync_this_backup_publishes_what_its_limits_allow(daemon: Daemon, postgres: PostgresServer) -> None:
    for name, statements in {
        "a.i5bu": (),
        "b.i5bu": ("UPDATE tbl_item SET hargajual1 = hargajual1 * 10",),
        "c.i5bu": ("UPDATE tbl_item SET hargajual1 = 0",),
    }.items():
        write_backup(postgres, daemon.toko.inbox / name, replace(a_shop(60), statements=statements))
    assert daemon.status(daemon.launch("sync_this_backup", backup="a.i5bu")) == SUCCEEDED
    run = daemon.launch("sync_this_backup", backup="b.i5bu", most_prices_changed=1.0)
    assert daemon.status(run) == FAILED
    assert daemon.reason(run).endswith("(run config: most_prices_jumped: 1.0).")
    both = {"most_prices_changed": 1.0, "most_prices_jumped": 1.0}
    assert daemon.status(daemon.launch("sync_this_backup", backup="b.i5bu", **both)) == SUCCEEDED
    all_empty = {"most_unpriced_sold": 1.0, "most_unpriced": 1.0}
    assert daemon.status(daemon.launch("sync_this_backup", backup="c.i5bu", **all_empty)) == SUCCEEDED


@pytest.mark.parametrize("name", ["lama.i5bu", "/IPOS/Lama.i5bu", "/ipos/lama.i5bu"])
def test_sync_this_backup_takes_the_chosen_file_of_the_dropbox_folder(
    tmp_path: Path, dropbox: DropboxServer, name: str
) -> None:
    with a_daemon(tmp_path, **dropbox.settings) as daemon:
        assert daemon.status(daemon.launch("sync_this_backup", backup=name)) == SUCCEEDED
        assert daemon.toko.prices()["BRG-0"] == 1000


def test_a_wrong_name_is_one_line_that_names_the_newest_there_are(daemon: Daemon) -> None:
    for day in range(3, 8):
        daemon.put(f"{day}.i5bu", day)
    for wrong in ("typo.i5bu", "/no/such/file.i5bu", ""):
        run = daemon.launch("sync_this_backup", backup=wrong)
        assert daemon.status(run) == FAILED
        assert daemon.attempts(run) == 1
        assert daemon.reason(run) == (
            f"There is no backup {wrong or 'without a name'} in {daemon.toko.inbox}. "
            "The newest there: 7.i5bu, 6.i5bu, 5.i5bu, 4.i5bu, 3.i5bu."
        )


def test_a_conflicted_copy_and_an_empty_folder_are_one_line_too(daemon: Daemon) -> None:
    daemon.put("toko (conflicted copy 2026-01-05).i5bu", 3)
    said = daemon.reason(daemon.launch("sync_this_backup", backup="toko (conflicted copy 2026-01-05).i5bu"))
    assert said.endswith("only a conflicted copy with that name: rename it there, then choose it.")
    for file in daemon.toko.inbox.iterdir():
        file.unlink()
    said = daemon.reason(daemon.launch("sync_this_backup", backup="a.i5bu"))
    assert said == f"There is no backup a.i5bu in {daemon.toko.inbox}, nor any other."


def test_rebuild_catalog_makes_the_served_catalogue_from_the_last_export_alone(daemon: Daemon) -> None:
    daemon.launch("sync")
    first = daemon.toko.catalog
    assert first is not None
    for file in [*daemon.toko.inbox.iterdir(), first, first.with_name("CURRENT")]:
        file.unlink()
    assert daemon.status(daemon.launch("rebuild_catalog")) == SUCCEEDED
    assert daemon.toko.catalog != first
    assert daemon.toko.prices()["BRG-0"] == 2000


def test_rebuild_catalog_before_any_export_is_one_line(daemon: Daemon) -> None:
    run = daemon.launch("rebuild_catalog")
    assert daemon.status(run) == FAILED
    assert daemon.reason(run).startswith("exported_products is not materialised yet.")
