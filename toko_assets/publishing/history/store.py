"""The file of the price history: one Parquet file, always replaced as a whole, that lists the backups it was made from.

A row is a period: a price, and the unbroken run of backups that showed it. Backups are numbered from 0 in the order of
their times, and listed in the file's metadata, so that rows and list cannot disagree after a kill. The periods depend
only on the set of backups, not on the order in which they were added.
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
from toko_core import PermanentError
from toko_core.files import flush, whole_file

FILE = "prices.parquet"
VERSION = 1
MEMORY_LIMIT = "128MB"
"""DuckDB's memory for sorting and joining. It spills the rest to disk. Measured with 6 million periods."""
THREADS = 2
"""Each thread needs its own part of the memory. 16 threads ran out at 1.6 million periods, with twice the limit."""
ROWS_A_GROUP = 8192
"""Rows that are written and read together: a multiple of DuckDB's vector size of 2,048."""

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
"""The columns of the file, sorted by key and `first`: PERIODS, and the times of `first` and `last` for other readers of
the file. `seen_until` is null while the newest backup still shows the price."""


class DamagedHistoryError(PermanentError):
    """The file exists but is not a whole price history."""


_VERSION_KEY, _BACKUPS_KEY, _DIGEST_KEY = b"toko_price_history", b"backups", b"backups_sha256"


@dataclass(frozen=True, slots=True, order=True)
class SeenBackup:
    """A backup whose prices are in the history. Sorts by time, then by digest."""

    dumped_at: datetime
    sha256: str


_BACKUPS = TypeAdapter(list[SeenBackup])


@contextmanager
def open_history(folder: Path) -> Iterator[parquet.ParquetFile | None]:
    """Open the history's file for reading. Damage is found when it is read. Yields None before the first backup.

    Raises:
        DamagedHistoryError: the file is damaged, or is not a price history.
        PermanentError: the file has a newer version.
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
    """Return the backups of an opened history, in the order of their numbers."""
    return _BACKUPS.validate_json(stored.metadata.metadata[_BACKUPS_KEY]) if stored else []


def verify(stored: parquet.ParquetFile) -> None:
    """Read all of an opened history, inside open_history, so that damage is found before the data are used."""
    if sum(len(batch) for batch in stored.iter_batches(ROWS_A_GROUP)) != stored.metadata.num_rows:
        raise ValueError("rows are missing")


def write_history(folder: Path, backups: Sequence[SeenBackup], periods: Iterable[pa.RecordBatch]) -> None:
    """Replace the history in one step. `periods` have the columns PERIODS, sorted."""
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
    """Return the damaged files that were set aside, oldest first."""
    return sorted(folder.glob(f"{FILE}.damaged-*"))


def set_aside(folder: Path, now: datetime) -> Path:
    """Rename a damaged history, so that a new one can begin. Return the new path."""
    aside = folder / f"{FILE}.damaged-{now:%Y%m%dT%H%M%SZ}"
    (folder / FILE).rename(aside)
    flush(folder)
    return aside


def time_column(backups: Sequence[SeenBackup]) -> pa.Array:
    """Return the backups' times, indexed by their numbers."""
    return pa.array([backup.dumped_at for backup in backups], SCHEMA.field("seen_from").type)


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory that spills to the folder above MEMORY_LIMIT."""
    return scratch_database(folder, MEMORY_LIMIT, THREADS)


def _check(file: Path, stored: parquet.ParquetFile) -> None:
    """Check the file's version and schema, and the checksum of its list of backups. Pages of rows have their own."""
    metadata = stored.metadata.metadata or {}
    version = metadata.get(_VERSION_KEY, b"")
    if version.isdigit() and int(version) > VERSION:
        raise PermanentError(f"{file} has version {int(version)}, this program reads {VERSION}: update the program.")
    if version != str(VERSION).encode() or not stored.schema_arrow.equals(SCHEMA):
        raise _unreadable(file, "it is not a price history")
    if metadata.get(_DIGEST_KEY) != _digest(metadata.get(_BACKUPS_KEY, b"")):
        raise _unreadable(file, "its list of backups is damaged")


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()


def _unreadable(file: Path, reason: str) -> DamagedHistoryError:
    return DamagedHistoryError(f"The price history {file} cannot be read: {reason}.")
