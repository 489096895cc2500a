"""Limits of a table of contents: for each field, for the counts, for all together, and for what `pg_restore` gets."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archives import END_OF_ROWS, ArchiveFile, TocEntry, write
from tests.in_process import write_excerpt
from tests.reliability.test_archive_walk import at_most
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive.excerpt import ROWS
from toko_assets.ipos.archive.reader import (
    LARGEST_CONTENTS,
    LARGEST_FIELD,
    LARGEST_SQL,
    MOST_DEPENDENCIES,
    MOST_ENTRIES,
    read_archive,
)
from toko_assets.ipos.archive.schema import optional_problems, rejection, schema_problems
from toko_assets.ipos.needed_tables import NEEDED
from toko_assets.ipos.sandbox.archives import unpacked_rows

MB = 1 << 20
SQL = ("definition", "drop", "copy")
NAMES = ("name", "kind", "schema", "owner", "tablespace", "access_method", "with_oids", "table_oid", "oid")
OF_HEADER = ("database", "server", "pg_dump")
ITEM = NEEDED[0]


def shop() -> ArchiveFile:
    """The needed tables, with a row each."""
    entries: list[TocEntry] = []
    data: dict[int, bytes] = {}
    for table in NEEDED:
        columns = [(column.name, column.type) for column in table.columns]
        declared = ",\n".join(f"    {name} {kind}" for name, kind in columns)
        named, number = ", ".join(name for name, _ in columns), len(entries)
        create = f"CREATE TABLE public.{table.name} (\n{declared}\n);\n"
        copy = f"COPY public.{table.name} ({named}) FROM stdin;\n"
        entries.append(TocEntry(number + 1, "TABLE", table.name, create, "", "public"))
        entries.append(TocEntry(number + 2, "TABLE DATA", table.name, "", copy, "public", had_dumper=1))
        data[number + 2] = b"\t".join([b"\\N"] * len(columns)) + b"\n" + END_OF_ROWS
    return ArchiveFile(tuple(entries), data)


SHOP = shop()
OTHER = TocEntry(1000, "FUNCTION", "f()", "", "", "public")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all tests."""
    return tmp_path_factory.mktemp("limits") / "a.i5bu"


def written(file: Path, archive: ArchiveFile) -> Path:
    file.write_bytes(write(archive))
    return file


def with_others(*others: TocEntry) -> ArchiveFile:
    return replace(SHOP, entries=(*SHOP.entries, *others))


def is_rejected(file: Path, archive: ArchiveFile) -> bool:
    """Whether the archive is rejected, for which no memory may be needed."""
    written(file, archive)
    with at_most(4 * MB):
        try:
            read_archive(file)
        except IncompleteBackupError as error:
            return "a.i5bu is incomplete or damaged" in str(error)
    return False


@pytest.mark.parametrize(("fields", "limit"), [(SQL, LARGEST_SQL), (NAMES, LARGEST_FIELD)], ids=["SQL", "names"])
def test_each_field_of_an_entry_has_a_limit(file: Path, fields: Sequence[str], limit: int) -> None:
    version = replace(SHOP, version=(1, 16))
    for field in fields:
        longest = replace(OTHER, **{field: "x" * limit})  # type: ignore[arg-type]
        assert not is_rejected(file, replace(version, entries=(*SHOP.entries, longest))), field
        longer = replace(OTHER, **{field: "x" * (limit + 1)})  # type: ignore[arg-type]
        assert is_rejected(file, replace(version, entries=(*SHOP.entries, longer))), field
    assert is_rejected(file, with_others(replace(OTHER, depends_on=("1" * (LARGEST_FIELD + 1),))))


@pytest.mark.parametrize("field", OF_HEADER)
def test_each_text_of_the_header_has_a_limit(file: Path, field: str) -> None:
    assert not is_rejected(file, replace(SHOP, **{field: "x" * LARGEST_FIELD}))  # type: ignore[arg-type]
    assert is_rejected(file, replace(SHOP, **{field: "x" * (LARGEST_FIELD + 1)}))  # type: ignore[arg-type]


def test_entries_and_dependencies_are_counted(file: Path) -> None:
    raw = bytearray(write(SHOP))
    count = b"\0" + len(SHOP.entries).to_bytes(4, "little")
    at = raw.index(count + b"\0\1\0\0\0")  # followed by the id of the first entry
    raw[at + 1 : at + 5] = (MOST_ENTRIES + 1).to_bytes(4, "little")
    file.write_bytes(raw + bytes(MOST_ENTRIES * 100))
    with at_most(4 * MB), pytest.raises(IncompleteBackupError):
        read_archive(file)
    written(file, with_others(replace(OTHER, depends_on=("1",) * (MOST_DEPENDENCIES + 1))))
    with pytest.raises(IncompleteBackupError):
        read_archive(file)


def test_all_fields_together_have_a_limit(file: Path) -> None:
    written(file, with_others(*(replace(OTHER, id=1000 + n, definition="x" * LARGEST_SQL) for n in range(15))))
    with at_most(2 * LARGEST_CONTENTS):
        read_archive(file)
    written(file, with_others(*(replace(OTHER, id=1000 + n, definition="x" * LARGEST_SQL) for n in range(17))))
    with at_most(2 * LARGEST_CONTENTS), pytest.raises(IncompleteBackupError):
        read_archive(file)


def padded(start: str, part: str, end: str) -> str:
    """A statement that is as long as any may be."""
    return start + part * ((LARGEST_SQL - len(start) - len(end)) // len(part)) + end


CREATE, COPY = f"CREATE TABLE public.{ITEM.name} (\n    ", f"COPY public.{ITEM.name} ("
LONG_STATEMENTS = {
    "a long type": {"definition": padded(CREATE + "kodeitem ", "x", "\n);\n")},
    "a type with parentheses": {"definition": padded(CREATE + "kodeitem ", "()", "\n);\n")},
    "many columns": {"definition": padded(CREATE, "    k x(1),\n", "\n);\n")},
    "a long column": {"copy": padded(f'{COPY}"', "x", '") FROM stdin;\n')},
    "a column with quotes": {"copy": padded(f'{COPY}"', '""', '") FROM stdin;\n')},
    "many copied columns": {"copy": padded(f"{COPY}a", ", a", ") FROM stdin;\n")},
    "no end": {"copy": padded(f'{COPY}"', '""x', "")},
}


@pytest.mark.parametrize("change", LONG_STATEMENTS.values(), ids=LONG_STATEMENTS)
def test_a_statement_of_any_form_costs_little_memory(file: Path, change: dict[str, str]) -> None:
    """The regular expressions kept 170 bytes for each character: 10 GB for 60 MB."""
    entry = SHOP.entry(ITEM.name, "TABLE" if "definition" in change else "TABLE DATA")
    archive = read_archive(written(file, SHOP.changed(entry, **change)))
    with at_most(150 * MB), suppress(NotABackupError):
        rejection(archive)
        optional_problems(archive)


def test_names_in_a_message_are_few_and_short(file: Path) -> None:
    entries = [replace(entry, schema=f"s{n}" * 4000) for n in range(20) for entry in SHOP.entries[:1]]
    moved = [replace(entry, id=1000 + n, schema=f"s{n:02}" + "x" * 4000) for n, entry in enumerate(entries)]
    found = rejection(read_archive(written(file, replace(SHOP, entries=tuple(moved), data={}))))
    assert found is not None
    assert len(found.summary) < 1500


def test_pg_restore_gets_no_sql_of_other_tables(file: Path, tmp_path: Path) -> None:
    long = "x" * (LARGEST_SQL - 10)
    other = [
        replace(OTHER, id=1000, definition=long),
        TocEntry(1001, "TABLE", "lain", long, "", "public"),
        TocEntry(1002, "TABLE DATA", "lain", long, long, "public", had_dumper=1),
        replace(OTHER, id=1003, kind="COMMENT", drop=long),
    ]
    rows = {**SHOP.data, 1002: END_OF_ROWS}
    write_excerpt(read_archive(written(file, replace(with_others(*other), data=rows))), tmp_path)
    assert (tmp_path / ROWS).stat().st_size < 20_000
    excerpt = read_archive(tmp_path / ROWS)
    assert schema_problems(excerpt) == []
    assert [e.name for e in excerpt.entries if e.kind == "TABLE DATA"] == [*(table.name for table in NEEDED), "lain"]
    entry = excerpt.table_data(ITEM.name)
    assert entry is not None
    assert b"".join(unpacked_rows(excerpt, entry)) == b"\t".join([b"\\N"] * len(ITEM.columns)) + b"\n"
