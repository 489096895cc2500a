"""Reads from the price history which selling prices changed, and when."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from toko_assets.publishing.history.store import (
    FILE,
    KEY,
    SCHEMA,
    SORTED,
    backups_of,
    database,
    open_history,
    time_column,
    verify,
)

CHANGES = pa.schema(
    [
        *(SCHEMA.field(name) for name in ("kodeitem", "satuan", "level", "jumlah_sampai")),
        ("before", SCHEMA.field("hargajual").type), ("after", SCHEMA.field("hargajual").type),
        ("seen_from", SCHEMA.field("seen_from").type), ("previous", SCHEMA.field("seen_from").type),
    ]
)  # fmt: skip
"""Columns of price_changes. `seen_from` is the time of the first backup with `after`; `previous` is the time of the
backup before it, the last with `before`. A price that was not shown, or not filled in, is null."""

CHANGED = f"""
    WITH neighbours AS (
        SELECT {KEY}, hargajual, first, last,
            lag(hargajual) OVER periods AS hargajual_before, lag(last) OVER periods AS last_before,
            lead(first) OVER periods AS first_after
        FROM (SELECT * REPLACE (least(last, $newest) AS last) FROM stored WHERE first <= $newest)
        WINDOW periods AS (PARTITION BY {KEY} ORDER BY first)
    ), changes AS (
        SELECT {KEY}, CASE WHEN last_before = first - 1 THEN hargajual_before END AS before, hargajual AS after,
            first AS number
        FROM neighbours
        UNION ALL SELECT {KEY}, hargajual, NULL, last + 1
        FROM neighbours WHERE last < $newest AND first_after IS DISTINCT FROM last + 1
    )
    SELECT {KEY}, before, after, number FROM changes WHERE number > 0 AND before IS DISTINCT FROM after
    ORDER BY {SORTED}, number
"""  # noqa: S608 - column names
ROWS_A_BATCH = 65_536


def price_changes(folder: Path, until: datetime | None = None) -> pa.RecordBatchReader:
    """Return every change of a selling price between two consecutive backups, sorted by key and time, as CHANGES.

    The prices of the very first backup are not changes. Backups after `until` are ignored. The batches can be read only
    once.

    Raises:
        PermanentError: the history cannot be read.
    """
    with open_history(folder) as stored:
        if stored is None:
            return pa.RecordBatchReader.from_batches(CHANGES, [])
        verify(stored)
        backups = backups_of(stored)
    count = len(backups) if until is None else bisect_right([backup.dumped_at for backup in backups], until)
    return pa.RecordBatchReader.from_batches(CHANGES, _changes(folder, time_column(backups[:count])))


def _changes(folder: Path, times: pa.Array) -> Iterator[pa.RecordBatch]:
    with database(folder) as connection:
        connection.read_parquet(str(folder / FILE)).create_view("stored")
        changes = connection.sql(CHANGED, params={"newest": len(times) - 1})
        for batch in changes.to_arrow_reader(ROWS_A_BATCH):
            number = batch["number"]
            seen = [times.take(number), times.take(pc.subtract(number, 1))]
            yield pa.record_batch([*batch.columns[:-1], *seen], schema=CHANGES)
