"""Writes a PostgreSQL custom-format archive with the entries of another archive and new rows.

It follows `pg_backup_archiver.c` (WriteHead, WriteToc) and `pg_backup_custom.c`, except that an entry does not store
the offset of its rows: `pg_restore` searches for them, as in an archive that was written to a pipe. The rows are not
compressed, but stored as a zlib stream, so that every reader compares its checksum.
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
"""The section of every entry. It has no effect here."""


def write_contents(file: BinaryIO, archive: Archive, entries: Iterable[Entry]) -> None:
    """Write header and table of contents. Then call `write_rows` for every entry that has data."""
    dumped, entries = archive.dumped_at, tuple(entries)
    time = (dumped.second, dumped.minute, dumped.hour, dumped.day, dumped.month - 1, dumped.year - 1900, 0)
    file.write(MAGIC + bytes((*VERSION, REVISION, INTEGER_SIZE, OFFSET_SIZE, CUSTOM_FORMAT, GZIP)))
    file.write(b"".join(map(_integer, time)))
    file.write(_text(archive.database) + _text(archive.server_version) + _text(archive.server_version))
    file.write(_integer(len(entries)))
    for entry in entries:
        file.write(_entry(entry))


def write_rows(file: BinaryIO, entry: Entry, rows: Iterable[bytes]) -> None:
    """Write the rows of an entry, as COPY text with the end mark."""
    engine = zlib.compressobj(STORED)
    file.write(bytes([BLOCK_DATA]) + _integer(entry.id))
    for piece in rows:
        _write_chunk(file, engine.compress(piece))
    _write_chunk(file, engine.flush())
    file.write(_integer(0))


def _write_chunk(file: BinaryIO, content: bytes) -> None:
    if content:  # an empty chunk would end the chain
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
            _text(""),  # DROP statement
            _text(entry.copy_statement),
            _text(entry.schema),
            none,  # tablespace
            none,  # access method
            _text(entry.owner),
            _text("false"),  # WITH OIDS
            none,  # end of the dependencies
            bytes([OFFSET_UNKNOWN if entry.has_data else OFFSET_NO_DATA]),
            bytes(OFFSET_SIZE),
        )
    )


def _integer(value: int) -> bytes:
    return bytes([value < 0]) + abs(value).to_bytes(INTEGER_SIZE, "little")


def _text(text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    return _integer(len(content)) + content
