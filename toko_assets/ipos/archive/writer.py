"""Writes a PostgreSQL custom-format archive with the entries of another and other rows.

As `pg_backup_archiver.c` (WriteHead, WriteToc) and `pg_backup_custom.c` do, except that an entry does not say where its
rows lie: `pg_restore` looks for them, as in an archive that went through a pipe. The rows are not made smaller, but
have the checksum of a zlib stream, which whoever reads them compares.
"""

import zlib
from collections.abc import Iterable
from typing import BinaryIO

from toko_assets.ipos.archive.contents import Archive, Entry
from toko_assets.ipos.archive.reader import BLOCK_DATA, CUSTOM_FORMAT, MAGIC, OFFSET_NO_DATA, OFFSET_UNKNOWN

VERSION, REVISION = (1, 15), 0
INTEGER_SIZE, OFFSET_SIZE = 4, 8
GZIP, STORED = 1, 0
PRE_DATA = 2
"""Section of the dump, of no use here."""


def write_contents(file: BinaryIO, archive: Archive, entries: Iterable[Entry]) -> None:
    """Header and table of contents. The rows of every entry that has data must follow, each with `write_rows`."""
    dumped, entries = archive.dumped_at, tuple(entries)
    time = (dumped.second, dumped.minute, dumped.hour, dumped.day, dumped.month - 1, dumped.year - 1900, 0)
    file.write(MAGIC + bytes((*VERSION, REVISION, INTEGER_SIZE, OFFSET_SIZE, CUSTOM_FORMAT, GZIP)))
    file.write(b"".join(map(_integer, time)))
    file.write(_text(archive.database) + _text(archive.server_version) + _text(archive.server_version))
    file.write(_integer(len(entries)))
    for entry in entries:
        file.write(_entry(entry))


def write_rows(file: BinaryIO, entry: Entry, rows: Iterable[bytes]) -> None:
    """The rows of an entry, as COPY text with the end mark."""
    engine = zlib.compressobj(STORED)
    file.write(bytes([BLOCK_DATA]) + _integer(entry.id))
    for piece in rows:
        _write_chunk(file, engine.compress(piece))
    _write_chunk(file, engine.flush())
    file.write(_integer(0))


def _write_chunk(file: BinaryIO, content: bytes) -> None:
    if content:  # a chunk of no bytes would be the end
        file.write(_integer(len(content)))
        file.write(content)


def _entry(entry: Entry) -> bytes:
    none = _integer(-1)
    return b"".join(
        (
            _integer(entry.id),
            _integer(entry.has_data),
            _text("0"),  # oid of the table
            _text("0"),  # oid
            _text(entry.name),
            _text(entry.kind),
            _integer(PRE_DATA),
            _text(entry.definition),
            _text(""),  # statement to drop it
            _text(entry.copy_statement),
            _text(entry.schema),
            none,  # tablespace
            none,  # access method
            _text(entry.owner),
            _text("false"),  # WITH OIDS
            none,  # end of its dependencies
            bytes([OFFSET_UNKNOWN if entry.has_data else OFFSET_NO_DATA]),
            bytes(OFFSET_SIZE),
        )
    )


def _integer(value: int) -> bytes:
    return bytes([value < 0]) + abs(value).to_bytes(INTEGER_SIZE, "little")


def _text(text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    return _integer(len(content)) + content
