"""The oracle's tables from an archive that `tests/archives.py` took apart, without a server and without the code under
test. A value that COPY or the column's type does not allow raises UnreadableError."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from tests.archives import END_OF_ROWS, ArchiveFile

from .tables import SellingPrice, Stock, Tables, Unit, _by_item, _item, number, text

ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
COPY = re.compile(r"COPY (?:public\.)?\w+ \((?P<columns>\w+(?:, \w+)*)\) FROM stdin;\n")
ENCODINGS = ("UTF8", "SQL_ASCII")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
MOMENT = re.compile(r"(?P<year>\d{4,6})(?P<rest>-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)(?P<before_christ> BC)?")
FIRST, LAST = datetime(1, 1, 1), datetime(9999, 12, 31)
ENDS_OF_TIME = {"infinity": LAST, "-infinity": FIRST}
NO_NUMBERS = ("nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity")

THREE_PLACES = Decimal("0.001")
EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)

Field = bytes | None


class UnreadableError(Exception):
    """The rows are not what their columns need, or are written in a way that this module does not know."""


def tables_of(archive: ArchiveFile) -> Tables:
    """Return the four tables of schema public. Raises UnreadableError."""
    encoding = next((e.definition or "" for e in archive.entries if e.kind == "ENCODING"), "'UTF8'")
    if not any(f"'{name}'" in encoding for name in ENCODINGS):
        raise UnreadableError(encoding)
    items = rows(
        archive, "tbl_item", "kodeitem namaitem jenis merek rak satuan sistemhargajual statusjual statushapus "
        "hargapokok hargajual1 dateupd",
    )  # fmt: skip
    return Tables(
        items=[
            _item(code, amount(cost), amount(price), *words, moment(dated))
            for code, *words, cost, price, dated in items
        ],
        units=_by_item(
            rows(archive, "tbl_itemsatuanjml", "kodeitem iddetail satuan jumlahkonv hargapokok kodebarcode"),
            lambda detail, satuan, size, cost, barcode: Unit(
                text(detail) or "", text(satuan), quantity(size), amount(cost), text(barcode)
            ),
        ),
        selling_prices=_by_item(
            rows(archive, "tbl_itemhj", "kodeitem iddetail satuan level jmlsampai hargajual dateupd tipehj"),
            lambda detail, unit, level, most, price, dated, kind: SellingPrice(
                text(detail) or "", text(unit), whole(level), quantity(most), amount(price), moment(dated), text(kind)
            ),
        ),
        stock=_by_item(
            rows(archive, "tbl_itemstok", "kodeitem kantor stok"),
            lambda office, count: Stock(text(office), quantity(count)),
        ),
    )


def rows(archive: ArchiveFile, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Return the named columns (parted by blanks) of a table's rows, as bytes."""
    entry = next((e for e in archive.entries if (e.kind, e.name, e.schema) == ("TABLE DATA", table, "public")), None)
    content = archive.data.get(entry.id) if entry else None
    statement = COPY.fullmatch(entry.copy or "") if entry else None
    if not isinstance(content, bytes) or not content.endswith(END_OF_ROWS) or statement is None:
        raise UnreadableError(table)
    dumped = statement["columns"].split(", ")
    lines = content.removesuffix(END_OF_ROWS).split(b"\n")[:-1]
    if b"\r" in content or b"\0" in content or not set(columns.split()) <= set(dumped) or b"\\." in lines:
        raise UnreadableError(table)
    places, found = [dumped.index(column) for column in columns.split()], []
    for line in lines:
        fields = [unescaped(field) for field in line.split(b"\t")]
        if len(fields) != len(dumped):
            raise UnreadableError(line)
        found.append(tuple(fields[place] for place in places))
    return found


def unescaped(field: bytes) -> Field:
    """Return the value of a field of COPY's text format."""
    return None if field == b"\\N" else ESCAPE.sub(_character, field)


def amount(field: Field) -> Decimal | None:
    """Return a numeric value; NaN and the infinities are no amounts."""
    written = _trimmed(field)
    if written is None or written.lower() in NO_NUMBERS:
        return None
    if NUMBER.fullmatch(written) is None:
        raise UnreadableError(written)
    try:
        return number(Decimal(written))
    except InvalidOperation as error:
        raise UnreadableError(written) from error


def quantity(field: Field) -> Decimal | None:
    """Return a numeric(20,3) as PostgreSQL stores it."""
    value = amount(field)
    return None if value is None else value.quantize(THREE_PLACES, context=EXACT)


def whole(field: Field) -> int | None:
    """Return a numeric value as PostgreSQL makes it an integer."""
    value = amount(field)
    return None if value is None else int(value.to_integral_value(ROUND_HALF_UP))


def moment(field: Field) -> datetime | None:
    """Return a timestamp. One that Python cannot hold is as early or as late as it can hold."""
    written = _trimmed(field)
    if written is None or written in ENDS_OF_TIME:
        return ENDS_OF_TIME[written] if written else None
    parts = MOMENT.fullmatch(written)
    if parts is None:
        raise UnreadableError(written)
    try:
        moment = datetime.fromisoformat(f"{parts['year'][:4]}{parts['rest']}")
    except ValueError as error:
        raise UnreadableError(written) from error
    return FIRST if parts["before_christ"] else LAST if len(parts["year"]) > len("9999") else moment


def _trimmed(field: Field) -> str | None:
    return None if field is None else field.decode("ascii", "replace").strip(" \t\n\r\f\v")


def _character(escape: re.Match[bytes]) -> bytes:
    written = escape[1]
    if written[:1] == b"x" and len(written) > 1:
        return bytes([int(written[1:], 16)])
    if written.isdigit():
        return bytes([int(written, 8) & 255]) if written < b"8" else written
    return LETTERS.get(written, written)
