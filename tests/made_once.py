"""What the first sync of an installation makes before it reads a backup: Dagster's files and the embedded PostgreSQL.

They are the same each time and take longer than a small sync. So they are made once in a process, as the product makes
them, and copied. Commands that tests start as processes of their own make theirs.
"""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import dagster as dg
import pytest

from toko_assets.cli.dagster_home import DAGSTER_FILES
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.postgres.place import find_cluster, prepare

DAGSTER, RECORDS = "dagster.yaml", ("history", "schedules")


def give_all(data: Path) -> None:
    """Give both to an installation that has none of it, in the environment that the command gets."""
    give_dagster(Path(os.environ["DAGSTER_HOME"]))
    give_postgres(data)


def give_dagster(home: Path) -> None:
    """Give Dagster's files, unless the home has some."""
    if not (home / DAGSTER).exists() and not any((home / name).exists() for name in RECORDS):
        shutil.copytree(_made() / "dagster", home, dirs_exist_ok=True)


def give_postgres(data: Path) -> None:
    """Give the embedded PostgreSQL, unless there is one, or DB_HOST names another server."""
    if "DB_HOST" not in os.environ and not find_cluster(data / "postgres").exists():
        subprocess.run(["cp", "-a", find_cluster(_made() / "postgres"), prepare(data / "postgres").cluster], check=True)


@cache
def _made() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="toko-made-")
    _FOLDERS.append(folder)
    before = os.umask(0o077)  # as all commands have it
    try:
        return _make(Path(folder.name))
    finally:
        os.umask(before)


def _make(made: Path) -> Path:
    home = made / "dagster"
    home.mkdir()
    shutil.copyfile(DAGSTER_FILES / DAGSTER, home / DAGSTER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with dg.DagsterInstance.get() as instance:
            instance.event_log_storage.get_logs_for_run("none")  # makes the empty file that those of runs are copies of
            instance.event_log_storage.delete_events("none")
    with EmbeddedPostgres(made / "postgres"):
        return made


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the process ends."""
