"""Which runs may run at the same time: one that publishes, and beside it one that reads the sales."""

import dagster as dg

QUEUE = "toko/queue"
"""The tag by which dagster.yaml limits runs."""
SYNC_TAGS, SALES_TAGS = {QUEUE: "sync"}, {QUEUE: "sales"}
SALES_ASSET = "recent_sales"


def runs_beside_syncs(run: dg.DagsterRun) -> bool:
    """Whether a run only reads the sales, so that it needs no lock and no sync waits for it."""
    if run.asset_selection:
        return run.asset_selection == {dg.AssetKey(SALES_ASSET)}
    return run.tags.get(QUEUE) == SALES_TAGS[QUEUE]
