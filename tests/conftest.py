"""What the tests stand on: a real PostgreSQL for making dumps, and a real, empty installation for each test."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.installation import Installation
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.postgres.server import PostgresServer


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep garbage collections from walking through the modules and items of thousands of tests.

    A full collection in a process that has collected all tests takes half a second otherwise.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the interpreter collect all of it at its end."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The usual umask at the begin of each test: `toko`, which tests call in their own process, changes it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server to make dumps on; not the one that the chain restores into."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("server") / "postgres") as server:
        yield server


@pytest.fixture
def toko(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An empty installation, its inbox and data folder below tmp_path, with no setting besides."""
    for name in ("BACKUP_FOLDER", "DAGSTER_HOME", "SHOP_TIMEZONE", "DB_NAME", "KEEP_BACKUPS", "KEEP_CATALOGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOKO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / "dagster"))
    monkeypatch.chdir(tmp_path)
    return Installation(tmp_path / "data")
