"""Reads what a PostgreSQL custom-format dump (`pg_dump -Fc`, an iPOS `.i5bu`) says of itself, and whether it is whole.

`pg_restore -l` reads only the table of contents, so it accepts a truncated file, and a cut behind the tables that one
restores goes unnoticed there too. A file is whole when its data blocks, walked by their lengths, are exactly those that
the table of contents announces and end exactly at the end of the file.

The format is that of PostgreSQL's `pg_backup_archiver.c` (ReadHead, ReadToc) and `pg_backup_custom.c` (data blocks).
"""

import mmap
import re
import struct
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from toko_assets.errors import PermanentError

MAGIC = b"PGDMP"
OLDEST, NEWEST = (1, 10), (1, 16)
"""Archive versions understood: PostgreSQL 8.4 to 18. iPOS's own 9.3 and 9.5 write 1.12."""

CUSTOM_FORMAT = 1
BLOCK_DATA, BLOCK_LARGE_OBJECTS = 1, 3
OFFSET_NO_DATA = 3


class NotABackupError(PermanentError):
    """The file is not a PostgreSQL custom-format dump, or of a version that is not understood."""


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
    """The SQL that creates it."""
    copy_statement: str
    """For TABLE DATA: `COPY public.tbl_item (kodeitem, …) FROM stdin;`. Empty in a dump made with --inserts."""
    owner: str
    has_data: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """Header and table of contents of a dump."""

    path: Path
    version: str
    """Of the archive format: "1.12" is what iPOS writes."""
    dumped_at: datetime
    """Local time of the dumping machine, without a zone: the header has none."""
    database: str
    server_version: str
    encoding: str
    entries: tuple[Entry, ...] = field(repr=False)
    data_start: int
    """Byte offset of the first data block."""

    def table_data(self, table: str, schema: str = "public") -> Entry | None:
        """The entry that holds a table's rows, or None."""
        return self._find("TABLE DATA", table, schema)

    def table(self, table: str, schema: str = "public") -> Entry | None:
        """The entry that creates a table, or None."""
        return self._find("TABLE", table, schema)

    def _find(self, kind: str, name: str, schema: str) -> Entry | None:
        return next((e for e in self.entries if (e.kind, e.schema, e.name) == (kind, schema, name)), None)


def read_archive(path: Path) -> Archive:
    """Read header and table of contents, then walk every data block to the end of the file.

    Raises NotABackupError or IncompleteBackupError. Cost: a few tenths of a microsecond per 4 KB of the file.
    """
    with path.open("rb") as file:
        if not file.read(1):
            raise IncompleteBackupError(
                f"{path.name} is empty: wait for the upload to finish, or make the backup again."
            )
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            reader = _Reader(data, path)
            archive = reader.archive()
            _walk(data, archive, reader)
    return archive


class _Reader:
    """Reads the archive's integers and strings one after another."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self.data = data
        self.path = path
        self.at = 0
        self.int_size = 4
        self.offset_size = 8
        self.version = (0, 0)

    def cut(self) -> IncompleteBackupError:
        return IncompleteBackupError(
            f"{self.path.name} is incomplete or damaged ({len(self.data):,} bytes): "
            "wait for the upload to finish, or make the backup again."
        )

    def bytes(self, count: int) -> bytes:
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise self.cut()
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def byte(self) -> int:
        return self.bytes(1)[0]

    def integer(self) -> int:
        sign = self.byte()
        value = int.from_bytes(self.bytes(self.int_size), "little")
        return -value if sign else value

    def text(self) -> str | None:
        """A string, or None for NULL. Names may be in the shop's own encoding: undecodable bytes are kept escaped."""
        length = self.integer()
        return None if length < 0 else self.bytes(length).decode("utf-8", "surrogateescape")

    def archive(self) -> Archive:
        if self.data[: len(MAGIC)] != MAGIC[: len(self.data)]:
            raise NotABackupError(f"{self.path.name} is not an iPOS backup (no PostgreSQL custom-format dump).")
        self.bytes(len(MAGIC))
        self.version = (self.byte(), self.byte())
        self.byte()  # revision
        if not OLDEST <= self.version <= NEWEST:
            raise NotABackupError(
                f"{self.path.name} is a dump of archive version {self.version[0]}.{self.version[1]}; "
                f"understood are {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}."
            )
        self.int_size, self.offset_size = self.byte(), self.byte()
        if self.byte() != CUSTOM_FORMAT:
            raise NotABackupError(f"{self.path.name} is a dump of another format: iPOS writes the custom format (-Fc).")
        self.byte() if self.version >= (1, 15) else self.integer()  # compression
        second, minute, hour, day, month, year, _dst = (self.integer() for _ in range(7))
        database = self.text() or ""
        server_version = self.text() or ""
        self.text()  # version of pg_dump
        count = self.integer()
        entries = tuple(self._entry() for _ in range(count))
        try:
            dumped_at = datetime(year + 1900, month + 1, day, hour, minute, min(second, 59))  # noqa: DTZ001 - has no zone
        except ValueError as error:
            raise self.cut() from error
        return Archive(
            path=self.path,
            version=f"{self.version[0]}.{self.version[1]}",
            dumped_at=dumped_at,
            database=database,
            server_version=server_version,
            encoding=_encoding(entries),
            entries=entries,
            data_start=self.at,
        )

    def _entry(self) -> Entry:
        dump_id = self.integer()
        self.integer()  # had a dumper
        self.text()  # table oid
        self.text()  # oid
        name = self.text() or ""
        kind = self.text() or ""
        if self.version >= (1, 11):
            self.integer()  # section
        definition = self.text() or ""
        self.text()  # drop statement
        copy_statement = self.text() or ""
        schema = self.text() or ""
        self.text()  # tablespace
        if self.version >= (1, 14):
            self.text()  # table access method
        if self.version >= (1, 16):
            self.integer()  # relation kind
        owner = self.text() or ""
        self.text()  # WITH OIDS
        while self.text() is not None:  # dependencies
            pass
        state = self.byte()
        self.bytes(self.offset_size)
        return Entry(dump_id, kind, schema, name, definition, copy_statement, owner, state != OFFSET_NO_DATA)


def _encoding(entries: tuple[Entry, ...]) -> str:
    """From the entry `SET client_encoding = 'UTF8';`."""
    for entry in entries:
        if entry.kind == "ENCODING" and (found := re.search(r"'([^']+)'", entry.definition)):
            return found[1]
    return "UTF8"


def _walk(data: mmap.mmap, archive: Archive, reader: _Reader) -> None:
    """Step from block to block by their lengths; anything that is not exactly as announced is a damaged file."""
    announced = {entry.id for entry in archive.entries if entry.has_data}
    size = len(data)
    seen: set[int] = set()
    while reader.at < size:
        kind, block = reader.byte(), reader.integer()
        if block not in announced or block in seen:
            raise reader.cut()
        seen.add(block)
        if kind == BLOCK_DATA:
            _skip_chunks(data, reader)
        elif kind == BLOCK_LARGE_OBJECTS:
            while reader.integer() != 0:  # object ids, ended by 0
                _skip_chunks(data, reader)
        else:
            raise reader.cut()
    if seen != announced:
        raise reader.cut()


def _skip_chunks(data: mmap.mmap, reader: _Reader) -> None:
    """Chunks of one block: a length, that many bytes, …, a length of 0.

    Written flat for speed: a chunk holds about 4 KB, so a backup of 400 MB has 100,000 of them.
    """
    at, size, width = reader.at, len(data), reader.int_size
    read_length = struct.Struct("<xI").unpack_from if width == 4 else None
    while at + 1 + width <= size:
        length: int = (
            read_length(data, at)[0] if read_length else int.from_bytes(data[at + 1 : at + 1 + width], "little")
        )
        if data[at]:  # a negative length
            break
        at += 1 + width + length
        if length == 0:
            reader.at = at
            return
    raise reader.cut()
