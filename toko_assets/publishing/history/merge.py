"""Adds a backup to the price history. The result does not depend on the order in which backups are added."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from toko_assets.common.records import BackupFile
from toko_assets.publishing.history.store import (
    FILE,
    KEY,
    PERIODS,
    ROWS_A_GROUP,
    SORTED,
    SeenBackup,
    backups_of,
    database,
    open_history,
    verify,
    write_history,
)
from toko_core import PermanentError

PRICE = f"{KEY}, hargajual, hargapokok"

MERGED = f"""
    WITH moved AS (  -- backups from the new one's place on get a number that is one higher
        SELECT {PRICE}, first + (first >= $place)::INTEGER AS first, last + (last >= $place)::INTEGER AS last
        FROM stored
    ), near AS (  -- periods that the new backup may split or extend
        FROM moved WHERE last >= $place - 1 AND first <= $place + 1
    ), pieces AS (
        SELECT {PRICE}, first, least(last, $place - 1) AS last FROM near WHERE first < $place
        UNION ALL SELECT {PRICE}, greatest(first, $place + 1), last FROM near WHERE last > $place
        UNION ALL SELECT {PRICE}, $place, $place FROM added
    ), runs AS (  -- adjacent pieces with the same price have the same number of missing backups before them
        SELECT {PRICE}, first, last, last - sum(last - first + 1) OVER (PARTITION BY {PRICE} ORDER BY first) AS missing
        FROM pieces
    )
    SELECT {PRICE}, min(first)::INTEGER AS first, max(last)::INTEGER AS last FROM runs GROUP BY {PRICE}, missing
    UNION ALL FROM moved WHERE last < $place - 1 OR first > $place + 1
    ORDER BY {SORTED}, first
"""  # noqa: S608 - column names


@dataclass(frozen=True, slots=True)
class HistoryCounts:
    """The size of the history after a backup was added."""

    is_new: bool
    """False if the history already contained the backup."""
    backups: int
    periods: int
    """Rows. Each is a price and the unbroken run of backups that showed it."""
    since: datetime
    """The time of the oldest backup, UTC."""


def add(folder: Path, export: Path, backup: BackupFile) -> HistoryCounts:
    """Add the prices of an exported backup to the history in `folder`. A backup that is already in it changes nothing.

    `export` is a folder with prices.parquet. A kill, a full disk or an error leaves the history unchanged.

    Raises:
        DamagedHistoryError: the history cannot be read.
        PermanentError: the history has a newer version, or the export has two prices for one key.
    """
    seen = SeenBackup(backup.dumped_at.astimezone(UTC), backup.sha256)
    with open_history(folder) as stored:
        backups = backups_of(stored)
        if stored:
            verify(stored)
        if stored and any(known.sha256 == seen.sha256 for known in backups):
            return HistoryCounts(False, len(backups), stored.metadata.num_rows, backups[0].dumped_at)
    place = bisect(backups, seen)
    backups.insert(place, seen)
    folder.mkdir(parents=True, exist_ok=True)
    with database(folder) as connection:
        _read(connection, "stored", folder / FILE if stored else None)
        _read(connection, "added", export / "prices.parquet")
        _check_keys(connection, backup)
        write_history(folder, backups, _merged(connection, place))
    with open_history(folder) as written:
        periods = written.metadata.num_rows if written else 0
    return HistoryCounts(True, len(backups), periods, backups[0].dumped_at)


def _read(connection: duckdb.DuckDBPyConnection, name: str, file: Path | None) -> None:
    """Create a view of a Parquet file; without a file, an empty view."""
    if file:
        connection.read_parquet(str(file)).create_view(name)
    else:
        connection.from_arrow(PERIODS.empty_table()).create_view(name)


def _check_keys(connection: duckdb.DuckDBPyConnection, backup: BackupFile) -> None:
    twice = connection.execute(
        f"SELECT {KEY} FROM added GROUP BY {KEY} HAVING count(*) > 1 LIMIT 1"  # noqa: S608
    ).fetchone()
    if twice:
        raise PermanentError(
            f"{backup.name} has two prices of product {twice[0]} for the same unit, level and quantity."
        )


def _merged(connection: duckdb.DuckDBPyConnection, place: int) -> Iterator[pa.RecordBatch]:
    yield from connection.sql(MERGED, params={"place": place}).to_arrow_reader(ROWS_A_GROUP)
