"""Descriptions, groups, kinds and owners of the assets in Dagster's web interface, written for the operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dagster as dg

from toko_assets.defs.metadata.columns import column_metadata
from toko_assets.defs.metadata.lineage import HISTORY_COLUMNS, HISTORY_ORIGINS, RESTORED_COLUMNS

OWNERS: Final = ["team:toko"]
TAGS: Final = {"holds": "purchase_costs"}
"""Tags of every asset. All of them contain cost prices, which not everybody may see."""


@dataclass(frozen=True, slots=True)
class Label:
    """An asset's group, its kinds, and a description in Markdown: what it is, what it is made from, what to do."""

    group: str
    kinds: frozenset[str]
    description: str


LABELS: Final[Mapping[str, Label]] = {
    "raw_backup": Label(
        "backup",
        frozenset({"file"}),
        """
The newest whole iPOS backup of the shop, copied to `data/backups`.

**Made from** the `*.i5bu` files in the backup folder. Conflicted copies, backups of other iPOS databases and backups
that are older than the served one are skipped. If the newest file is truncated or damaged, a run of `sync` takes the
next older one. A run of the sensor syncs exactly one file.

**If it fails:** read the failed check, or the last line of the run. Usually the backup is not completely uploaded yet,
or the folder is not reachable. The old prices stay in use.
""",
    ),
    "restored_database": Label(
        "prices",
        frozenset({"postgres"}),
        """
The four tables with items, units, prices and stock, and those with names of codes, currencies, serial numbers, customer
groups, discounts and promotions that the backup has, in a separate PostgreSQL database. Sales, purchases and ledgers
are not restored.

**Made from** the copy of the backup. Only rows are restored; SQL in the backup never runs.

**If it fails:** the file is a backup of another program or of an older iPOS, its items are damaged, or PostgreSQL is
not reachable. `toko doctor` checks PostgreSQL. The old prices stay in use.
""",
    ),
    "exported_products": Label(
        "prices",
        frozenset({"pandas", "parquet", "csv"}),
        """
Every product that is not deleted in iPOS, with every price that the shop asks, its costs, barcodes, stock and photos:
as Parquet tables for programs and as a CSV for a spreadsheet.

**Made from** the restored tables, by the rules in `docs/pricing.md`. Each column's description names its origin.

**If it fails:** a blocking check says which items are wrong, and what to do in iPOS. Then make the backup again. Checks
that warn do not stop the chain: they list what to clean up in iPOS. The old prices stay in use.
""",
    ),
    "price_history": Label(
        "prices",
        frozenset({"duckdb", "parquet"}),
        """
Each price of each product, with the times of the first and the last backup that showed it.

**Made from** the exported prices of every backup that was ever synced, in any order. It is kept forever and cannot be
rebuilt from other data, so keep a copy of `data/history`.

**If it fails:** usually the disk is full. The existing history stays. A damaged file is renamed, and the check warns of
it.
""",
    ),
    "product_catalog": Label(
        "answers",
        frozenset({"duckdb"}),
        """
The DuckDB file that the Telegram bot and `toko search` answer from: products, prices, price changes, the search index.

**Made from** the exported tables and the price history, under a temporary name. The file is closed, opened again and
checked. It replaces the served one in one step, only if every blocking check passed.

**If it fails:** nothing was published, and the old prices stay in use. If a limit was exceeded and
the prices are right, launch `sync_this_backup` with the lines that the failure names, such as
`most_products_lost: 1.0`. If a wrong catalogue was published, launch `rollback_catalog`.
""",
    ),
    "recent_sales": Label(
        "sales",
        frozenset({"pyarrow", "parquet"}),
        """
What the shop sold in the 90 days before its backup, by item and unit: the quantity, the receipts, when it was last
sold, and the prices that the till asked. The next catalogue carries it.

**Made from** the sales tables (`tbl_ikhd`, `tbl_ikdt`) of the served backup's copy, read as a stream beside any sync,
and the served prices. The check `till_agrees` compares both.

**If it fails:** the copy of the backup is gone or damaged, and the next sync brings another one. Prices and searches
are not affected. By hand: `toko sales`.
""",
    ),
    "telegram_bot": Label(
        "answers",
        frozenset({"telegram"}),
        """
Answers the staff's searches in Telegram, from the served catalogue. It is a separate process (`toko bot`) and loads a
new catalogue within seconds. Dagster neither starts nor stops it.

**If it does not answer:** `toko doctor` checks Telegram, the bot's token and the catalogue.
""",
    ),
}
COLUMNS: Final = {
    "restored_database": column_metadata(RESTORED_COLUMNS, {}),
    "price_history": column_metadata(HISTORY_COLUMNS, HISTORY_ORIGINS),
}
"""Column metadata of the assets that do not report it with each materialisation."""


def labelled(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Return an asset with its label, and with its columns if they are declared here."""
    name = spec.key.to_user_string()
    return with_label(spec, LABELS[name]).merge_attributes(metadata=COLUMNS.get(name, {}))


def with_label(spec: dg.AssetSpec, label: Label) -> dg.AssetSpec:
    """Return an asset with the given label."""
    return spec.replace_attributes(
        description=label.description.strip(), group_name=label.group, owners=OWNERS, tags=TAGS, kinds=set(label.kinds)
    )
