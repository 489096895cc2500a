"""Checks the sales that were read last: of which backup they are, and whether the till agrees with the prices."""

from collections.abc import Iterator
from datetime import UTC, datetime

from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.finding import Finding, good, note
from toko_assets.common.settings import Settings
from toko_assets.publishing.sales.agreement import check_agreement
from toko_assets.publishing.sales.store import last_sales


def look_at_sales(settings: Settings) -> Iterator[Finding]:
    """Read the stored summary."""
    sales = last_sales(settings.folder)
    if sales is None:
        how = (
            "they follow a sync where Dagster runs; by hand: `toko sales`"
            if settings.sales_every_hours
            else "SALES_EVERY_HOURS is 0; by hand: `toko sales`"
        )
        yield good("sales", f"not read yet: {how}")
        return
    when = f"{sales.backup.name} of {sales.backup.dumped_at:%Y-%m-%d %H:%M}, read "
    when += f"{shown_age(datetime.now(UTC) - sales.read_at)} ago"
    if sales.problem:
        yield note("sales", f"None in {when}: {sales.problem}.")
        return
    yield good("sales", f"{sales.items:,} items sold in 90 days, from {when}")
    outcome = check_agreement(sales.agreement, sales.problem)
    yield (good if outcome.passed else note)("sales", outcome.summary)
