"""Dagster's history in PostgreSQL, as in containers, is saved and restored; backups of earlier versions are too."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko
from tests.installation import Installation
from tests.servers.postgres import VERSIONS, RealServer, real_server
from tests.toko_bot.bot.shop import publish_shop
from toko_core.catalog.store import current_file

YAML = """
storage:
  postgres:
    postgres_db:
      {hostname: {env: DB_HOST}, username: {env: DB_USER}, password: {env: DB_PASSWORD}, port: %d, db_name: dagster}
"""


@pytest.fixture(scope="module", params=[VERSIONS[0], VERSIONS[-1]])
def server(request: pytest.FixtureRequest) -> Iterator[RealServer]:
    """A server with a database that belongs to the role that Dagster uses."""
    with real_server(request.param) as server:
        server.do("CREATE DATABASE dagster OWNER toko")
        yield server


@pytest.fixture
def toko(server: RealServer, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose DAGSTER_HOME names that database, as in containers."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(YAML % server.port)
    publish_shop(tmp_path / "data")
    with installed(tmp_path, DAGSTER_HOME=str(home), **server.settings) as toko:
        write_runs(server, "1, 2")
        yield toko


def write_runs(server: RealServer, numbers: str) -> None:
    """Let Dagster's storage have these runs and no others."""
    statements = (
        "DROP TABLE IF EXISTS runs", "SET ROLE toko", "CREATE TABLE runs (id serial PRIMARY KEY, number int)",
        f"INSERT INTO runs (number) SELECT unnest(ARRAY[{numbers}])",
    )  # fmt: skip
    with server.admin("dagster") as connection:
        for statement in statements:
            connection.execute(statement.encode())


def runs(server: RealServer) -> list[int]:
    with server.admin("dagster") as connection:
        return [number for (number,) in connection.execute("SELECT number FROM runs ORDER BY id")]


def test_dagsters_history_is_back_and_a_failure_changes_nothing(
    toko: Installation, server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = toko.catalog
    assert run_toko("backup", "saved.tar.gz").status == 0
    write_runs(server, "7, 8, 9")
    newer = publish_shop(toko.data)
    monkeypatch.setenv("DB_PASSWORD", "another one")
    answer = run_toko("restore-backup", "saved.tar.gz")
    assert answer.status == 1
    assert answer.error.startswith("toko: Dagster's storage at 127.0.0.1:")
    assert len(answer.error.splitlines()) == 1
    assert server.password not in answer.error
    monkeypatch.setenv("DB_PASSWORD", server.password)
    with server.admin("dagster") as connection:
        connection.execute("CREATE VIEW needs_runs AS SELECT * FROM runs")  # the role cannot drop what this needs
        answer = run_toko("restore-backup", "saved.tar.gz")
        assert (answer.status, len(answer.error.splitlines())) == (1, 1)
        assert (toko.catalog, runs(server)) == (newer, [7, 8, 9])
        assert not (toko.data / "restore.new").exists()
        connection.execute("DROP VIEW needs_runs")
    Path("newest.tar.gz").symlink_to("saved.tar.gz")
    assert run_toko("restore-backup", "newest.tar.gz").status == 0
    assert (toko.catalog, runs(server)) == (served, [1, 2])
    assert not newer.exists()
    elsewhere = {"TOKO_DATA_DIR": str(tmp_path / "other"), "DAGSTER_HOME": str(tmp_path / "other/dagster")}
    with installed(tmp_path, **elsewhere):
        answer = run_toko("restore-backup", "saved.tar.gz")
        assert "Dagster's history was not restored: the backup holds it for postgres, and this" in answer.output
        assert current_file(tmp_path / "other" / "catalog") is not None


def test_the_folder_that_an_earlier_version_saved_is_restored(
    toko: Installation, server: RealServer, tmp_path: Path
) -> None:
    served = toko.catalog
    folder = tmp_path / "backup-20260101-000000"
    folder.mkdir()
    (toko.data / "records").mkdir()
    (toko.data / "history").mkdir()
    (toko.data / "records" / "a.json").write_text("{}")
    subprocess.run(
        ["tar", "-C", toko.data, "-czf", folder / "data.tar.gz", "catalog", "records", "history"], check=True
    )
    dumped = subprocess.run(
        [server.programs / "pg_dump", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-Fc", "dagster"],
        env={"PGPASSWORD": server.admin_password}, capture_output=True, check=True,
    )  # fmt: skip
    (folder / "dagster.dump").write_bytes(dumped.stdout)
    write_runs(server, "7")
    publish_shop(toko.data)
    (toko.data / "records" / "a.json").unlink()
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for name in ("dagster.dump", "data.tar.gz"):
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 255 * (name == "data.tar.gz")
        (damaged / name).write_bytes(content)
    answer = run_toko("restore-backup", damaged)
    assert answer.error.endswith("Nothing was changed.")
    assert runs(server) == [7]
    answer = run_toko("restore-backup", folder)
    assert (answer.status, answer.error) == (0, "")
    assert (toko.catalog, runs(server)) == (served, [1, 2])
    assert (toko.data / "records" / "a.json").read_text() == "{}"
    (folder / "dagster.dump").unlink()
    assert "must hold dagster.dump and data.tar.gz" in run_toko("restore-backup", folder).error
