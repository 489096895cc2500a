"""Reads the sales of the installation that the environment names, and prints what it cost. `measure` runs it.

In a process of its own, so that the peak memory is that of the reading.
"""

import logging
import time
from pathlib import Path

from toko_assets.common.process import tune_process

tune_process()

from benchmarks.procfs import peak_rss  # noqa: E402
from toko_assets.common.settings import load_settings  # noqa: E402
from toko_assets.common.stopwatch import Stopwatch  # noqa: E402
from toko_assets.ipos.sandbox.archives import read_backup, table_rows  # noqa: E402
from toko_assets.publishing.sales.run import read_recent_sales  # noqa: E402

MB = 1_000_000
SALES_TABLES = ("tbl_ikhd", "tbl_ikdt")


def main() -> None:
    """Read once, and print a line for each figure."""
    settings, watch, before = load_settings(), Stopwatch(), peak_rss()
    begun, cpu = time.perf_counter(), time.process_time()
    sales = read_recent_sales(settings.folder, settings.zone, logging.getLogger("measure"), watch)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak, size = peak_rss(), uncompressed(sales.backup.path)
    parts = ", ".join(f"{part} {spent:.1f} s" for part, spent in watch.seconds.items())
    print(f"{sales.lines:,} lines, {size / MB:,.0f} MB of uncompressed text in both tables, {sales.items:,} items sold")
    print(f"recent_sales: {wall:.1f} s ({parts}), of which {cpu:.1f} s on the processor")
    print(f"{size / MB / wall:.0f} MB a second, {size / MB / cpu:.0f} MB a second of processor time")
    print(f"peak memory: {peak / MB:.0f} MB, of which {before / MB:.0f} MB before the first row")
    print(f"left out: {sales.odd}; receipts: {sales.types}", flush=True)


def uncompressed(path: Path) -> int:
    """Return the bytes of both tables."""
    archive, size = read_backup(path), 0
    with path.open("rb", buffering=0) as file:
        for table in SALES_TABLES:
            entry = archive.table_data(table)
            assert entry is not None
            size += sum(map(len, table_rows(file, archive, entry)))
    return size


if __name__ == "__main__":
    main()
