"""The archive walk on real dumps."""

import random
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.backups import a_shop, write_backup
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.postgres.server import PostgresServer, program


@pytest.fixture(scope="module")
def backup(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = a_shop(50)
    large_object = "SELECT lo_from_bytea(0, 'abc'), lo_from_bytea(0, decode(repeat('ab', 50000), 'hex'))"
    history = type(shop)(shop.items, shop.units, history=2000, statements=[large_object])
    return write_backup(postgres, tmp_path_factory.mktemp("archive") / "a.i5bu", history)


def test_the_header_and_the_table_of_contents_are_read(backup: Path) -> None:
    archive = read_archive(backup)
    assert (archive.version, archive.database, archive.encoding) == ("1.16", "test_scratch", "UTF8")
    assert archive.server_version.startswith("18.")
    here = datetime.now(ZoneInfo("Asia/Jakarta")).replace(tzinfo=None)  # the header has the shop's time
    assert abs(archive.dumped_at - here) < timedelta(minutes=10)
    data = archive.table_data("tbl_item")
    assert data is not None
    assert data.copy_statement.startswith("COPY public.tbl_item (kodeitem, namaitem, ")


def test_the_entries_are_those_that_pg_restore_lists(backup: Path) -> None:
    listed = subprocess.run([program("pg_restore"), "-l", backup], capture_output=True, text=True, check=True).stdout
    ids = {int(line.split(";")[0]) for line in listed.splitlines() if line and not line.startswith(";")}
    hidden = {"ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE"}
    assert ids == {entry.id for entry in read_archive(backup).entries if entry.kind not in hidden}


@pytest.mark.parametrize("options", [["-Z0"], ["-Z9"], ["--inserts"], ["-s"]], ids=str)
def test_whole_dumps_of_any_making_are_accepted(postgres: PostgresServer, tmp_path: Path, options: list[str]) -> None:
    read_archive(write_backup(postgres, tmp_path / "a.i5bu", a_shop(), options=options))


def test_a_dump_that_went_through_a_pipe_has_no_offsets_and_is_accepted(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    piped = tmp_path / "piped.i5bu"
    with postgres.connect("postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE piped")
    with postgres.connect("piped") as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    server = {"PGHOST": postgres.host, "PGPORT": str(postgres.port), "PGUSER": postgres.user}
    dump = subprocess.run([program("pg_dump"), "-Fc", "piped"], env=server, stdout=subprocess.PIPE, check=True)
    piped.write_bytes(dump.stdout)
    assert read_archive(piped).table_data("t") is not None


def test_a_cut_anywhere_is_refused(backup: Path, tmp_path: Path) -> None:
    whole, cut = backup.read_bytes(), tmp_path / "cut.i5bu"
    places = {*range(6, 200), *random.Random(1).sample(range(200, len(whole)), 300), len(whole) - 1}
    for place in places:
        cut.write_bytes(whole[:place])
        with pytest.raises(IncompleteBackupError, match=r"cut\.i5bu is incomplete or damaged"):
            read_archive(cut)


def test_bytes_behind_the_end_are_refused(backup: Path, tmp_path: Path) -> None:
    longer = tmp_path / "longer.i5bu"
    longer.write_bytes(backup.read_bytes() + b"\x00")
    with pytest.raises(IncompleteBackupError):
        read_archive(longer)


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip", b"-- PostgreSQL database dump", b"\x89PNG", b"x"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.i5bu"
    file.write_bytes(content)
    with pytest.raises(NotABackupError, match=r"other\.i5bu is not an iPOS backup"):
        read_archive(file)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.i5bu").touch()
    with pytest.raises(IncompleteBackupError, match=r"empty\.i5bu is empty"):
        read_archive(tmp_path / "empty.i5bu")
