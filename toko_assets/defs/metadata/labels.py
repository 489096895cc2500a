"""What Dagster's web interface says of each asset, for whoever keeps the shop's prices running."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dagster as dg

from toko_assets.defs.metadata.columns import column_metadata
from toko_assets.defs.metadata.lineage import HISTORY_COLUMNS, HISTORY_ORIGINS, RESTORED_COLUMNS

OWNERS: Final = ["team:toko"]
TAGS: Final = {"holds": "purchase_costs"}
"""Of every asset: cost prices are in all of them, which are not for everybody's eyes."""


@dataclass(frozen=True, slots=True)
class Label:
    """Where an asset stands, what it is made with, and in Markdown: what it is, made from what, what to do."""

    group: str
    kinds: frozenset[str]
    description: str


LABELS: Final[Mapping[str, Label]] = {
    "raw_backup": Label(
        "backup",
        frozenset({"file"}),
        """
The newest whole iPOS backup, copied to `data/backups`.

**Made from** the files `*.i5bu` of the backup folder. A conflicted copy is passed over; so is, in a run
of `sync`, a file that is cut short or damaged, and the next older one is taken. A run of the sensor is about one file.

**If it fails:** read the failed check, or the run's last line. Mostly the backup is not uploaded whole yet, or the
folder cannot be reached. The old prices stay served.
""",
    ),
    "restored_database": Label(
        "prices",
        frozenset({"postgres"}),
        """
The four tables with items, units, prices and stock, in a PostgreSQL database of their own. Sales, purchases and ledgers
stay in the file.

**Made from** the copy of the backup. Only rows are restored: no SQL of the backup is ever run.

**If it fails:** the file is the backup of another program or of an older iPOS, its items are damaged, or PostgreSQL
cannot be reached. `toko doctor` looks at the latter. The old prices stay served.
""",
    ),
    "exported_products": Label(
        "prices",
        frozenset({"pandas", "parquet", "csv"}),
        """
Every product that is not deleted in iPOS, with every price that the shop asks, its costs, barcodes, stock and photos:
as Parquet tables for programs and as a CSV for a spreadsheet.

**Made from** the restored tables, by the rules in `docs/pricing.md`. Its columns say where each of them comes from.

**If it fails:** a blocking check says which items are wrong, and what to do in iPOS; make the backup again then. Checks
that warn change nothing: they are a list of what to tidy up in iPOS. The old prices stay served.
""",
    ),
    "price_history": Label(
        "prices",
        frozenset({"duckdb", "parquet"}),
        """
Each price of each product, with the times of the first and the last backup that showed it: since when a price holds.

**Made from** the exported prices of every backup that was ever synced, in whatever order. Kept for ever, and not made
anew from anything: a copy of `data/history` is worth having.

**If it fails:** mostly the disk is full. What was there stays. A damaged file is set aside, and the check warns of it.
""",
    ),
    "product_catalog": Label(
        "answers",
        frozenset({"duckdb"}),
        """
The DuckDB file that the Telegram bot and `toko search` answer from: products, prices, price changes, the search index.

**Made from** the exported tables and the price history, under another name. It is closed, opened again and checked, and
replaces the served one in one step only when every blocking check passed.

**If it fails:** nothing was published, and the old prices stay served. If many products really left the shop, launch
`sync` with `most_products_lost: 1.0`. If a wrong catalogue was published, launch `rollback_catalog`.
""",
    ),
    "telegram_bot": Label(
        "answers",
        frozenset({"telegram"}),
        """
Answers the staff's searches in Telegram, from the served catalogue. It runs by itself (`toko bot`) and sees a new
catalogue within seconds; Dagster neither starts nor stops it.

**If it is silent:** `toko doctor` says whether Telegram, its token and the catalogue are in order.
""",
    ),
}
COLUMNS: Final = {
    "restored_database": column_metadata(RESTORED_COLUMNS, {}),
    "price_history": column_metadata(HISTORY_COLUMNS, HISTORY_ORIGINS),
}
"""Of the assets that don't say it with each materialisation."""


def labelled(spec: dg.AssetSpec) -> dg.AssetSpec:
    """An asset with its label, and its columns if they are declared here."""
    name = spec.key.to_user_string()
    return with_label(spec, LABELS[name]).merge_attributes(metadata=COLUMNS.get(name, {}))


def with_label(spec: dg.AssetSpec, label: Label) -> dg.AssetSpec:
    """An asset with that label."""
    return spec.replace_attributes(
        description=label.description.strip(), group_name=label.group, owners=OWNERS, tags=TAGS, kinds=set(label.kinds)
    )
