"""Makes a small dump with sales tables of any content, without a server."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tests.archives import END_OF_ROWS, ArchiveFile, TocEntry, write

Value = str | None
Row = Mapping[str, Value]

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write_dump(
    path: Path,
    tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]],
    at: datetime,
    encoding: str = "UTF8",
) -> Path:
    """Write a dump with these tables, each with its columns and rows. A column that a row lacks is null."""
    codec = {"UTF8": "utf-8", "WIN1252": "cp1252", "SQL_ASCII": "latin-1"}[encoding]
    entries = [TocEntry(1, "ENCODING", "ENCODING", definition=f"SET client_encoding = '{encoding}';\n", schema="")]
    data = {}
    for number, (name, (columns, rows)) in enumerate(tables.items(), 10):
        copy = f"COPY public.{name} ({', '.join(columns)}) FROM stdin;\n"
        entries.append(TocEntry(number, "TABLE DATA", name, copy=copy, schema="public", had_dumper=1, section=3))
        lines = ("\t".join(_written(row.get(column)) for column in columns) + "\n" for row in rows)
        data[number] = "".join(lines).encode(codec) + END_OF_ROWS
    time = (at.second, at.minute, at.hour, at.day, at.month - 1, at.year - 1900, 0)
    path.write_bytes(write(ArchiveFile(tuple(entries), data, time=time)))
    return path


def _written(value: Value) -> str:
    return "\\N" if value is None else value.translate(ESCAPES)
