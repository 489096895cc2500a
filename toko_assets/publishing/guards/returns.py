"""Prices that return to one that was published in the last days: a repair, which no limit may block."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from toko_assets.publishing.history.store import FILE, backups_of, open_history

DAYS = timedelta(days=30)
PUBLISHED = "published_backups"
"""The entry of catalog_info with the times of the backups that were published in the last days, separated by blanks.
The price history also holds the prices of backups that were blocked, to which no price may return unnoticed."""

RETURNED = """
    INSERT INTO returned SELECT c.* FROM changed c JOIN now_catalog.prices n ON n.rowid = c.now_row
    JOIN now_catalog.products p ON p.product_id = c.now_id
    SEMI JOIN past h ON h.kodeitem = p.kodeitem AND h.satuan IS NOT DISTINCT FROM n.satuan
    AND h.level IS NOT DISTINCT FROM n.level AND h.jumlah_sampai IS NOT DISTINCT FROM n.jumlah_sampai
    AND nullif(h.hargajual, 0) IS NOT DISTINCT FROM c.now
"""
STILL_EMPTY = """
    UPDATE priced SET lost = false WHERE lost AND now_id IN (SELECT now_id FROM returned WHERE now IS NULL)
    AND now_id NOT IN (SELECT now_id FROM changed WHERE now IS NULL)
"""
"""An item whose prices all return to being not filled in did not lose them."""
PAST = """
    CREATE TEMP VIEW past AS SELECT kodeitem, satuan, level, jumlah_sampai, hargajual
    FROM periods JOIN numbers ON first = number WHERE published <= last
"""


def published_backups(
    info: Mapping[str, str], served: datetime | None, history: Path, since: datetime
) -> list[datetime]:
    """Return the times of the backups that were published since `since`, oldest first.

    `info` is the catalog_info of the served catalogue. A catalogue without this list is from before prices could be
    blocked: then all backups in the price history up to `served`, the time of its backup, count.
    """
    if PUBLISHED in info:
        times: Iterable[datetime] = map(datetime.fromisoformat, info[PUBLISHED].split())
    else:
        with open_history(history) as stored:
            times = [backup.dumped_at for backup in backups_of(stored) if served and backup.dumped_at <= served]
    return sorted({time for time in times if time >= since})


def published_info(published: Iterable[datetime], dumped_at: datetime) -> dict[str, str]:
    """Return the entry of catalog_info that adds a backup to the published ones."""
    return {PUBLISHED: " ".join(time.isoformat() for time in sorted({*published, dumped_at}))}


def set_returned_apart(connection: duckdb.DuckDBPyConnection, history: Path, published: Sequence[datetime]) -> None:
    """Move the rows of the table `changed` whose new price one of these backups showed to the table `returned`.

    The tables are those of `measure.prepare`. The history was read to its end when the catalogue was built.
    """
    with open_history(history) as stored:
        times = [backup.dumped_at for backup in backups_of(stored)]
    if not times:
        return
    connection.read_parquet(str(history / FILE)).create_view("periods")
    connection.register("numbers", _next_published(times, published))
    connection.execute(PAST)
    connection.execute(RETURNED)
    connection.execute("DELETE FROM changed WHERE now_row IN (SELECT now_row FROM returned)")
    connection.execute(STILL_EMPTY)


def _next_published(times: Sequence[datetime], published: Sequence[datetime]) -> pa.Table:
    """Return a row for each backup of the history: its number, and that of the next published one, or of itself."""
    following, wanted, found = None, frozenset(published), []
    for number in reversed(range(len(times))):
        following = number if times[number] in wanted else following
        found.append(following)
    return pa.table({"number": pa.array(range(len(times)), pa.int32()), "published": pa.array(found[::-1], pa.int32())})
