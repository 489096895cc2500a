"""What a PostgreSQL custom-format dump (`pg_dump -Fc`, an iPOS `.i5bu`) says of itself, and where its data lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from toko_core.errors import PermanentError


class NotABackupError(PermanentError):
    """The file is not a PostgreSQL custom-format dump, or one that is not understood."""


class IncompleteBackupError(PermanentError):
    """The file begins like a dump and then is cut short, or damaged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents."""

    id: int
    kind: str
    """TABLE, TABLE DATA, INDEX, FUNCTION, …"""
    schema: str
    name: str
    definition: str
    """The SQL that creates it. Here and in `copy_statement` bytes that are no UTF-8 are kept as surrogates."""
    copy_statement: str
    """For TABLE DATA: `COPY public.tbl_item (kodeitem, …) FROM stdin;`. Empty in a dump made with --inserts."""
    owner: str
    has_data: bool
    offset: int | None
    """Where its data lie, if the archive says so: one that was written to a pipe does not."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where the data of an entry lie: a chain of chunks."""

    start: int
    """Byte offset of the first chunk."""
    size: int
    """Bytes of all chunks, as they are stored."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Header and table of contents of a dump."""

    path: Path
    name: str
    """The file's name, fit to be shown: one line, whatever bytes it has."""
    version: str
    """Of the archive format: "1.12" is what iPOS writes."""
    integer_size: int
    compression: str
    """"none" or "gzip"."""
    dumped_at: datetime
    """Local time of the dumping machine, without a zone: the header has none."""
    database: str
    server_version: str
    encoding: str
    entries: tuple[Entry, ...] = field(repr=False)
    data_start: int
    """Byte offset of the first data block."""
    blocks: Mapping[int, Block] = field(repr=False, default_factory=dict)
    """Of tables, by the entry's id."""

    def table_data(self, table: str, schema: str = "public") -> Entry | None:
        """The entry that holds a table's rows, or None."""
        found = self.find("TABLE DATA", table, schema)
        return found if found and found.id in self.blocks else None

    def table(self, table: str, schema: str = "public") -> Entry | None:
        """The entry that creates a table, or None."""
        return self.find("TABLE", table, schema)

    def find(self, kind: str, name: str, schema: str = "public") -> Entry | None:
        """The entry of that kind and name, or None."""
        return next((e for e in self.entries if (e.kind, e.schema, e.name) == (kind, schema, name)), None)

    def damaged(self) -> IncompleteBackupError:
        """To be raised when the data are not what they should be."""
        return IncompleteBackupError(
            f"{self.name} is damaged: copy it again from the machine that made it, or make the backup again."
        )
