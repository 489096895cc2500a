"""`toko demo`: a sample backup, the chain, a few searches. Needs no settings, no network and no shop."""

import importlib
from typing import TYPE_CHECKING

from rich.console import Console

from toko_assets.errors import PermanentError
from toko_bot.catalog import current_file, read_info

if TYPE_CHECKING:
    from toko_assets.settings import Settings

SAMPLE = "i5_CONTOH.i5bu"
HISTORY_PER_PRODUCT = 10
SEED = 1
SEARCHES = ("indomi goreng spesial", "aqua 600ml", "minyak goreng 2 lt", "gudang garam", "sunlight jeruk")
RESULTS = 3


def run_demo(settings: "Settings", products: int, console: Console) -> None:
    """Refuses a data folder that belongs to a real shop: its staff must never see invented prices."""
    cli = importlib.import_module("toko_assets.cli")
    _ensure_no_shop(settings)
    sample = settings.inbox / SAMPLE
    console.rule("A backup of an invented shop", align="left")
    if sample.exists():
        console.print(f"{sample.name} is there already.", highlight=False)
    else:
        cli.make_sample(sample, products, products * HISTORY_PER_PRODUCT, SEED)
    console.rule("From the backup to the published catalogue", align="left")
    cli.sync_backup(settings, sample)
    console.rule("Searches", align="left")
    cli.show_searches(settings, SEARCHES, RESULTS)
    console.rule("What next", align="left")
    console.print(
        "  toko search sabun mandi     search for anything\n"
        "  make dev                    Dagster's web interface: graph, checks, Materialize all\n"
        "  toko sync                   your own prices, after setting BACKUP_FOLDER to where iPOS puts its backups\n"
        f"  rm -r {settings.toko_data_dir}                  forget the demo\n"
        "The command is .venv/bin/toko; after `source .venv/bin/activate` it is toko.",
        highlight=False,
        soft_wrap=True,
    )


def _ensure_no_shop(settings: "Settings") -> None:
    away = "The demo is for an empty data folder: run it with TOKO_DATA_DIR=demo"
    if settings.backup_folder is not None:
        raise PermanentError(f"BACKUP_FOLDER is set, so this is a shop's installation. {away}, without BACKUP_FOLDER.")
    current = current_file(settings.data_folder / "catalog")
    if current is not None and (name := read_info(current)["backup_name"]) != SAMPLE:
        raise PermanentError(f"A catalogue from {name} is published here. {away}.")
