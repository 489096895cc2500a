"""The photos of items, in the rows of `tbl_item`: they lie in a file of their own until they are scaled.

In the database a photo is a number: the how-manieth of the table it is. PostgreSQL would spend most of a restore on
storing photos, which are asked for once, soon after.
"""

import re
import struct
from binascii import Error as NotHexadecimal
from binascii import unhexlify
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import psycopg

from toko_assets.ipos.archive.contents import Archive

PHOTO = "gambar"
NUMBER = "integer"
"""Type of the column in the restored database."""

HEADER = struct.Struct("<II")
"""Before each photo in the file: its bytes, and their CRC-32."""

NULL, END_MARK = b"\\N", b"\\."
NO_PHOTO = (NULL, b"\\\\x", b"")
"""NULL and no bytes, as COPY text in both of PostgreSQL's ways to write bytes."""
COPY_ESCAPE, BYTES_ESCAPE = re.compile(rb"\\(.)", re.DOTALL), re.compile(rb"\\(\\|[0-7]{3})")


def split_photos(rows: Iterable[bytes], place: int, photos: BinaryIO) -> Iterator[bytes]:
    """Rows of `tbl_item`, cut anywhere, with a number, from 1, in place of each photo, which is written to `photos`.

    `place` is the column's, from 0. A photo that is not written as bytes are has none.
    """
    number, ended = 0, False
    for batch in _whole_lines(rows):
        lines = batch.split(b"\n")
        for line, text in enumerate(lines[:-1]):
            ended = ended or text == END_MARK
            fields = text.split(b"\t", place + 1)
            if ended or len(fields) <= place or fields[place] == NULL:  # the server says what is wrong with a short row
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


def stored_photos(connection: psycopg.Connection[Any], archive: Archive, photos: Path) -> Iterator[tuple[Any, bytes]]:
    """(kodeitem, bytes) of every photo of the backup that was restored, in the backup's order, one at a time.

    Raises IncompleteBackupError if they are not that backup's.
    """
    codes = dict(connection.execute("SELECT gambar, kodeitem FROM public.tbl_item WHERE gambar IS NOT NULL"))
    number = 0
    with photos.open("rb") as file:
        while header := file.read(HEADER.size):
            number += 1
            size, checksum = HEADER.unpack(header.ljust(HEADER.size, b"\0"))
            photo = file.read(size)
            if number not in codes or len(photo) < size or crc32(photo) != checksum:
                raise archive.damaged()
            yield codes[number], photo
    if number != len(codes):
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
    """Of a field of COPY text: hexadecimal, or as before PostgreSQL 9.0."""
    try:
        if field.startswith(b"\\\\x"):
            return unhexlify(field[3:])
    except NotHexadecimal:
        return b""
    written = COPY_ESCAPE.sub(_character, field)
    return BYTES_ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8) & 255]), written)


def _character(escape: re.Match[bytes]) -> bytes:
    return {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}.get(escape[1], escape[1])
