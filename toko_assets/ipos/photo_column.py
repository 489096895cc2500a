"""The photos of items, in the rows of `tbl_item`: they stay in the backup until they are scaled.

In the database a photo is a number: the how-manieth of the table it is. PostgreSQL would spend most of a restore on
storing photos, which are asked for once, soon after.
"""

import re
from binascii import Error as NotHexadecimal
from binascii import unhexlify
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from toko_assets.ipos.archive import Archive
from toko_assets.ipos.rows import unpacked_rows
from toko_assets.ipos.schema import dumped_columns
from toko_assets.ipos.tables import ITEM

PHOTO = "gambar"
NUMBER = "integer"
"""Type of the column in the restored database."""

NULL = b"\\N"
NO_PHOTO = (NULL, b"\\\\x", b"")
"""NULL and no bytes, as COPY text in both of PostgreSQL's ways to write bytes."""
COPY_ESCAPE, BYTES_ESCAPE = re.compile(rb"\\(.)", re.DOTALL), re.compile(rb"\\(\\|[0-7]{3})")


def numbered_photos(batches: Iterable[bytes], columns: list[str]) -> Iterator[bytes]:
    """Rows of `tbl_item` with a number, from 1, in place of each photo."""
    place, number = columns.index(PHOTO), 0
    for batch in batches:
        rows = batch.split(b"\n")
        for row, text in enumerate(rows[:-1]):
            fields = text.split(b"\t", place + 1)
            if len(fields) <= place or fields[place] == NULL:  # the server says what is wrong with a short row
                continue
            if fields[place] in NO_PHOTO:
                fields[place] = NULL
            else:
                number += 1
                fields[place] = b"%d" % number
            rows[row] = b"\t".join(fields)
        yield b"\n".join(rows)


def stored_photos(connection: psycopg.Connection[Any], archive: Archive) -> Iterator[tuple[Any, bytes]]:
    """(kodeitem, bytes) of every photo of the backup that was restored, in the backup's order, one at a time.

    One that is not written as bytes are has none. Raises IncompleteBackupError if it is no longer that backup.
    """
    codes = dict(connection.execute("SELECT gambar, kodeitem FROM public.tbl_item WHERE gambar IS NOT NULL"))
    number = 0
    for number, photo in enumerate(_photos(archive), 1):
        if number not in codes:
            raise archive.damaged()
        yield codes[number], _bytes(photo)
    if number != len(codes):
        raise archive.damaged()


def _photos(archive: Archive) -> Iterator[bytes]:
    entry = archive.table_data(ITEM.name)
    if entry is None:
        raise archive.damaged()
    place = dumped_columns(archive, entry).index(PHOTO)
    for batch in unpacked_rows(archive, entry):
        for row in batch.split(b"\n"):
            fields = row.split(b"\t", place + 1)
            if len(fields) > place and fields[place] not in NO_PHOTO:
                yield fields[place]


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
