"""Settings are arguments: one process serves two shops, and importing a module reads and changes nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.backups import a_shop, write_backup
from toko_assets.common.settings import Settings
from toko_assets.defs.code_location import build_defs
from toko_assets.postgres.server import PostgresServer
from toko_core import SettingError
from toko_core.catalog.store import current_file

NO_BOT = SettingError("The bot is not set up.")
IMPORTED = """
import gc, importlib, json, os, pkgutil, sys, threading
TUNING = {"toko_assets.definitions", "toko_assets.defs.daemon.warm"}  # Dagster and the fork server import them
ALEMBICS = "toko_core.state.migrations.env"  # a script that Alembic runs
switch, threshold, environment = sys.getswitchinterval(), gc.get_threshold(), dict(os.environ)
import toko_assets, toko_bot, toko_core
for package in (toko_core, toko_assets, toko_bot):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name not in {*TUNING, ALEMBICS} and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
changed = {name for name in {*os.environ, *environment} if os.environ.get(name) != environment.get(name)}
print(json.dumps({
    "threads": threading.active_count(), "tuned": [switch != sys.getswitchinterval(), threshold != gc.get_threshold()],
    "environment": sorted(changed), "missing": [name for name, module in sys.modules.items() if module is None],
}))
"""


def a_setting(folder: Path, name: str) -> Settings:
    return Settings(shop_name=name, toko_data_dir=folder / name, backup_folder=folder / name / "masuk")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield instance


def test_two_shops_sync_in_one_process_each_into_its_own_catalogue(
    tmp_path: Path, postgres: PostgresServer, instance: dg.DagsterInstance
) -> None:
    shops = {"satu": 1000, "dua": 2000}
    for name, price in shops.items():
        write_backup(postgres, tmp_path / name / "masuk" / f"{name}.i5bu", a_shop(price=price))
    locations = {name: build_defs(a_setting(tmp_path, name), NO_BOT) for name in shops}
    for name, defs in locations.items():
        assert defs.resolve_job_def("sync").execute_in_process(instance=instance, raise_on_error=False).success, name
    for name, price in shops.items():
        file = current_file(tmp_path / name / "catalog")
        assert file is not None
        with duckdb.connect(file, read_only=True) as connection:
            assert connection.execute("SELECT min(hargajual) FROM prices").fetchall() == [(price,)]
            backup = connection.execute("SELECT value FROM catalog_info WHERE key = 'backup_name'").fetchall()
        assert backup == [(f"{name}.i5bu",)]


def test_importing_any_module_reads_no_setting_starts_no_thread_and_tunes_nothing(tmp_path: Path) -> None:
    wrong = {
        "SHOP_TIMEZONE": "nowhere", "DAILY_SYNC_CRON": "jam 5", "DB_PORT": "x", "TELEGRAM_BOT_TOKEN": "rahasia",
        "PGHOSTADDR": "192.0.2.1", "TOKO_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORTED], cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**os.environ, **wrong, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"threads": 1, "tuned": [False, False], "environment": [], "missing": []}
    assert list(tmp_path.iterdir()) == []
