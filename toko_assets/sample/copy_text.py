"""Formats rows as lines of PostgreSQL's COPY text format, encoded in a given encoding."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import cycle

from toko_assets.sample.table_rows import Row

Encode = Callable[[str], bytes]

LINES_A_BLOCK = 2_000

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_blocks(rows: Iterable[Row], encode: Encode) -> Iterator[bytes]:
    """Yield blocks of lines that are small enough to stream and large enough to be fast."""
    lines: list[bytes] = []
    for row in rows:
        lines.append(encode("\t".join(map(_field, row)) + "\n"))
        if len(lines) == LINES_A_BLOCK:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def encoder(encoding: str) -> Encode:
    """Return the function that encodes lines for a database with this encoding.

    An SQL_ASCII database stores whatever bytes programs sent. For it, lines that are not ASCII alternate between cp1252
    and UTF-8.
    """
    if encoding == "UTF8":
        return str.encode
    if encoding == "WIN1252":
        return lambda line: line.encode("cp1252")
    if encoding == "SQL_ASCII":
        codecs = cycle(("cp1252", "utf-8"))
        return lambda line: line.encode() if line.isascii() else line.encode(next(codecs))
    raise ValueError(f"The encoding of a sample backup is UTF8, WIN1252 or SQL_ASCII, not {encoding}.")


def _field(value: str | int | Decimal | datetime | bytes | None) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value)
