"""Photos lie beside the rows: the database has their numbers, and each photo finds its item again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.archives import bomb, parse, write
from tests.backups import Shop, a_shop, write_backup
from toko_assets.ipos.archive import copy_rows as rows_module
from toko_assets.ipos.archive.contents import IncompleteBackupError
from toko_assets.ipos.archive.copy_rows import OversizedBackupError, read_script
from toko_assets.ipos.archive.excerpt import Excerpt
from toko_assets.ipos.archive.photo_column import split_photos, stored_photos
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.restore import databases, restore
from toko_assets.ipos.sandbox import archives
from toko_assets.ipos.sandbox.archives import open_excerpt, unpacked_rows
from toko_assets.postgres.embedded import RESTORER
from toko_assets.postgres.server import PostgresError, PostgresServer
from toko_assets.postgres.unpacking import unpacked_script

DATABASE = "i5test_0123456789ab"
ANY_BYTES = bytes(range(256))


@pytest.fixture
def restorer(postgres: PostgresServer) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres.host, postgres.port, RESTORER)
    yield server
    with server.connect("postgres", autocommit=True) as connection:
        for name in databases(server, "i5test"):
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def with_photos(*photos: bytes | None, statements: tuple[str, ...] = (), **first: Any) -> Shop:
    shop = a_shop(len(photos))
    items = [{**item, "gambar": photo} for item, photo in zip(shop.items, photos, strict=True)]
    return replace(shop, items=[{**items[0], **first}, *items[1:]], statements=statements)


def excerpt_of(file: Path) -> Excerpt:
    return open_excerpt(file.with_suffix(".rows"), file, "0123456789ab", file.name)


def restored_photos(server: PostgresServer, file: Path) -> dict[Any, bytes]:
    excerpt = excerpt_of(file)
    restore(server, excerpt.archive, DATABASE)
    with server.connect(DATABASE) as connection:
        return dict(stored_photos(connection, excerpt.archive, excerpt.photos))


@pytest.mark.parametrize("written", ["hex", "escape"])
def test_every_photo_comes_back_with_its_item(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, written: str
) -> None:
    setting = f"ALTER DATABASE test_scratch SET bytea_output = '{written}'"
    shop = with_photos(ANY_BYTES, None, b"", b"\\x41", b"\n\t\\N\r", statements=(setting,))
    file = write_backup(postgres, tmp_path / "a.i5bu", shop, options=["-Z0"])
    assert (b"\\\\x0001" in file.read_bytes()) == (written == "hex")

    assert restored_photos(restorer, file) == {"BRG-0": ANY_BYTES, "BRG-3": b"\\x41", "BRG-4": b"\n\t\\N\r"}


def test_a_code_comes_as_the_server_reads_it(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    shop = with_photos(b"one", b"two", kodeitem="TAB\tBARIS\nÉ")
    file = write_backup(postgres, tmp_path / "a.i5bu", shop, encoding="WIN1252")
    assert restored_photos(restorer, file) == {"TAB\tBARIS\nÉ": b"one", "BRG-1": b"two"}


def test_photos_of_another_backup_are_not_taken(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    restored_photos(restorer, write_backup(postgres, tmp_path / "a.i5bu", with_photos(b"one", b"two")))
    for number, photos in enumerate([(b"one", None), (b"one", b"two", b"three")]):
        other = excerpt_of(write_backup(postgres, tmp_path / f"{number}.i5bu", with_photos(*photos)))
        with restorer.connect(DATABASE) as connection, pytest.raises(IncompleteBackupError):
            list(stored_photos(connection, other.archive, other.photos))


@pytest.mark.parametrize("damage", [lambda photos: photos[:-1], lambda photos: photos[:-1] + b"x", lambda _: b"\3"])
def test_photos_that_were_damaged_since_are_not_taken(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", with_photos(b"one", b"two"))
    photos = excerpt_of(file).photos
    photos.write_bytes(damage(photos.read_bytes()))
    with pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        restored_photos(restorer, file)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_rows_may_be_cut_anywhere_and_a_short_one_is_left_for_the_server_to_refuse(size: int) -> None:
    rows = b"A\t\\\\x00\t1\nB\nC\t\\N\t2\nD\t\\\\x\t3\nE\t\\\\x01\t4\n\\.\n\n\n"
    pieces = [rows[at : at + size] for at in range(0, len(rows), size)]
    numbered = b"".join(split_photos(pieces, 1, BytesIO()))
    assert numbered == b"A\t1\t1\nB\nC\t\\N\t2\nD\t\\N\t3\nE\t2\t4\n\\.\n\n\n"


def test_nothing_behind_the_end_of_the_rows_is_a_photo() -> None:
    photos = BytesIO()
    assert b"".join(split_photos([b"\\\\x41\tA\n\\.\n\\\\x42\tB\n\n"], 0, photos)) == b"1\tA\n\\.\n\\\\x42\tB\n\n"
    assert photos.getvalue().endswith(b"A")


def test_what_is_written_as_no_bytes_is_a_photo_of_none(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", with_photos(b"AAAA"), options=["-Z0"])
    file.write_bytes(file.read_bytes().replace(b"\\\\x41414141", b"\\\\x4141z141"))
    assert restored_photos(restorer, file) == {"BRG-0": b""}


@pytest.mark.parametrize("limit", ["LONGEST_ROW", "ROWS_OF_ANY_DUMP"])
def test_the_limits_hold_for_what_pg_restore_writes(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    shop = with_photos(b"one", namaitem="A" * 10_000)
    archive = excerpt_of(write_backup(postgres, tmp_path / "a.i5bu", shop)).archive
    monkeypatch.setattr(rows_module, "MOST_UNPACKED", 0)
    monkeypatch.setattr(rows_module, limit, 1000)
    entry = archive.table_data("tbl_item")
    assert entry is not None
    with (
        pytest.raises(OversizedBackupError, match=r"a\.i5bu is not an iPOS backup"),
        unpacked_script(archive.path, entry.id) as script,
    ):
        list(read_script(script, archive, entry))


def test_an_excerpt_that_unpacks_to_more_than_a_shop_has_is_not_restored(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    excerpt = excerpt_of(write_backup(postgres, tmp_path / "a.i5bu", with_photos(b"one")))
    rows = parse(excerpt.archive.path.read_bytes())
    hostile = replace(rows, stored={rows.entry("tbl_item").id: bomb(b"0", 96 << 20)})
    excerpt.archive.path.write_bytes(write(hostile))
    with pytest.raises(OversizedBackupError, match=r"a\.i5bu is not an iPOS backup: .* a row of over 64 MB"):
        restore(restorer, excerpt_of(tmp_path / "a.i5bu").archive, DATABASE)
    assert databases(restorer, "i5test") == []


def test_a_program_that_fails_over_a_sound_file_is_not_taken_for_damage(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", a_shop()))
    entry = archive.table_data("tbl_item")
    assert entry is not None
    monkeypatch.setattr(archives, "unpacked_script", _failing)
    with pytest.raises(PostgresError, match="no memory"):
        list(unpacked_rows(archive, entry))


def _failing(*_: object) -> Any:
    raise PostgresError("no memory")
