"""The whole catalogue as CSV and as Parquet. Both have a row for each price, and only the columns that the key may see.

Rows are made in small slices in the event loop: other requests wait for at most one slice. In a thread, the same work
would make each of them wait for Python's lock.
"""

import asyncio
import csv
import io
import json
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
from starlette.responses import Response, StreamingResponse

from toko_core.catalog.details import ListedDetails
from toko_core.catalog.open_file import Config
from toko_core.catalog.product_hashes import product_hash
from toko_core.prices.payable import exact_amount, shown_amount
from toko_core.text import escape_formula
from toko_web.api.calls import Call
from toko_web.api.problems import UNAVAILABLE, ProblemError
from toko_web.api.records import RUPIAH, number

log = logging.getLogger(__name__)

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
PRODUCTS_A_READ, PRODUCTS_A_SLICE = 512, 16
PIECE = 64 * 1024
"""Characters of CSV, or bytes of a file, that are sent at once."""
ROWS_A_PART = 10_000
"""Rows of a part of a Parquet file. As JSON they take five megabytes of the disk, which is memory in a container."""
KEPT_FILES = 4
"""Parquet files that are kept, of the scopes that were asked for last."""
WRITING: Config = {"threads": 1, "memory_limit": "64MB"}
"""One thread keeps the order of the rows."""

Value = str | bool | int | None
TEXT, QUANTITY, AMOUNT, EXACT = "VARCHAR", "DECIMAL(20,3)", "DECIMAL(18,4)", "DECIMAL(38,12)"
COLUMNS = {
    "id": TEXT, "code": TEXT, "name": TEXT, "brand": TEXT, "category": TEXT, "sold": "BOOLEAN", "shelf": TEXT,
    "base_unit": TEXT, "unit": TEXT, "conversion": QUANTITY, "barcodes": TEXT, "level": "INTEGER", "up_to": QUANTITY,
    "currency": TEXT, "list_price": AMOUNT, "price": EXACT, "shown_price": AMOUNT, "cost": AMOUNT, "stock": QUANTITY,
}  # fmt: skip
"""The columns and their types in Parquet. `barcodes` are those of the unit, separated by spaces; `stock` is that of the
product in base units, the same in each of its rows."""

NOT_IN_CSV = "id"
"""Every 32nd id begins with a sign that a spreadsheet takes for a formula. The code names the product as well."""


class ParquetFiles:
    """Parquet files that were made, one for each catalogue and for what is seen of it. One is made at a time.

    They are open, and removed from their folder: if this process is killed, nothing of them stays on the disk.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._files: dict[str, BinaryIO] = {}

    async def open(self, call: Call) -> BinaryIO:
        """Return the file of what a caller sees, after it was made if necessary; to be closed. Raises ProblemError.

        Read it with `os.pread`: all that is returned for one file share the place in it.
        """
        async with self._lock:
            if (known := self._files.pop(call.state, None)) is None:
                try:
                    known = await self._make(call)
                except (OSError, duckdb.Error) as error:
                    log.warning("A Parquet file for the API cannot be made: %s", error)
                    detail = "The file cannot be made: the server's log has the details."
                    raise ProblemError(UNAVAILABLE, detail, {"Retry-After": "60"}) from error
            self._files[call.state] = known
            while len(self._files) > KEPT_FILES:
                self._files.pop(next(iter(self._files))).close()
            return os.fdopen(os.dup(known.fileno()), "rb", buffering=0)

    def close(self) -> None:
        """Let all files go."""
        for file in self._files.values():
            file.close()

    async def _make(self, call: Call) -> BinaryIO:
        with tempfile.TemporaryDirectory(prefix="toko-api-") as name:
            folder = Path(name)
            file, lines, parts = folder / "all", folder / "lines", list[Path]()
            columns = columns_of(call)
            types = {name: COLUMNS[name] for name in columns}
            async for written in _json_parts(call, columns, lines):
                parts.append(folder / f"{len(parts)}")
                query = f"FROM read_json($1, format = 'newline_delimited', columns = {types})"
                await asyncio.to_thread(_write_parquet, parts[-1], query, [str(written)])
            await asyncio.to_thread(_write_parquet, file, "FROM read_parquet($1)", [[str(part) for part in parts]])
            return file.open("rb")


async def _json_parts(call: Call, columns: Sequence[str], lines: Path) -> AsyncIterator[Path]:
    """Yield a file with some of the rows as JSON, again and again, until all rows were in it."""
    text, count = lines.open("w", encoding="utf-8", errors="replace"), 0
    try:
        async for rows in slices(call, columns):
            text.writelines(f"{json.dumps(dict(zip(columns, row, strict=True)))}\n" for row in rows)
            count += len(rows)
            if count >= ROWS_A_PART:
                text.close()
                yield lines
                text, count = lines.open("w", encoding="utf-8", errors="replace"), 0
    finally:
        text.close()
    yield lines


def columns_of(call: Call) -> list[str]:
    """Return the columns that a caller may see."""
    hidden = {"level" if call.view.level is not None else "", *([] if call.view.cost else ["cost"])}
    return [name for name in COLUMNS if name not in hidden and (name != "stock" or call.view.stock)]


async def slices(call: Call, columns: Sequence[str]) -> AsyncIterator[list[list[Value]]]:
    """Yield the rows of some products at a time, and let other requests go on between them."""
    count = len(call.served.catalog.products)
    for start in range(0, count, PRODUCTS_A_READ):
        details = await asyncio.to_thread(call.served.details.listed, start, start + PRODUCTS_A_READ)
        for first in range(0, len(details), PRODUCTS_A_SLICE):
            some = details[first : first + PRODUCTS_A_SLICE]
            yield [
                [row[name] for name in columns]
                for place, each in enumerate(some, start + first)
                for row in _rows(call, place, each)
            ]
            await asyncio.sleep(0)


def respond_with_csv(call: Call) -> Response:
    """Return a response that makes the CSV while it is sent."""
    return StreamingResponse(_csv(call), 200, {**call.headers, **_as_file(call, "csv")}, f"{CSV}; charset=utf-8")


async def respond_with_parquet(call: Call, files: ParquetFiles) -> Response:
    """Return a response with the Parquet file. Raises ProblemError."""
    file = await files.open(call)
    size = os.fstat(file.fileno()).st_size
    headers = {**call.headers, **_as_file(call, "parquet"), "Content-Length": str(size)}
    return StreamingResponse(_pieces(file), 200, headers, PARQUET)


async def _csv(call: Call) -> AsyncIterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    columns = [name for name in columns_of(call) if name != NOT_IN_CSV]
    writer.writerow(columns)
    async for rows in slices(call, columns):
        writer.writerows([_cell(*pair) for pair in zip(columns, row, strict=True)] for row in rows)
        if text.tell() >= PIECE:
            yield text.getvalue().encode(errors="replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(errors="replace")


def _rows(call: Call, row: int, details: ListedDetails) -> Iterator[dict[str, Value]]:
    product = call.product(row)
    whole: dict[str, Value] = {
        "id": product_hash(product.kodeitem), "code": product.kodeitem, "name": product.namaitem,
        "brand": product.merek, "category": product.jenis, "sold": product.dijual, "shelf": details.rak,
        "base_unit": details.satuan, "currency": product.matauang or RUPIAH, "stock": number(product.stok),
    }  # fmt: skip
    for price in product.prices:
        yield whole | {
            "unit": price.satuan,
            "conversion": number(price.konversi),
            "barcodes": _barcodes(details, price.satuan),
            "level": price.level,
            "up_to": number(price.jumlah_sampai),
            "list_price": number(price.hargajual),
            "price": number(exact_amount(price, product)),
            "shown_price": number(shown_amount(price, product, call.rounding)),
            "cost": number(price.hargapokok),
        }
    if not product.prices:
        yield dict.fromkeys(COLUMNS) | whole | {"barcodes": _barcodes(details, details.satuan)}


def _barcodes(details: ListedDetails, unit: str) -> str | None:
    return " ".join(each.barcode for each in details.barcodes if each.satuan == unit) or None


def _cell(column: str, value: Value) -> Value:
    """Return a value as a cell. Only numbers may begin with a sign."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape_formula(value) if isinstance(value, str) and COLUMNS[column] == TEXT else value


def _write_parquet(file: Path, query: str, values: list[Any]) -> None:
    with duckdb.connect(config=WRITING) as connection:
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)", values)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    place = 0
    with file:
        while piece := await asyncio.to_thread(os.pread, file.fileno(), PIECE, place):
            place += len(piece)
            yield piece


def _as_file(call: Call, suffix: str) -> dict[str, str]:
    name = call.served.name.removesuffix(".duckdb")
    return {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
