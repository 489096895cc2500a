"""price_history: from when until when backups showed each price."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from toko_assets.common.checks import Outcome
from toko_assets.common.process import give_back
from toko_assets.common.records import PriceHistory, ProductExport, read_record
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.reporting import RETRIES, check_specs, one_line_failures, report_checks, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.demo import forget_demo_history
from toko_assets.publishing.history.merge import HistoryCounts, add
from toko_assets.publishing.history.store import FILE, DamagedHistoryError, damaged, set_aside

CODE_VERSION = "1"
"""Change it when the same exports give a different history."""


@dg.asset(
    code_version=CODE_VERSION,
    retry_policy=RETRIES,
    check_specs=check_specs("price_history", blocking=[], warning=["history_kept"]),
)
def price_history(
    context: dg.AssetExecutionContext, exported_products: ProductExport, storage: StorageResource
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[PriceHistory]]:
    """Add the backup, whatever its age. A backup that is already in the history changes nothing.

    The demo has its own history.
    """
    backup, data, watch = exported_products.backup, storage.folder, Stopwatch()
    folder = data.demo_history if backup.is_demo else data.history
    last = read_record(data.records, "price_history", PriceHistory)
    before = last.backups if last and last.backup.is_demo == backup.is_demo else 0
    with one_line_failures():
        give_back()
        with watch("add"):
            try:
                if not backup.is_demo:
                    forget_demo_history(data, last.backup if last else None)
                counts = add(folder, exported_products.folder, backup)
            except DamagedHistoryError as error:  # current prices matter more than their history, so start a new one
                context.log.warning(f"{error} It is kept as {set_aside(folder, datetime.now(UTC)).name}.")
                counts = add(folder, exported_products.folder, backup)
        yield from report_checks([_kept(counts, before, damaged(folder))])
    since = storage.shown(counts.since)
    context.log.info(f"{counts.periods:,} periods of prices since {since:%Y-%m-%d}, backups: {counts.backups:,}")
    yield dg.MaterializeResult(
        value=PriceHistory(backup, folder, counts.backups, counts.periods, counts.since),
        metadata={
            "dagster/row_count": counts.periods,
            "backups": counts.backups,
            "newly_added": counts.is_new,
            "since": dg.TimestampMetadataValue(counts.since.timestamp()),
            "file": dg.MetadataValue.path(folder / FILE),
            "dagster/size_bytes": (folder / FILE).stat().st_size,
            **seconds_metadata(watch.seconds),
        },
    )


def _kept(counts: HistoryCounts, before: int, aside: list[Path]) -> Outcome:
    lost = f" Set aside as damaged: {', '.join(file.name for file in aside)}." if aside else ""
    return Outcome(
        "history_kept",
        counts.backups >= before and not aside,
        f"{counts.backups:,} backups in the price history, {before:,} after the last sync.{lost}",
        advice=f"A new history was started. If you have a good copy of {FILE}, put it there. Remove the damaged files.",
    )
