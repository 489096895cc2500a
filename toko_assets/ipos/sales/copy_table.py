"""Reads a table of an archive as Arrow tables of raw values: most lines of a history are only skipped."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import csv

from toko_assets.ipos.archive.contents import Archive, Entry
from toko_assets.ipos.archive.schema import WrongSchemaError, dumped_columns
from toko_assets.ipos.decoding import decode
from toko_assets.ipos.sandbox.archives import table_rows

NULL: Final = "\\N"
ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)
ESCAPED: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
CODECS: Final = {"UTF8": "utf-8", "LATIN1": "latin-1", "LATIN9": "iso8859-15"}
"""Python's names of PostgreSQL's encodings. WIN1252 is cp1252, and so on."""

Decode = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class CopyTable:
    """A table of an archive, with the columns to read. Those that the dump lacks are null in every row."""

    entry: Entry
    dumped: tuple[str, ...]
    wanted: tuple[str, ...]


def find_table(archive: Archive, name: str, required: Sequence[str], optional: Sequence[str]) -> CopyTable | str:
    """Return the table, or why it cannot be read: it or a column is missing, or it was not dumped with COPY."""
    entry = archive.table_data(name)
    if entry is None:
        return f"the backup has no rows of {name}"
    try:
        dumped = dumped_columns(archive, entry)
    except WrongSchemaError:
        return f"{name} was not dumped with COPY"
    if missing := [column for column in required if column not in dumped]:
        return f"{name} has no column {', '.join(missing)}"
    return CopyTable(entry, tuple(dumped), (*required, *optional))


def read_table(
    file: BinaryIO, archive: Archive, table: CopyTable, on_skip: Callable[[], None]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows, some thousands at a time, with all wanted columns. Calls and raises as `read_pieces`."""
    for piece in read_pieces(file, archive, table, on_skip):
        yield piece.parse(table.wanted)


def read_pieces(file: BinaryIO, archive: Archive, table: CopyTable, on_skip: Callable[[], None]) -> Iterator["Piece"]:
    """Yield the rows, some thousands at a time, not parsed yet.

    `on_skip` is called for each row with a wrong number of columns, whenever it is parsed. Raises IncompleteBackupError
    if the rows are damaged, and OversizedBackupError.
    """

    def skip(_: csv.InvalidRow) -> str:
        on_skip()
        return "skip"

    # COPY escapes tabs and line breaks in values, so every line is a row, and no character quotes another.
    parsing = csv.ParseOptions(
        delimiter="\t", quote_char=False, escape_char=False, invalid_row_handler=skip, ignore_empty_lines=False
    )
    for rows in filter(None, table_rows(file, archive, table.entry)):
        yield Piece(rows, table.dumped, parsing)


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole rows of a table, as COPY text."""

    rows: bytes
    dumped: tuple[str, ...]
    parsing: csv.ParseOptions

    def parse(self, columns: Sequence[str]) -> pa.RecordBatch:
        """Return these columns as bytes, as they are in the dump: escaped.

        Columns that the dump lacks are missing: `read_column` gives them.
        """
        present = [name for name in columns if name in self.dumped]
        converting = csv.ConvertOptions(
            check_utf8=False,
            include_columns=present,
            column_types=dict.fromkeys(present, pa.binary()),
            null_values=[NULL],
            strings_can_be_null=True,
        )
        reading = csv.ReadOptions(column_names=self.dumped, use_threads=False, block_size=len(self.rows))
        found = csv.read_csv(pa.py_buffer(self.rows), reading, self.parsing, converting).combine_chunks().to_batches()
        return found[0] if found else pa.record_batch([pa.array([], pa.binary())] * len(present), names=present)


def read_column(rows: pa.RecordBatch, name: str) -> pa.Array:
    """Return a column; nulls if the dump lacks it."""
    return rows.column(name) if name in rows.schema.names else pa.nulls(len(rows), pa.binary())


def decoder(encoding: str) -> Decode:
    """Return the function that unescapes and decodes a value of a dump with this encoding."""
    codec = CODECS.get(encoding, encoding.lower().replace("win", "cp"))

    def decoded(value: bytes) -> str:
        if b"\\" in value:
            value = ESCAPE.sub(lambda found: ESCAPED.get(found[1], found[1]), value)
        try:
            return value.decode(codec)
        except (LookupError, UnicodeDecodeError):  # SQL_ASCII, or an encoding that Python has another name for
            return decode(value)

    return decoded
