"""`toko sales`: reads what the shop sold in the 90 days before the served backup."""

import time

import dagster as dg
from rich.console import Console

from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.cli.run import RunFailedError, show_progress, storage_errors
from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings, load_telegram_settings
from toko_assets.defs.code_location import build_defs
from toko_assets.defs.failures import DETAILS, AssetFailure, first_failure
from toko_assets.defs.jobs import recent_sales
from toko_assets.publishing.sales.agreement import Agreement
from toko_assets.publishing.sales.store import RecentSales


def read_sales(settings: Settings, console: Console) -> None:
    """Run the job recent_sales, and print what was found. It takes no lock, so a sync may run at the same time."""
    prepare_dagster_home(settings)
    started, defs = time.monotonic(), build_defs(settings, load_telegram_settings())
    with storage_errors(), dg.DagsterInstance.get() as instance, show_progress(console):
        result = defs.resolve_job_def(recent_sales.name).execute_in_process(
            instance=instance, run_config={"loggers": {"console": {}}}, raise_on_error=False
        )
    if not result.success:
        failure = first_failure(result.all_events) or AssetFailure("", f"The run failed. {DETAILS}", final=False)
        raise RunFailedError(failure.said)
    console.print(f"[dim]Done in {time.monotonic() - started:.1f} s. Run {result.run_id[:8]}.[/]", highlight=False)
    sales: RecentSales = result.asset_value("recent_sales")
    for line in describe(sales):
        console.print(plain(line), highlight=False, soft_wrap=True)


def describe(sales: RecentSales) -> list[str]:
    """Return the lines that say what was found."""
    if sales.problem:
        return [f"No sales: {sales.problem}."]
    receipts = ", ".join(f"{number:,} {name or 'without a type'}" for name, number in sales.types.items())
    return [
        f"{sales.items:,} items sold in the 90 days before {sales.backup.dumped_at:%Y-%m-%d %H:%M}; receipts: "
        f"{receipts or 'none'}.",
        describe_agreement(sales.agreement),
        "The next catalogue carries this.",
    ]


def describe_agreement(agreement: Agreement) -> str:
    """Return the sentence about the share of the lines that the till sold at a published price."""
    if agreement.share is None:
        return "No line of the till can be compared with the published prices."
    systems = ", ".join(f"{share.system} {share.matching / share.compared:.1%}" for share in agreement.systems)
    return f"The till asked a published price in {agreement.share:.1%} of {agreement.compared:,} lines ({systems})."
