"""Reads from a catalogue what sales are compared with: the items, their prices, and when each was first seen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from toko_assets.ipos.sales.price_dates import LISTED
from toko_core.catalog.open_file import Config, open_file

CONFIG: Final[Config] = {"threads": 1, "memory_limit": "128MB"}
PRICES: Final = """
    SELECT kodeitem, r.satuan, sistem_harga, hargajual FROM prices r JOIN products USING (product_id)
    WHERE hargajual > 0 ORDER BY kodeitem, r.satuan
"""
SEEN: Final = """
    SELECT kodeitem, r.satuan, max(coalesce(c.seen_from, $since)) AS seen
    FROM prices r JOIN products USING (product_id) LEFT JOIN (
        SELECT product_id, satuan, level, jumlah_sampai, max(seen_from) AS seen_from FROM price_changes GROUP BY ALL
    ) c ON c.product_id = r.product_id AND c.satuan = r.satuan
        AND c.level IS NOT DISTINCT FROM r.level AND c.jumlah_sampai IS NOT DISTINCT FROM r.jumlah_sampai
    WHERE hargajual > 0 GROUP BY kodeitem, r.satuan
"""
"""When a backup first showed the last of a unit's prices, UTC. A price without a change is as old as the history."""


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """What a catalogue says."""

    codes: pa.Array
    """kodeitem of every product."""
    names: pa.Table
    """kodeitem, namaitem."""
    prices: pa.Table
    """The prices that are filled in, as LISTED."""
    seen: pa.Table
    """kodeitem, satuan, `seen` in the shop's wall clock."""


def read_listed(catalog: Path, history_since: str | None, shown: Callable[[datetime], datetime]) -> ListedPrices:
    """Read a catalogue. `shown` converts a time to the shop's time zone. Raises CatalogError.

    `history_since` is the time of the history's first backup, from catalog_info.
    """
    with open_file(catalog, CONFIG) as connection:
        names = connection.sql("SELECT kodeitem, namaitem FROM products ORDER BY product_id").to_arrow_table()
        prices = connection.sql(PRICES).to_arrow_table().cast(LISTED)
        since = datetime.fromisoformat(history_since) if history_since else None
        seen = _seen(connection, since, shown)
    return ListedPrices(names["kodeitem"].combine_chunks(), names, prices, seen)


def _seen(
    connection: duckdb.DuckDBPyConnection, since: datetime | None, shown: Callable[[datetime], datetime]
) -> pa.Table:
    naive = since.astimezone(UTC).replace(tzinfo=None) if since else None
    table = connection.sql(SEEN, params={"since": naive}).to_arrow_table()
    times = table["seen"].combine_chunks().dictionary_encode()
    local = [
        shown(time.replace(tzinfo=UTC)).replace(tzinfo=None) if time else None for time in times.dictionary.to_pylist()
    ]
    return table.set_column(2, "seen", pa.array(local, pa.timestamp("us")).take(times.indices))
