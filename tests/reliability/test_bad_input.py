"""`toko sync` of files that are no good backup: one line each, the old catalogue stays, nothing is left behind."""

import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, run_toko, set_time, sync
from tests.acceptance.rows import clean_shop, item
from tests.archives import END_OF_ROWS, ArchiveFile, bomb, parse, write
from tests.backups import a_shop, write_backup
from tests.installation import Installation
from tests.reliability.refusals import every_database, kept, one_line, refusal
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer

PRODUCTS = 40
CUTS = 20
FLIPS = 3
"""In each part of a file."""


@pytest.fixture(scope="module")
def good(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup that is damaged here: prices from 2000, and more history than products."""
    shop = replace(a_shop(PRODUCTS, price=2000), history=5_000)
    return write_backup(postgres, tmp_path_factory.mktemp("good") / "good.i5bu", shop)


@pytest.fixture(scope="module")
def archive(good: Path) -> ArchiveFile:
    return parse(good.read_bytes())


@pytest.fixture(scope="module")
def toko(
    postgres: PostgresServer, good: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:  # fmt: skip
    """An installation that serves yesterday's prices, from 1500: no limit blocks the new ones."""
    folder = tmp_path_factory.mktemp("toko")
    yesterday = write_backup(postgres, folder / "yesterday.i5bu", a_shop(PRODUCTS, price=1500))
    dumped_at(yesterday, datetime(2026, 1, 1))
    with installed(folder) as toko:
        sync("--backup", yesterday)
        yield toko
        sync("--backup", good, "--most-lost", "100")  # the last test has synced a shop of other items
        served = toko.record("restored_database")["database"]
        assert every_database(toko) == {served}, "databases of refused backups are left"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return tmp_path / "bad.i5bu"


# What is no whole archive.


def cuts(whole: bytes) -> Iterator[bytes]:
    """The first half, and 20 others."""
    yield whole[: len(whole) // 2]
    for place in random.Random(3).sample(range(6, len(whole)), CUTS):
        yield whole[:place]


@pytest.mark.parametrize("number", range(4))
def test_a_backup_that_is_cut_is_refused(toko: Installation, good: Path, bad: Path, number: int) -> None:
    bad.write_bytes(list(cuts(good.read_bytes()))[number])
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu is incomplete or damaged" in said
    assert "wait for the upload to finish, or make the backup again" in said


def test_of_backups_cut_at_twenty_places_none_is_taken(toko: Installation, good: Path) -> None:
    toko.inbox.mkdir()
    for number, content in enumerate(cuts(good.read_bytes())):
        (toko.inbox / f"cut-{number}.i5bu").write_bytes(content)
    assert "is incomplete or damaged" in refusal(toko)
    set_time(Path(shutil.copy(good, toko.inbox)), 1_700_000_000)
    answer = run_toko("download")
    assert answer.status == 0
    assert toko.record("raw_backup")["name"] == "good.i5bu"
    for number in range(CUTS + 1):
        assert f"! Skipped: cut-{number}.i5bu is incomplete or damaged" in answer.output
    shutil.rmtree(toko.inbox)


@pytest.mark.parametrize("number", range(FLIPS))
@pytest.mark.parametrize("part", ["table of contents", "rows needed", "history"])
def test_a_flipped_byte_is_refused_or_has_touched_nothing_that_is_needed(
    toko: Installation, good: Path, bad: Path, part: str, number: int
) -> None:
    damaged, place = bytearray(good.read_bytes()), random.Random(f"{part} {number}").choice(places_of(good, part))
    damaged[place] ^= 1 << number
    bad.write_bytes(damaged)
    before, answer = kept(toko), run_toko("sync", "--backup", bad)
    if answer.status == 0:
        assert toko.prices() == {f"BRG-{n}": 2000 + n for n in range(PRODUCTS)}
    else:
        assert "bad.i5bu" in one_line(answer.error)
        assert kept(toko) == before


def places_of(file: Path, part: str) -> range:
    archive = read_archive(file)
    if part == "table of contents":
        return range(archive.data_start)
    entry = archive.table_data("tbl_item" if part == "rows needed" else "tbl_ikdt")
    assert entry is not None
    block = archive.blocks[entry.id]
    return range(block.start, block.start + block.size)


def zip_file() -> bytes:
    with zipfile.ZipFile(out := BytesIO(), "w") as packed:
        packed.writestr("toko.i5bu", b"PGDMP")
    return out.getvalue()


def image() -> bytes:
    Image.new("RGB", (64, 64), "red").save(out := BytesIO(), "PNG")
    return out.getvalue()


OTHER_FILES: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"Ini bukan cadangan iPOS.\n" * 100,
    "a zip": zip_file,
    "an image": image,
}


@pytest.mark.parametrize("kind", OTHER_FILES)
def test_another_kind_of_file_is_refused_that_is(toko: Installation, bad: Path, kind: str) -> None:
    bad.write_bytes(OTHER_FILES[kind]())
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu is not an iPOS backup" in said
    assert "choose a file that iPOS wrote" in said


@pytest.mark.parametrize("form", ["p", "t"])
def test_a_dump_of_another_format_is_refused(
    toko: Installation, postgres: PostgresServer, bad: Path, form: str
) -> None:
    write_backup(postgres, bad, a_shop(3), options=["-F", form])  # the last -F counts
    assert "bad.i5bu is not an iPOS backup" in refusal(toko, "--backup", bad)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_dump_compressed_otherwise_is_refused_before_anything_is_restored(
    toko: Installation, archive: ArchiveFile, bad: Path, compression: str
) -> None:
    bad.write_bytes(write(replace(archive, compression=compression)))
    said = refusal(toko, "--backup", bad)
    assert f"bad.i5bu is compressed with {compression}, which is not supported" in said
    assert "make the backup with iPOS, or with pg_dump -Fc -Z gzip" in said


def test_an_archive_version_that_is_not_understood_is_named(
    toko: Installation, archive: ArchiveFile, bad: Path
) -> None:
    bad.write_bytes(write(replace(archive, version=(1, 17))))
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu has archive version 1.17; supported are 1.10 to 1.16" in said


def test_what_is_no_file_is_not_waited_for(toko: Installation, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.i5bu")
    assert "pipe.i5bu is not a file" in refusal(toko, "--backup", tmp_path / "pipe.i5bu")
    assert f"{tmp_path} is a folder" in refusal(toko, "--backup", tmp_path)


# What is whole, but not what it should be.


def test_a_schema_only_dump_is_refused(toko: Installation, postgres: PostgresServer, bad: Path) -> None:
    write_backup(postgres, bad, a_shop(3), options=["-s"])
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu is not a whole iPOS 5 backup: the rows of its tables are missing, as after --schema-only" in said


def test_a_dump_without_the_rows_of_one_table_is_refused(
    toko: Installation, postgres: PostgresServer, bad: Path
) -> None:
    write_backup(postgres, bad, a_shop(3), options=["--exclude-table-data=tbl_itemhj"])
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu is not a whole iPOS 5 backup: the rows of tbl_itemhj are missing" in said


OTHER_TYPES = {
    "ALTER TABLE tbl_item ALTER hargapokok TYPE text": "tbl_item.hargapokok is text, not numeric",
    "ALTER TABLE tbl_item ALTER hargajual1 TYPE numeric(20,3)[] USING NULL":
        "tbl_item.hargajual1 is numeric(20,3)[], not numeric",
    "ALTER TABLE tbl_itemhj ALTER dateupd TYPE daterange USING NULL": "tbl_itemhj.dateupd is daterange, not timestamp",
    "ALTER TABLE tbl_itemhj ALTER hargajual TYPE uang": "tbl_itemhj.hargajual is public.uang, not numeric",
    "ALTER TABLE tbl_item ALTER statushapus TYPE lama USING NULL": "tbl_item.statushapus is public.lama, not text",
}  # fmt: skip


def test_columns_of_another_type_are_named(toko: Installation, postgres: PostgresServer, bad: Path) -> None:
    types = ["CREATE DOMAIN uang AS text", "CREATE TYPE lama AS ENUM ('Y')"]
    write_backup(postgres, bad, replace(a_shop(3), statements=[*types, *OTHER_TYPES]))
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu is not an iPOS 5 backup: column" in said
    for problem in OTHER_TYPES.values():
        assert f"column {problem}" in said


def test_a_value_that_is_none_of_its_type_is_shown_with_its_line(
    toko: Installation, archive: ArchiveFile, bad: Path
) -> None:
    bad.write_bytes(with_rows(archive, lambda rows: rows.replace(b"2007.000", b"2oo7")))
    said = refusal(toko, "--backup", bad)
    assert "bad.i5bu could not be restored: invalid input syntax for type numeric" in said
    assert '2oo7" (COPY tbl_item, line 8, column hargajual1: "2oo7"). Make the backup again.' in said


def test_bytes_that_are_none_of_the_encoding_are_refused(toko: Installation, archive: ArchiveFile, bad: Path) -> None:
    bad.write_bytes(with_rows(archive, lambda rows: rows.replace(b"BARANG KE 7", b"CAF\xe9")))
    assert 'invalid byte sequence for encoding "UTF8": 0xe9' in refusal(toko, "--backup", bad)


def test_rows_cut_within_a_stream_that_is_whole_are_refused(
    toko: Installation, archive: ArchiveFile, bad: Path
) -> None:
    bad.write_bytes(with_rows(archive, lambda rows: rows[: len(rows) // 2]))
    assert "bad.i5bu is damaged: copy it again" in refusal(toko, "--backup", bad)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (lambda rows: re.sub(rb"BRG-[67]\t", rb"DUA\\nBARIS\t", rows), "of a newer row: 2.5%; less than 1% may"),
        (lambda rows: re.sub(rb"\b20(\d\d\.000)", rb"-20\1", rows), "below zero"),
        (lambda rows: re.sub(rb"\b20\d\d\.000", rb"0.000", rows), "40 of 40 sold items have no price"),
    ],
    ids=["two items of one code, of two lines", "negative prices", "no prices"],
)  # fmt: skip
def test_a_backup_that_fails_a_check_is_named(
    toko: Installation, archive: ArchiveFile, bad: Path, rows: Callable[[bytes], bytes], problem: str
) -> None:
    bad.write_bytes(with_rows(archive, rows))
    said = refusal(toko, "--backup", bad)
    assert said.startswith("toko: bad.i5bu: ")
    assert problem in said
    assert "make the backup again" in said


def test_rows_refused_when_they_are_restored_leave_no_database(
    toko: Installation, archive: ArchiveFile, bad: Path
) -> None:
    before = every_database(toko)
    bad.write_bytes(with_rows(archive, lambda _: END_OF_ROWS))
    assert "Empty: tbl_item" in refusal(toko, "--backup", bad)
    assert every_database(toko) == before


def test_an_encoding_that_no_database_has_is_refused(toko: Installation, archive: ArchiveFile, bad: Path) -> None:
    entry = next(e for e in archive.entries if e.kind == "ENCODING")
    bad.write_bytes(write(archive.changed(entry, definition="SET client_encoding = 'SJIS';\n")))
    assert "bad.i5bu is in encoding SJIS, which no PostgreSQL database has" in refusal(toko, "--backup", bad)


@pytest.mark.parametrize(
    ("line", "limit"), [(b"0\n", "more than"), (b"0", "a row of over 64 MB")], ids=["many rows", "one row"]
)
def test_ten_gigabytes_in_ten_megabytes_are_refused_before_the_server_gets_them(
    toko: Installation, archive: ArchiveFile, bad: Path, line: bytes, limit: str
) -> None:
    bad.write_bytes(write(replace(archive, stored={archive.entry("tbl_itemhj").id: bomb(line, 10 << 30)})))
    assert bad.stat().st_size < 15 << 20
    before = database_files(toko)
    said = refusal(toko, "--backup", bad)
    assert f"bad.i5bu is not an iPOS backup: table tbl_itemhj holds {limit}" in said
    assert database_files(toko) == before


def database_files(toko: Installation) -> int:
    return sum(file.stat().st_size for file in find_cluster(toko.data / "postgres").rglob("*") if file.is_file())


def with_rows(archive: ArchiveFile, change: Callable[[bytes], bytes], table: str = "tbl_item") -> bytes:
    """The archive with other rows of a table, whole in itself."""
    entry = archive.entry(table)
    rows = archive.data[entry.id]
    assert isinstance(rows, bytes)
    return write(replace(archive, data={**archive.data, entry.id: change(rows)}))


# What looks odd and is right.

NAMES = {
    "BOLD": "<b>SABUN</b> & *sampo* _x_ `y`",
    "QUOTES": """TEH "PUCUK" 'manis' ''dua'' ;--""",
    "EMOJI": "KOPI ☕🇮🇩 👩‍👩‍👧‍👦",
    "ESCAPES": r"KABEL \0 \N \\ \x00 \. \t",
    "END": r"\.",
    "NULL": r"\N",
    "MARKUP": "[bold]MIE[/bold] [link=x]",
    "LONG": " ".join(["SANGATPANJANG"] * 290)[:4000],
    "RIGHT": "شاي أخضر",
}


def test_names_of_any_letters_arrive_as_they_are(toko: Installation, postgres: PostgresServer, bad: Path) -> None:
    tabs = item("TABS", namaitem="\tTEH\t\tPUCUK\r\n 350ML ")
    odd = [item(code, namaitem=name) for code, name in NAMES.items()]
    clean = clean_shop(PRODUCTS)
    sync(
        "--backup", write_backup(postgres, bad, replace(clean, items=[*clean.items, *odd, tabs])), "--most-lost", "100"
    )
    found = dict(toko.query("SELECT kodeitem, namaitem FROM products WHERE kodeitem NOT LIKE 'BERSIH-%'"))
    assert found == {**NAMES, "TABS": "TEH PUCUK 350ML"}
    assert len(found["LONG"]) == 4000
    for word in ("sabun", "pucuk", "kopi", "kabel", "mie", "sangatpanjang"):
        assert run_toko("search", word).status == 0


def test_a_file_name_of_any_letters_is_one_line_and_no_markup(toko: Installation, good: Path, tmp_path: Path) -> None:
    odd = tmp_path / "[bold]toko\nlama[-bold] <b>'x' ☕.i5bu"
    odd.write_bytes(good.read_bytes()[:-1])
    assert "[bold]toko\\u000alama[-bold] <b>'x' ☕.i5bu is incomplete" in refusal(toko, "--backup", odd)
