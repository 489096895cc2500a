"""An excerpt says of the needed tables what its backup says, to us and to `pg_restore`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archives import ArchiveFile, as_of, parse, write
from tests.backups import SCHEMA, Shop, a_shop, write_backup
from tests.in_process import read_rows, write_excerpt
from toko_assets.ipos.archive.contents import Archive, Entry, IncompleteBackupError
from toko_assets.ipos.archive.excerpt import BACKUP, PHOTOS, ROWS
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.archive.schema import dumped_columns
from toko_assets.ipos.needed_tables import NEEDED
from toko_assets.ipos.restore import schema_problems, skipped_tables
from toko_assets.ipos.sandbox.archives import open_excerpt, unpacked_rows
from toko_assets.postgres.server import PostgresServer

ID = "0123456789ab"
SHAPES: dict[str, Callable[[ArchiveFile], ArchiveFile]] = {
    "1.10": lambda archive: as_of(archive, "1.10"),
    "1.12": lambda archive: as_of(archive, "1.12"),
    "1.15": lambda archive: as_of(archive, "1.15"),
    "1.16": lambda archive: archive,
    "not compressed": lambda archive: replace(archive, compression="none"),
    "integers of 8 bytes": lambda archive: replace(archive, integer_size=8, offset_size=4),
    "without offsets": lambda archive: replace(archive, offsets=False),
}


def a_backup(postgres: PostgresServer, file: Path, encoding: str = "UTF8") -> Path:
    shop = a_shop(200)
    items = [{**item, "namaitem": "Kopi Café\t½\\", "gambar": None} for item in shop.items]
    schema = SCHEMA.replace("keterangan text", '"Aneh, ""é"" (1)" text')
    statements = ("CREATE DOMAIN uang AS numeric(20,3)", "ALTER TABLE tbl_item ALTER hargajual1 TYPE uang")
    whole = Shop(items, shop.units, shop.prices, shop.stock, 100, statements)
    return write_backup(postgres, file, whole, schema=schema, encoding=encoding)


def rows_of(archive: Archive, read: Callable[[Archive, Entry], Iterable[bytes]] = read_rows) -> dict[str, bytes]:
    entries = [archive.table_data(table.name) for table in NEEDED]
    return {entry.name: b"".join(read(archive, entry)) for entry in entries if entry}


@pytest.mark.parametrize("encoding", ["UTF8", "WIN1252"])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_excerpt_of_any_backup_has_the_same_rows_and_says_the_same(
    postgres: PostgresServer, tmp_path: Path, shape: str, encoding: str
) -> None:
    file = a_backup(postgres, tmp_path / "a.i5bu", encoding)
    file.write_bytes(write(SHAPES[shape](parse(file.read_bytes()))))
    backup, excerpt = read_archive(file), open_excerpt(tmp_path / "rows", file, ID, "a.i5bu").archive

    assert rows_of(excerpt) == rows_of(backup)
    assert rows_of(excerpt, unpacked_rows) == rows_of(backup, unpacked_rows)
    for table in NEEDED:
        ours, theirs = excerpt.table_data(table.name), backup.table_data(table.name)
        assert ours is not None
        assert theirs is not None
        assert dumped_columns(excerpt, ours) == dumped_columns(backup, theirs)
    assert schema_problems(excerpt) == schema_problems(backup) == []
    assert skipped_tables(excerpt) == skipped_tables(backup) == ["tbl_ikdt"]
    for name in ("encoding", "dumped_at", "server_version", "database", "name"):
        assert getattr(excerpt, name) == getattr(backup, name)


def test_it_holds_no_history(postgres: PostgresServer, tmp_path: Path) -> None:
    file = a_backup(postgres, tmp_path / "a.i5bu")
    excerpt = open_excerpt(tmp_path / "rows", file, ID, "a.i5bu").archive
    assert {entry.name for entry in excerpt.entries if entry.id in excerpt.blocks} == {table.name for table in NEEDED}


@pytest.mark.parametrize("change", ["DROP TABLE tbl_itemhj", "ALTER TABLE tbl_item DROP COLUMN gambar"])
def test_what_a_backup_lacks_its_excerpt_lacks(postgres: PostgresServer, tmp_path: Path, change: str) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", replace(a_shop(), statements=(change,)))
    excerpt = open_excerpt(tmp_path / "rows", file, ID, "a.i5bu").archive
    assert schema_problems(excerpt) == schema_problems(read_archive(file)) != []


def test_it_is_made_once_for_each_backup(postgres: PostgresServer, tmp_path: Path) -> None:
    folder, files = tmp_path / "rows", [tmp_path / "a.i5bu", tmp_path / "b.i5bu"]
    for items, file in enumerate(files, 1):
        write_backup(postgres, file, a_shop(items))
    first = open_excerpt(folder, files[0], ID, "a.i5bu").archive
    made = (folder / ROWS).stat().st_ino
    assert open_excerpt(folder, files[0], ID, "a.i5bu").archive == first
    assert (folder / ROWS).stat().st_ino == made
    assert rows_of(open_excerpt(folder, files[1], "abcdef012345", "b.i5bu").archive) == rows_of(read_archive(files[1]))
    assert sorted(file.name for file in folder.iterdir()) == sorted([ROWS, PHOTOS, BACKUP])


def test_one_that_an_earlier_version_made_without_the_optional_tables_is_made_again(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    shop = replace(a_shop(), statements=("CREATE TABLE tbl_kantor AS SELECT 'A' kodekantor, 'B' namakantor",))
    file, folder = write_backup(postgres, tmp_path / "a.i5bu", shop), tmp_path / "rows"
    open_excerpt(folder, file, ID, "a.i5bu")
    (folder / BACKUP).write_text(ID)
    (folder / ROWS).unlink()
    found = open_excerpt(folder, file, ID, "a.i5bu").archive.table_data("tbl_kantor")
    assert found is not None


def test_a_damaged_backup_has_none(postgres: PostgresServer, tmp_path: Path) -> None:
    file = a_backup(postgres, tmp_path / "a.i5bu")
    archive, raw = read_archive(file), bytearray(file.read_bytes())
    entry = archive.table_data("tbl_item")
    assert entry is not None
    raw[archive.blocks[entry.id].start + 60] ^= 4
    file.write_bytes(raw)
    with pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        open_excerpt(tmp_path / "rows", file, ID, "a.i5bu")
    assert [path.name for path in tmp_path.iterdir()] == ["a.i5bu"]


def test_rows_that_were_damaged_since_are_not_taken(postgres: PostgresServer, tmp_path: Path) -> None:
    file = a_backup(postgres, tmp_path / "a.i5bu")
    archive = open_excerpt(tmp_path / "rows", file, ID, "a.i5bu").archive
    raw = bytearray(archive.path.read_bytes())
    raw[raw.index(b"BRG-7")] ^= 1
    archive.path.write_bytes(raw)
    with pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        rows_of(archive, unpacked_rows)


def test_a_large_backup_is_read_piece_by_piece(postgres: PostgresServer, tmp_path: Path) -> None:
    """Long rows are put together from pieces, and short ones are passed on many at a time."""
    shop = a_shop(3)
    items = [{**item, "gambar": bytes(range(256)) * 9000} for item in shop.items]
    file = write_backup(postgres, tmp_path / "a.i5bu", replace(shop, items=items))
    folder = tmp_path / "rows"
    folder.mkdir()
    write_excerpt(read_archive(file), folder)
    assert (folder / PHOTOS).stat().st_size == 3 * (256 * 9000 + 8)
    assert (folder / ROWS).stat().st_size < 100_000
