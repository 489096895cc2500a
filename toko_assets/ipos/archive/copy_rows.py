"""Reads the rows of a table from an archive, as COPY text, within limits that no real shop reaches.

A gzip stream of 10 MB can hold 10 GB. The limits are checked after each piece that is read, so that memory and disk
stay small; the stream's checksum is compared at its end. About 300 MB of rows are read per second.

`read_rows` reads the rows of an archive. `read_script` reads those that `pg_restore` decompressed.
"""

import time
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import BinaryIO

from isal import isal_zlib

from toko_assets.ipos.archive.chunks import BrokenChainError, Chunks
from toko_assets.ipos.archive.contents import Archive, Entry, NotABackupError, as_dumped
from toko_assets.ipos.archive.schema import readable_tables
from toko_assets.ipos.needed_tables import ITEM

PIECE = 1 << 20
"""Bytes that are decompressed at once."""

PAUSE = 0.001
"""Seconds to wait before each read. `pg_restore` writes 4 KB at a time, and every write to a waiting reader costs a
wake-up. Reading 86 MB takes 0.30 s in pieces of hundreds of KB, and 0.41 s without the pause."""

LONGEST_ROW = 64 << 20
"""Bytes of one row: a photo of 32 MB, whose bytes are two digits each in a dump. PostgreSQL allows rows of 1 GB."""

ROWS_OF_ANY_DUMP = 256 << 20
"""Bytes that any table may have: 100,000 items with their prices and units are about 100 MB."""

MOST_ITEMS = 2_000_000
"""Rows of `tbl_item`, each of which is looked at for its photo: 3 microseconds."""

MOST_UNPACKED = 30
"""The largest ratio of decompressed to stored bytes for a table that is larger than that.

Measured on a sample of 20,000 items: 3.0 (items with photos) to 4.5 (prices); deflate reaches 1,030. Photos as
hexadecimal digits, which are otherwise incompressible, have a ratio of 2. So 2,000 photos of 3 MB (12 GB of rows)
pass, and a small file cannot fill a disk."""

END_MARK = b"\\.\n"
END_OF_ROWS = END_MARK + b"\n\n"
"""What every version of pg_dump writes after the last row."""


class OversizedBackupError(NotABackupError):
    """A table is larger than in any real shop: the file was crafted."""


def verify_rows(file: BinaryIO, archive: Archive) -> None:
    """Read the rows of every needed and optional table of an open file to their end, and discard them.

    Raises IncompleteBackupError if the rows are damaged, and OversizedBackupError.
    """
    for _, entry in readable_tables(archive):
        for _ in read_rows(file, archive, entry):
            pass


def read_whole_rows(file: BinaryIO, archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of a TABLE DATA entry of an open file: whole rows, without the end mark. Raises as `verify_rows`.

    The archive's file may be removed meanwhile.
    """
    held = b""
    for piece in read_rows(file, archive, entry):
        cut = piece.rfind(b"\n", 0, max(len(piece) - len(END_OF_ROWS), 0)) + 1
        if cut:
            yield b"".join((held, memoryview(piece)[:cut]))
            held = piece[cut:]
        else:
            held += piece
    yield held.removesuffix(END_OF_ROWS)


def read_rows(file: BinaryIO, archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of a TABLE DATA entry of an open file, with the end mark, in pieces of at most PIECE.

    Raises as `verify_rows`.
    """
    end = b""
    stored = Chunks(file, archive.blocks[entry.id].start, archive.integer_size).contents()
    try:
        for piece in _limited(archive, entry, _unpacked(stored) if archive.compression == "gzip" else stored):
            end = (end + piece[-len(END_OF_ROWS) :])[-len(END_OF_ROWS) :]
            yield piece
    except (BrokenChainError, isal_zlib.error) as error:  # type: ignore[misc]  # its stub has it as a value
        raise archive.damaged() from error
    if end != END_OF_ROWS:
        raise archive.damaged()


def read_script(script: BufferedReader, archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of a TABLE DATA entry from what `pg_restore` writes: whole rows, without the end mark.

    Raises as `verify_rows`. Use it only after `read_rows`, which rejects a stream with bytes after its end:
    `pg_restore` would read such a stream forever.
    """
    _skip_to_rows(archive, entry, script)
    yield from _whole_rows(archive, _limited(archive, entry, _pieces(script)))


def _skip_to_rows(archive: Archive, entry: Entry, script: BufferedReader) -> None:
    """Skip the settings that `pg_restore` writes, and the COPY statement."""
    statement = as_dumped(entry.copy_statement).splitlines(keepends=True)
    while (line := script.readline(LONGEST_ROW)) != statement[0]:
        if not line:
            raise archive.damaged()
    for _ in statement[1:]:  # a column's name may hold line breaks
        script.readline(LONGEST_ROW)


def _pieces(script: BufferedReader) -> Iterator[bytes]:
    while True:
        time.sleep(PAUSE)
        if not (piece := script.read1(PIECE)):
            return
        yield piece


def _whole_rows(archive: Archive, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes before the end mark, split at the ends of rows."""
    held = bytearray()
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        if not cut:
            held += piece
            continue
        rows, held = bytes(held) + piece[:cut], bytearray(piece[cut:])
        end = 0 if rows.startswith(END_MARK) else rows.find(b"\n" + END_MARK) + 1 or None
        yield rows[:end]
        if end is not None:
            for _ in pieces:  # the comments at the end of the script
                pass
            return
    raise archive.damaged()


def _limited(archive: Archive, entry: Entry, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same pieces, and raise OversizedBackupError when they exceed a limit."""
    stored = archive.blocks[entry.id].size
    most = max(ROWS_OF_ANY_DUMP, stored * MOST_UNPACKED)
    total = row = items = 0
    for piece in pieces:
        total += len(piece)
        items += piece.count(b"\n") if entry.name == ITEM.name else 0
        last = piece.rfind(b"\n")
        row += len(piece) if last < 0 else piece.find(b"\n")
        limits = (
            (total > most, f"more than {most >> 20:,} MB"),
            (row > LONGEST_ROW, f"a row of over {LONGEST_ROW >> 20:,} MB"),
            (items > MOST_ITEMS, f"more than {MOST_ITEMS:,} rows"),
        )
        if exceeded := next((limit for is_exceeded, limit in limits if is_exceeded), None):
            raise OversizedBackupError(
                f"{archive.name} is not an iPOS backup: table {entry.name} holds {exceeded} in {stored:,} bytes. "
                "Delete the file, and make the backup again."
            )
        row = row if last < 0 else len(piece) - last - 1
        yield piece


def _unpacked(stored: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress one zlib stream, a piece at a time. The stream must end where the chunks end."""
    engine = isal_zlib.decompressobj()
    for chunk in stored:
        if engine.eof:
            raise BrokenChainError("bytes after the end of the stream")
        while chunk and not engine.eof:
            if piece := engine.decompress(chunk, PIECE):
                yield piece
            chunk = engine.unconsumed_tail
    while not engine.eof and (piece := engine.decompress(b"", PIECE)):
        yield piece
    if not engine.eof or engine.unused_data:
        raise BrokenChainError("the stream is truncated")
