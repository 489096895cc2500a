"""The file of the price history: one Parquet file, replaced as a whole, that names the backups it was made from.

A row is a period: a price, and the unbroken run of backups that showed it. Backups are numbered from 0 in the order of
their time, and listed in the file's metadata, so that rows and list cannot disagree after a kill. What a period is
depends on the set of backups alone, not on the order in which they came.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from pydantic import TypeAdapter

from toko_assets.common.scratch import scratch_database
from toko_assets.ipos.decimals import MONEY
from toko_assets.ipos.source_tables import QUANTITY
from toko_core.errors import PermanentError
from toko_core.files import flush, whole_file

FILE = "prices.parquet"
VERSION = 1
MEMORY_LIMIT = "128MB"
"""What DuckDB has for sorting and joining; it spills the rest to disk. Measured with 6 million periods."""
THREADS = 2
"""Each needs a part of the memory for itself: 16 had too little at 1.6 million periods, with twice the limit."""
ROWS_A_GROUP = 8192
"""Rows that are written and read together; a multiple of DuckDB's vectors of 2,048."""

KEY = "kodeitem, satuan, level, jumlah_sampai"
SORTED = "kodeitem, satuan NULLS LAST, level NULLS LAST, jumlah_sampai NULLS LAST"
PERIODS = pa.schema(
    [
        ("kodeitem", pa.string()), ("satuan", pa.string()), ("level", pa.int32()), ("jumlah_sampai", QUANTITY),
        ("hargajual", MONEY), ("hargapokok", MONEY), ("first", pa.int32()), ("last", pa.int32()),
    ]
)  # fmt: skip
"""A price's key, its value, and the numbers of the first and the last backup of the run that showed it."""

SCHEMA = pa.schema([*PERIODS, ("seen_from", pa.timestamp("us", "UTC")), ("seen_until", pa.timestamp("us", "UTC"))])
"""The columns of the file, sorted by key and `first`: besides PERIODS, the times of `first` and `last`, for whoever
reads the file. `seen_until` is null while the newest backup still shows the price."""


class DamagedHistoryError(PermanentError):
    """The file is there and is no whole price history."""


_VERSION_KEY, _BACKUPS_KEY, _DIGEST_KEY = b"toko_price_history", b"backups", b"backups_sha256"


@dataclass(frozen=True, slots=True, order=True)
class SeenBackup:
    """A backup whose prices are in the history. Sorts by time; among equal times, the digest decides."""

    dumped_at: datetime
    sha256: str


_BACKUPS = TypeAdapter(list[SeenBackup])


@contextmanager
def open_history(folder: Path) -> Iterator[parquet.ParquetFile | None]:
    """The history's file for reading, damage found as it is read; None before the first backup.

    Raises:
        DamagedHistoryError: the file is damaged, or something else.
        PermanentError: it is of a newer version.
    """
    file = folder / FILE
    if not file.exists():
        yield None
        return
    try:
        with parquet.ParquetFile(file, pre_buffer=False, page_checksum_verification=True) as stored:
            _check(file, stored)
            yield stored
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise _unreadable(file, str(error).partition("\n")[0]) from error


def backups_of(stored: parquet.ParquetFile | None) -> list[SeenBackup]:
    """The backups that an opened history was made from, in the order of their numbers."""
    return _BACKUPS.validate_json(stored.metadata.metadata[_BACKUPS_KEY]) if stored else []


def verify(stored: parquet.ParquetFile) -> None:
    """Read all of an opened history, inside open_history, so that damage is found before something is made from it."""
    if sum(len(batch) for batch in stored.iter_batches(ROWS_A_GROUP)) != stored.metadata.num_rows:
        raise ValueError("rows are missing")


def write_history(folder: Path, backups: Sequence[SeenBackup], periods: Iterable[pa.RecordBatch]) -> None:
    """Replace the history; `periods` have the columns PERIODS, sorted. Until it is whole the old one stays."""
    times, newest = time_column(backups), len(backups) - 1
    with (
        whole_file(folder / FILE) as file,
        parquet.ParquetWriter(
            file,
            SCHEMA,
            compression="zstd",
            write_page_checksum=True,
            store_decimal_as_integer=True,
            store_schema=False,
        ) as writer,
    ):
        for batch in periods:
            rows = batch.cast(PERIODS)
            shown = pc.equal(rows["last"], newest)
            seen_until = pc.if_else(shown, None, times.take(rows["last"]))
            writer.write_batch(
                pa.record_batch([*rows.columns, times.take(rows["first"]), seen_until], schema=SCHEMA), ROWS_A_GROUP
            )
        known = _BACKUPS.dump_json(list(backups))
        writer.add_key_value_metadata({_VERSION_KEY: str(VERSION), _BACKUPS_KEY: known, _DIGEST_KEY: _digest(known)})


def damaged(folder: Path) -> list[Path]:
    """The files that were set aside, oldest first."""
    return sorted(folder.glob(f"{FILE}.damaged-*"))


def set_aside(folder: Path, now: datetime) -> Path:
    """Give a damaged history another name, so that a new one can begin; answers the name."""
    aside = folder / f"{FILE}.damaged-{now:%Y%m%dT%H%M%SZ}"
    (folder / FILE).rename(aside)
    flush(folder)
    return aside


def time_column(backups: Sequence[SeenBackup]) -> pa.Array:
    """Each backup's time, at the place of its number."""
    return pa.array([backup.dumped_at for backup in backups], SCHEMA.field("seen_from").type)


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory, which spills to the folder what is over MEMORY_LIMIT."""
    return scratch_database(folder, MEMORY_LIMIT, THREADS)


def _check(file: Path, stored: parquet.ParquetFile) -> None:
    """That it is a history of this version. Pages of rows have checksums of their own, the list of backups has this."""
    metadata = stored.metadata.metadata or {}
    version = metadata.get(_VERSION_KEY, b"")
    if version.isdigit() and int(version) > VERSION:
        raise PermanentError(f"{file} is of version {int(version)}, this program reads {VERSION}: update the program.")
    if version != str(VERSION).encode() or not stored.schema_arrow.equals(SCHEMA):
        raise _unreadable(file, "it is no price history")
    if metadata.get(_DIGEST_KEY) != _digest(metadata.get(_BACKUPS_KEY, b"")):
        raise _unreadable(file, "its list of backups is damaged")


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()


def _unreadable(file: Path, reason: str) -> DamagedHistoryError:
    return DamagedHistoryError(f"The price history {file} cannot be read: {reason}.")
