"""recent_sales: what the shop sold in the 90 days before the served backup, and whether the till agrees."""

from typing import Any

import dagster as dg
import pandas as pd

from toko_assets.common.process import give_back
from toko_assets.common.stopwatch import Stopwatch
from toko_assets.defs.assets.product_catalog import product_catalog
from toko_assets.defs.metadata.charts import share_line
from toko_assets.defs.metadata.check_texts import CHECK_TEXTS
from toko_assets.defs.metadata.columns import rows_table
from toko_assets.defs.metadata.images import pictures
from toko_assets.defs.queues import SALES_ASSET
from toko_assets.defs.reporting import RETRIES, check_result, one_line_failures, seconds_metadata
from toko_assets.defs.resources.storage import StorageResource
from toko_assets.publishing.sales.agreement import check_agreement
from toko_assets.publishing.sales.run import read_recent_sales
from toko_assets.publishing.sales.store import RecentSales, last_sales
from toko_core import PermanentError

CODE_VERSION = "1"
"""Change it when the same backup gives other sales."""
SHARE = "till_agrees_percent"
"""The metadata that Dagster plots over time."""
DRAWN = 30
"""Shares in the chart."""


@dg.multi_asset(
    name="read_recent_sales",  # an op must not have the name of a job
    outs={SALES_ASSET: dg.AssetOut(code_version=CODE_VERSION)},
    deps=[product_catalog],
    retry_policy=RETRIES,
)
def recent_sales(context: dg.AssetExecutionContext, storage: StorageResource) -> dg.MaterializeResult[RecentSales]:
    """Read the sales tables of the served backup's kept copy, beside any sync. The next catalogue carries them."""
    watch = Stopwatch()
    with one_line_failures():
        sales = read_recent_sales(storage.folder, storage.zone, context.log, watch)
    give_back()
    share = sales.agreement.share
    told = f"{share:.1%} of {sales.agreement.compared:,} lines" if share is not None else "no lines to compare"
    context.log.info(sales.problem or f"{sales.items:,} items sold in 90 days; at a published price: {told}")
    return dg.MaterializeResult(value=sales, metadata=_metadata(context, sales) | seconds_metadata(watch.seconds))


@dg.asset_check(
    asset=product_catalog,
    name="till_agrees",
    description=CHECK_TEXTS["till_agrees"],
    additional_deps=[recent_sales],
)
def till_agrees(storage: StorageResource) -> dg.AssetCheckResult:
    """Tell how many lines of the till were asked at a published price, from the stored sales."""
    sales = last_sales(storage.folder)
    if sales is None:
        raise PermanentError("The sales are not read yet: materialise recent_sales first.")
    return check_result(check_agreement(sales.agreement, sales.problem))


def _metadata(context: dg.AssetExecutionContext, sales: RecentSales) -> dict[str, Any]:
    share = sales.agreement.share
    shares: dict[str, Any] = {}
    if share is not None:
        percents = [*_earlier_percents(context), share * 100]
        chart = pictures(context, {"picture_of_agreement": lambda: share_line(percents)})
        shares = {SHARE: share * 100, **chart}
    return {
        "backup": sales.backup.name,
        "backup_time": dg.TimestampMetadataValue(sales.backup.dumped_at.timestamp()),
        "lines_of_the_history": sales.lines,
        "items_sold": sales.items,
        "lines_compared": sales.agreement.compared,
        **shares,
        "agreement_by_price_system": _table(
            [(s.system, s.compared, s.matching, s.discounted) for s in sales.agreement.systems],
            ["sistem_harga", "compared", "matching", "discounted"],
        ),
        "receipts_by_type": _table(list(sales.types.items()), ["tipe", "receipts"]),
        "left_out": _table(list(sales.odd.items()), ["reason", "rows"]),
        **({"problem": sales.problem} if sales.problem else {}),
    }


def _earlier_percents(context: dg.AssetExecutionContext) -> list[float]:
    """Return the shares of the last runs, the oldest first."""
    found = context.instance.fetch_materializations(dg.AssetKey(SALES_ASSET), limit=DRAWN - 1).records
    values = [record.asset_materialization.metadata.get(SHARE) for record in found if record.asset_materialization]
    return [value.value for value in reversed(values) if isinstance(value, dg.FloatMetadataValue) and value.value]


def _table(rows: list[tuple[Any, ...]], columns: list[str]) -> dg.TableMetadataValue:
    return rows_table(pd.DataFrame(rows, columns=columns, dtype=object))
