"""Moves the photos of items out of the rows of `tbl_item` into a separate file, until they are scaled.

In the database a photo is replaced by its 1-based position in the table. Otherwise PostgreSQL would spend most of a
restore on storing photos, which are read once, soon after.
"""

import re
import struct
from binascii import Error as NotHexadecimal
from binascii import unhexlify
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import crc32

from toko_assets.ipos.archive.contents import Archive

if TYPE_CHECKING:  # the process that reads backups needs no client of PostgreSQL
    import psycopg

PHOTO = "gambar"
NUMBER = "integer"
"""The type of the photo column in the restored database."""

HEADER = struct.Struct("<II")
"""Precedes each photo in the file: its length in bytes, and its CRC-32."""

LARGEST = 32 << 20
"""Bytes of a photo: the longest row that is read has two digits for each."""

NULL, END_MARK = b"\\N", b"\\."
NO_PHOTO = (NULL, b"\\\\x", b"")
"""NULL and an empty value, as COPY text in both of PostgreSQL's bytea formats."""
COPY_ESCAPE, BYTES_ESCAPE = re.compile(rb"\\(.)", re.DOTALL), re.compile(rb"\\(\\|[0-7]{3})")


def split_photos(rows: Iterable[bytes], place: int, photos: BinaryIO) -> Iterator[bytes]:
    """Yield the rows of `tbl_item` with a number, from 1, in place of each photo, and write the photos to `photos`.

    The pieces of `rows` may be split anywhere. `place` is the column's 0-based index. A photo that is not valid bytea
    text becomes an empty photo.
    """
    number, ended = 0, False
    for batch in _whole_lines(rows):
        lines = batch.split(b"\n")
        for line, text in enumerate(lines[:-1]):
            ended = ended or text == END_MARK
            fields = text.split(b"\t", place + 1)
            if ended or len(fields) <= place or fields[place] == NULL:  # the server reports a row with too few fields
                continue
            if fields[place] in NO_PHOTO:
                fields[place] = NULL
            else:
                photo = _bytes(fields[place])
                photos.write(HEADER.pack(len(photo), crc32(photo)))
                photos.write(photo)
                number += 1
                fields[place] = b"%d" % number
            lines[line] = b"\t".join(fields)
        yield b"\n".join(lines)


def stored_photos(
    connection: "psycopg.Connection[Any]", archive: Archive, photos: Path, left_out: frozenset[int] = frozenset()
) -> Iterator[tuple[Any, bytes]]:
    """Yield (kodeitem, bytes) of every photo of the restored backup's items, in the backup's order.

    `left_out` are the numbers of photos whose items were left out. Raises IncompleteBackupError if the photos do not
    match the restored rows.
    """
    codes = dict(connection.execute("SELECT gambar, kodeitem FROM public.tbl_item WHERE gambar IS NOT NULL"))
    number = 0
    with photos.open("rb") as file:
        while header := file.read(HEADER.size):
            number += 1
            size, checksum = HEADER.unpack(header.ljust(HEADER.size, b"\0"))
            photo = file.read(size) if size <= LARGEST else b""
            if len(photo) < size or crc32(photo) != checksum:
                raise archive.damaged()
            if number in codes:
                yield codes[number], photo
            elif number not in left_out:
                raise archive.damaged()
    if number != len(codes) + len(left_out):
        raise archive.damaged()


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield bytes(held) + piece[:cut]
            held.clear()
        held += piece[cut:]
    yield bytes(held)


def _bytes(field: bytes) -> bytes:
    """Decode a bytea field of COPY text: hexadecimal, or the escape format of PostgreSQL before 9.0."""
    try:
        if field.startswith(b"\\\\x"):
            return unhexlify(field[3:])
    except NotHexadecimal:
        return b""
    written = COPY_ESCAPE.sub(_character, field)
    return BYTES_ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8) & 255]), written)


def _character(escape: re.Match[bytes]) -> bytes:
    return {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}.get(escape[1], escape[1])
