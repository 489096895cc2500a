"""Reads the contents of a PostgreSQL custom-format dump (`pg_dump -Fc`, an iPOS `.i5bu`) and verifies that it is whole.

`pg_restore -l` reads only the table of contents, so it accepts a truncated file. `pg_restore` of some tables does not
notice a truncation after them either. A file is whole when its data blocks, walked by their lengths, are exactly those
that the table of contents announces, and end exactly at the end of the file.

The format is that of PostgreSQL's `pg_backup_archiver.c` (ReadHead, ReadToc) and `pg_backup_custom.c` (data blocks).
Nothing in a file is trusted. A table of contents has a limit for each field, for the counts, and for all together, so
that a damaged or crafted file costs at most about 100 MB of memory.
"""

import os
import re
from dataclasses import asdict, replace
from datetime import datetime
from io import BytesIO, FileIO
from pathlib import Path
from typing import BinaryIO

from toko_assets.ipos.archive.chunks import BrokenChainError, Chunks, Window
from toko_assets.ipos.archive.contents import Archive, Block, Entry, Header, IncompleteBackupError, NotABackupError
from toko_assets.ipos.decoding import decode
from toko_core.files import open_file

MAGIC = b"PGDMP"
OLDEST, NEWEST = (1, 10), (1, 16)
"""Supported archive versions: PostgreSQL 8.4 to 18. iPOS's own 9.3 and 9.5 write 1.12, their last releases 1.13."""

CUSTOM_FORMAT = 1
INTEGER_SIZES = OFFSET_SIZES = (4, 8)
COMPRESSIONS = ("none", "gzip", "lz4", "zstd")
"""Indexed by the number in the header of archives from 1.15 on. Older ones store a gzip level, 0 for none."""
READABLE = ("none", "gzip")

BLOCK_DATA, BLOCK_LARGE_OBJECTS = 1, 3
OFFSET_UNKNOWN, OFFSET_SET, OFFSET_NO_DATA = 1, 2, 3

HEADER_BYTES = 4096
"""A header is shorter: its three texts are a database's name and two versions."""
LARGEST_CONTENTS = 16 << 20
"""Bytes of a header and table of contents. A shop's has about 0.1 MB."""
LARGEST_SQL = 1 << 20
"""Bytes of one SQL statement: the definition of an object, or what drops it. A shop's longest have some KB."""
LARGEST_FIELD = 16 << 10
"""Bytes of any other text. The longest is the name of a function with its parameters: at most 100 types, 13 KB."""
MOST_ENTRIES = 50_000
"""A shop's dump has about 2,000. Before archive version 1.16, each large object has an entry of its own."""
MOST_DEPENDENCIES = 200_000
"""Dependencies of all entries together. A shop's dump has about 4,000."""
LARGEST_ID = 2_000_000
"""The largest id of an entry. `pg_restore` reserves memory for every id up to the largest."""
LONGEST_NAME = 200
"""Characters of a name that are kept for messages. PostgreSQL's names have at most 63 bytes."""


def read_archive(path: Path, name: str | None = None) -> Archive:
    """Read the header and table of contents, then walk every data block to the end of the file.

    `name` replaces the file's own name in messages. Raises NotABackupError or IncompleteBackupError. A file of 38 MB
    in the page cache takes 10 ms.
    """
    with open_file(path) as file:
        return read_open_archive(file, path, printable(name or path.name))


def read_open_archive(file: FileIO, path: Path, name: str) -> Archive:
    """Do the same with an open file. `path` is only recorded, and `name` must be printable."""
    reader = _Reader(file, os.fstat(file.fileno()).st_size, name)
    if not reader.size:
        raise IncompleteBackupError(f"{reader.name} is empty: wait for the upload to finish, or make the backup again.")
    return _walk(reader.archive(path), reader, file)


def read_header(start: bytes, name: str) -> Header:
    """Read the header from the first HEADER_BYTES of a file. `name` is the file's name in messages.

    Raises NotABackupError or IncompleteBackupError.
    """
    return _Reader(BytesIO(start), len(start), printable(name)).header()


def check_magic(start: bytes, name: str) -> None:
    """Raise NotABackupError if a file that begins with these bytes is no dump. It may be shorter."""
    if not start.startswith(MAGIC[: len(start)]):
        raise NotABackupError(
            f"{printable(name)} is not an iPOS backup (no PostgreSQL custom-format dump): "
            "choose a file that iPOS wrote."
        )


class _Reader:
    """Reads the archive's integers and strings one after another."""

    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self.name = name
        self.size = size
        self.at = 0
        self.integer_size = 4
        self.offset_size = 8
        self.version = (0, 0)
        self.dependencies = 0
        self._window = Window(file)

    def cut(self) -> IncompleteBackupError:
        return IncompleteBackupError(
            f"{self.name} is incomplete or damaged ({self.size:,} bytes): "
            "wait for the upload to finish, or make the backup again."
        )

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > min(self.size, LARGEST_CONTENTS):
            raise self.cut()
        try:
            taken = self._window.take(self.at, count)
        except BrokenChainError as error:  # the file was truncated meanwhile
            raise self.cut() from error
        self.at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def integer(self) -> int:
        taken = self.take(1 + self.integer_size)
        value = int.from_bytes(taken[1:], "little")
        return -value if taken[0] else value

    def raw(self, most: int = LARGEST_FIELD) -> bytes | None:
        """Read a string's bytes; None for NULL. Raises IncompleteBackupError if there are more than `most`."""
        length = self.integer()
        if length > most:
            raise self.cut()
        return None if length < 0 else self.take(length)

    def sql(self) -> str:
        """Read a SQL statement, in a form that `as_dumped` encodes to the same bytes."""
        return (self.raw(LARGEST_SQL) or b"").decode("utf-8", "surrogateescape")

    def label(self) -> str:
        """Read a name for messages. It may be in the shop's own encoding; in a damaged file it may be any bytes."""
        return decode(self.raw() or b"")[:LONGEST_NAME]

    def header(self) -> Header:
        check_magic(self.take(min(len(MAGIC), self.size)), self.name)
        self.version = (self.byte(), self.byte())
        self.byte()  # revision
        if not OLDEST <= self.version <= NEWEST:
            raise NotABackupError(
                f"{self.name} has archive version {self.version[0]}.{self.version[1]}; supported are "
                f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}: make the backup with iPOS, or another pg_dump."
            )
        self.integer_size, self.offset_size = self.byte(), self.byte()
        if self.integer_size not in INTEGER_SIZES or self.offset_size not in OFFSET_SIZES:
            raise self.cut()
        if self.byte() != CUSTOM_FORMAT:
            raise NotABackupError(
                f"{self.name} is a dump in another format: make the backup with iPOS, or with pg_dump -Fc."
            )
        header = Header(
            version=f"{self.version[0]}.{self.version[1]}",
            integer_size=self.integer_size,
            compression=self._compression(),
            dumped_at=self._time(),
            database=printable(self.label()),
            server_version=printable(self.label()),
        )
        self.raw()  # version of pg_dump
        return header

    def archive(self, path: Path) -> Archive:
        header = self.header()
        count = self.integer()
        if count > MOST_ENTRIES:
            raise self.cut()
        entries = tuple(self._entry() for _ in range(count))
        if not entries or len({entry.id for entry in entries}) < len(entries):
            raise self.cut()
        return Archive(
            **asdict(header),
            path=path,
            name=self.name,
            encoding=self._encoding(entries),
            entries=entries,
            data_start=self.at,
        )

    def _compression(self) -> str:
        if self.version < (1, 15):
            return COMPRESSIONS[self.integer() != 0]
        number = self.byte()
        if number >= len(COMPRESSIONS):
            raise self.cut()
        if COMPRESSIONS[number] not in READABLE:
            raise NotABackupError(
                f"{self.name} is compressed with {COMPRESSIONS[number]}, which is not supported: "
                "make the backup with iPOS, or with pg_dump -Fc -Z gzip."
            )
        return COMPRESSIONS[number]

    def _time(self) -> datetime:
        second, minute, hour, day, month, year, _dst = (self.integer() for _ in range(7))
        if year < 70:  # a clock that was reset shows 1970 or later
            raise self.cut()
        try:
            return datetime(year + 1900, month + 1, day, hour, minute, min(second, 59))  # noqa: DTZ001 - has no zone
        except (ValueError, OverflowError) as error:
            raise self.cut() from error

    def _entry(self) -> Entry:
        dump_id = self.integer()
        if not 1 <= dump_id <= LARGEST_ID:
            raise self.cut()
        had_dumper = self.integer() != 0
        self.raw()  # table oid
        self.raw()  # oid
        name, kind = self.label(), self.label()
        if self.version >= (1, 11):
            self.integer()  # section
        definition = self.sql()
        self.raw(LARGEST_SQL)  # drop statement
        copy_statement, schema = self.sql(), self.label()
        self.raw()  # tablespace
        if self.version >= (1, 14):
            self.raw()  # table access method
        if self.version >= (1, 16):
            self.integer()  # relation kind
        owner = self.label()
        self.raw()  # WITH OIDS
        while (other := self.raw()) is not None:  # dependencies, by id
            self.dependencies += 1
            if not other.isdigit() or self.dependencies > MOST_DEPENDENCIES:
                raise self.cut()
        state, offset = self.byte(), int.from_bytes(self.take(self.offset_size), "little")
        if state not in (OFFSET_UNKNOWN, OFFSET_SET, OFFSET_NO_DATA) or had_dumper != (state != OFFSET_NO_DATA):
            raise self.cut()
        known = offset if state == OFFSET_SET else None
        return Entry(dump_id, kind, schema, name, definition, copy_statement, owner, had_dumper, known)

    def _encoding(self, entries: tuple[Entry, ...]) -> str:
        """Return the encoding in the entry `SET client_encoding = 'UTF8';`."""
        entry = next((entry for entry in entries if entry.kind == "ENCODING"), None)
        if entry is None:
            return "UTF8"
        found = re.search(r"'([A-Za-z0-9_-]{1,60})'", entry.definition)
        if found is None:
            raise self.cut()
        return found[1]


def _walk(archive: Archive, reader: _Reader, file: BinaryIO) -> Archive:
    """Walk the blocks by their lengths; a file with a block that was not announced is damaged.

    A wrong offset also means a damaged file: `pg_restore` would follow it and read bytes that were not verified.
    """
    announced = {entry.id: entry.offset for entry in archive.entries if entry.has_data}
    offsets = 256**reader.offset_size
    chunks = Chunks(file, archive.data_start, archive.integer_size)
    blocks: dict[int, Block] = {}
    try:
        while chunks.at < reader.size:
            start, kind, block = chunks.at, chunks.byte(), chunks.number()
            if block not in announced or kind not in (BLOCK_DATA, BLOCK_LARGE_OBJECTS):
                raise reader.cut()
            if announced.pop(block) not in (None, start % offsets):
                raise reader.cut()
            if kind == BLOCK_DATA:
                blocks[block] = Block(chunks.at, chunks.skip(reader.size))
            else:
                while chunks.number() != 0:  # object ids, ended by 0
                    chunks.skip(reader.size)
    except BrokenChainError as error:
        raise reader.cut() from error
    if announced:
        raise reader.cut()
    return replace(archive, blocks=blocks)


def printable(name: str) -> str:
    """Make a file's or database's name printable: it may hold line breaks, and bytes in any encoding."""
    text = decode(name.encode("utf-8", "surrogateescape"))
    return "".join(letter if letter.isprintable() else "?" for letter in text)
