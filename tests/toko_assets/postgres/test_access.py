"""The embedded server starts ahead, in a thread of its own, and stops when it is asked to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.places import installed
from tests.installation import Installation
from toko_assets.common.settings import load_settings
from toko_assets.postgres.access import PostgresAccess
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresError


@pytest.fixture
def toko(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as toko:
        yield toko


def is_running(toko: Installation) -> bool:
    return (find_cluster(toko.data / "postgres") / "postmaster.pid").exists()


def test_a_server_that_was_started_ahead_is_the_one_that_is_used(toko: Installation) -> None:
    access = PostgresAccess(load_settings())
    access.start_ahead()
    try:
        with access.server().administer() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert access.server() is access.server()
    finally:
        access.stop()
    assert not is_running(toko)


def test_a_server_that_nobody_used_is_stopped(toko: Installation) -> None:
    access = PostgresAccess(load_settings())
    access.start_ahead()
    access.stop()
    assert not is_running(toko)


def test_an_error_of_the_start_is_raised_where_the_server_is_needed_and_the_next_try_starts_anew(
    toko: Installation, tmp_path: Path
) -> None:
    access = PostgresAccess(load_settings())
    new = find_cluster(toko.data / "postgres")
    obstacle = new.with_name(new.name + ".new")  # in the way of the new cluster
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.symlink_to(tmp_path)
    access.start_ahead()
    with pytest.raises((PostgresError, OSError)):
        access.server()
    obstacle.unlink()
    try:
        with access.server().administer() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        access.stop()


def test_an_external_server_is_not_started_ahead(toko: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_HOST", "db.invalid")
    monkeypatch.setenv("DB_PASSWORD", "rahasia")
    access = PostgresAccess(load_settings())
    access.start_ahead()
    access.stop()
    assert not find_cluster(toko.data / "postgres").exists()
