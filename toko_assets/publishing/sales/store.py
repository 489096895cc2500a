"""Where sales are kept: `data/sales/<backup id>`, only the newest, whole or not at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pyarrow import parquet

from toko_assets.common.records import BackupFile, read_record, write_record
from toko_assets.ipos.sales.read import Sales
from toko_assets.publishing.sales.agreement import Agreement
from toko_core.files import TEMPORARY, DataFolder, keep_newest, whole_folder

SUMMARY: Final = "summary"
ITEMS, UNITS, ASKED = "items.parquet", "units.parquet", "asked.parquet"


@dataclass(frozen=True, slots=True)
class RecentSales:
    """The sales of the 90 days before a backup."""

    backup: BackupFile
    folder: Path
    """items.parquet, units.parquet and asked.parquet. Empty tables if the backup has no sales."""
    read_at: datetime
    """UTC."""
    catalog: str
    """The file name of the catalogue that the prices were compared with."""
    lines: int
    """Lines of the whole history."""
    items: int
    """Items that were sold or returned."""
    types: dict[str, int]
    odd: dict[str, int]
    agreement: Agreement
    problem: str | None = None
    """Why there are no sales."""


def write_sales(folder: DataFolder, summary: RecentSales, sales: Sales) -> None:
    """Store sales, and remove older ones and leftovers of a killed run."""
    for leftover in folder.sales.glob(f"*{TEMPORARY}"):
        keep_newest([leftover], 0)
    with whole_folder(summary.folder) as new:
        for name, table in ((ITEMS, sales.items), (UNITS, sales.units), (ASKED, sales.asked)):
            parquet.write_table(table, new / name, compression="zstd")
        write_record(new, SUMMARY, summary)
    keep_newest((path for path in folder.sales.iterdir() if path.is_dir()), 0, besides=[summary.folder])


def last_sales(folder: DataFolder) -> RecentSales | None:
    """Return what was stored last; None before the first time, or if this version cannot read it."""
    found = sorted(folder.sales.glob(f"*/{SUMMARY}.json"), key=lambda file: file.stat().st_mtime_ns)
    whole = [file.parent for file in found if not file.parent.name.endswith(TEMPORARY)]
    return read_record(whole[-1], SUMMARY, RecentSales) if whole else None
