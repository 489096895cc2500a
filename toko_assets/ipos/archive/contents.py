"""The header and table of contents of a PostgreSQL custom-format dump (`pg_dump -Fc`, an iPOS `.i5bu`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from toko_core import BackupError


class NotABackupError(BackupError):
    """The file is not a PostgreSQL custom-format dump, or its version or compression is not supported."""


class IncompleteBackupError(BackupError):
    """The file begins like a dump, but is truncated or damaged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents."""

    id: int
    kind: str
    """TABLE, TABLE DATA, INDEX, FUNCTION, …"""
    schema: str
    name: str
    definition: str
    """The SQL that creates the object. In it and in `copy_statement`, bytes that are not UTF-8 are surrogates."""
    copy_statement: str
    """For TABLE DATA: `COPY public.tbl_item (kodeitem, …) FROM stdin;`. Empty in a dump made with --inserts."""
    owner: str
    has_data: bool
    offset: int | None
    """The byte offset of its data, if the archive stores one. An archive that was written to a pipe does not."""


@dataclass(frozen=True, slots=True)
class Block:
    """The position of an entry's data, which are a chain of chunks."""

    start: int
    """Byte offset of the first chunk."""
    size: int
    """The stored bytes of all chunks, before decompression."""


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of a dump: less than 500 bytes, before the table of contents."""

    version: str
    """The version of the archive format. iPOS writes "1.12"."""
    integer_size: int
    compression: str
    """"none" or "gzip"."""
    dumped_at: datetime
    """The local time of the machine that made the dump. The header stores no time zone."""
    database: str
    """The name of the dumped database, which iPOS gives to each company: one line of printable characters."""
    server_version: str


@dataclass(frozen=True, slots=True)
class Archive(Header):
    """Header and table of contents of a dump."""

    path: Path
    name: str
    """The file's name, safe to display: one line of printable characters."""
    encoding: str
    entries: tuple[Entry, ...] = field(repr=False)
    data_start: int
    """Byte offset of the first data block."""
    blocks: Mapping[int, Block] = field(repr=False, default_factory=dict)
    """The data blocks of tables, by the entry's id."""

    def table_data(self, table: str, schema: str = "public") -> Entry | None:
        """Return the entry that holds a table's rows, or None."""
        found = self.find("TABLE DATA", table, schema)
        return found if found and found.id in self.blocks else None

    def table(self, table: str, schema: str = "public") -> Entry | None:
        """Return the entry that creates a table, or None."""
        return self.find("TABLE", table, schema)

    def find(self, kind: str, name: str, schema: str = "public") -> Entry | None:
        """Return the entry with this kind, name and schema, or None."""
        return next((e for e in self.entries if (e.kind, e.schema, e.name) == (kind, schema, name)), None)

    def damaged(self) -> IncompleteBackupError:
        """Return the error to raise when the data are damaged."""
        return IncompleteBackupError(
            f"{self.name} is damaged: copy it again from the machine that made it, or make the backup again."
        )


def as_dumped(statement: str) -> bytes:
    """Encode a SQL statement of a dump as its original bytes."""
    return statement.encode("utf-8", "surrogateescape")
