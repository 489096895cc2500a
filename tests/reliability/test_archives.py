"""The archives that `tests/archives.py` writes are true ones: PostgreSQL 18's own `pg_restore` reads each of them."""

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archives import ArchiveFile, as_of, parse, write
from tests.backups import a_shop, write_backup
from toko_assets.postgres.server import PostgresServer, clean_environment, program

VERSIONS = ("1.10", "1.11", "1.12", "1.13", "1.14", "1.15", "1.16")


@pytest.fixture(scope="module")
def dumped(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A dump of PostgreSQL 18 with everything that archives of some age write differently."""
    statements = [
        "SELECT lo_from_bytea(0, 'abc'), lo_from_bytea(0, decode(repeat('ab', 50000), 'hex'))",
        "CREATE FUNCTION tambah(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + 1'",
        "CREATE VIEW harga AS SELECT kodeitem, hargajual1 FROM tbl_item",
    ]
    shop = replace(a_shop(300), history=2000, statements=statements)
    return write_backup(postgres, tmp_path_factory.mktemp("writer") / "a.i5bu", shop).read_bytes()


@pytest.fixture(scope="module")
def archive(dumped: bytes) -> ArchiveFile:
    return parse(dumped)


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    name = "archive_restored"
    with closing(postgres.connect("postgres", autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def shapes(archive: ArchiveFile, version: str) -> Iterator[ArchiveFile]:
    """Every way to write the archive as of a version."""
    for integer, offset, compression, offsets in itertools.product((4, 8), (4, 8), ("none", "gzip"), (True, False)):
        yield replace(
            as_of(archive, version), integer_size=integer, offset_size=offset, compression=compression, offsets=offsets
        )


def script(file: Path) -> list[str]:
    """The dump as SQL, without what tells its age: how statements name their schema, how large objects are made."""
    command: list[str | Path] = [program("pg_restore"), "-f", "-", file]
    said = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout
    lines = [line.replace("public.", "") for line in said.splitlines() if not line.startswith(("--", "\\"))]
    aged = ("search_path", "transaction_timeout", "default_table", "xmloption", "lo_", "lowrite", "LARGE OBJECT")
    return sorted(line for line in lines if line.strip() and not any(mark in line for mark in aged))


def test_an_archive_that_is_taken_apart_and_written_again_is_the_same(archive: ArchiveFile) -> None:
    assert parse(write(archive)) == archive
    for version in VERSIONS:
        for shape in shapes(archive, version):
            assert parse(write(shape)).data == archive.data


@pytest.mark.parametrize("version", VERSIONS)
def test_pg_restore_writes_the_same_script_from_an_archive_of_version(
    archive: ArchiveFile, dumped: bytes, tmp_path: Path, version: str
) -> None:
    file = tmp_path / "a.i5bu"
    file.write_bytes(dumped)
    expected = script(file)
    assert any("BARANG KE 299" in line for line in expected)
    for shape in shapes(archive, version):
        file.write_bytes(write(shape))
        assert script(file) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_pg_restore_restores_an_archive_of_version(
    postgres: PostgresServer, archive: ArchiveFile, tmp_path: Path, empty_database: str, version: str
) -> None:
    file = tmp_path / "a.i5bu"
    file.write_bytes(write(replace(as_of(archive, version), offsets=False)))
    listing = subprocess.run([program("pg_restore"), "-l", file], capture_output=True, text=True, check=True).stdout
    assert f"Dump Version: {version}-0" in listing
    assert "Dumped from database version: 9.5.3" in listing
    postgres.run("pg_restore", "--exit-on-error", "-d", empty_database, file)
    with postgres.connect(empty_database) as connection:
        counted = connection.execute(
            "SELECT (SELECT sum(hargajual1) FROM public.tbl_item), (SELECT count(*) FROM public.tbl_ikdt),"
            " (SELECT count(*) FROM public.harga), public.tambah(1), (SELECT sum(length(data)) FROM pg_largeobject)"
        ).fetchone()
    assert counted == (sum(1000 + n for n in range(300)), 2000, 300, 2, 50_003)
