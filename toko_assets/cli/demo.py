"""`toko demo`: makes a sample backup, runs the chain and a few searches. Needs no settings, no network and no shop."""

import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from toko_assets.cli.run import sync_backup
from toko_assets.cli.search_view import show_searches
from toko_assets.cli.terminal import short_path, toko_command
from toko_assets.common.settings import Settings
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.publishing.served import read_served
from toko_assets.sample.backup import DATABASE, write_sample_backup
from toko_assets.sample.items import TODAY
from toko_core import CatalogError, PermanentError
from toko_core.catalog.demo import DEMO_BACKUP, is_demo_backup
from toko_core.files import DataFolder
from toko_core.settings import load
from toko_web.settings import PageSettings

HISTORY_PER_PRODUCT = 10
SEED = 1
CLOSING_TIME = TODAY.time()
"""The time of a sample's last receipt."""
SEARCHES = ("indomi goreng spesial", "aqua 600ml", "minyak goreng 2 lt", "gudang garam", "sunlight jeruk", "rem vario")
RESULTS = 3


def run_demo(settings: Settings, products: int, console: Console) -> None:
    """Run the demo. It rejects a real shop's data folder, because its staff must never see invented prices."""
    _ensure_no_shop(settings)
    sample = settings.inbox / DEMO_BACKUP
    console.rule("A backup of an invented shop", align="left")
    if sample.exists():
        console.print(f"{sample.name} exists already. Remove it to make another one.", highlight=False)
    else:
        make_sample(sample, products, products * HISTORY_PER_PRODUCT, SEED, "UTF8", settings.zone, console)
    console.rule("From the backup to the published catalogue", align="left")
    sync_backup(settings, sample, console)
    console.rule("Searches", align="left")
    show_searches(settings.data_folder, SEARCHES, RESULTS, console, settings.zone)
    console.rule("What next", align="left")
    _show_next_steps(settings, console)


def _show_next_steps(settings: Settings, console: Console) -> None:
    toko = toko_command()
    console.print(
        f"  {toko} search sabun mandi   search for any product\n"
        f"  {toko} dev                  open Dagster's web interface\n"
        f"  {toko} init                 set up your own shop, question by question\n"
        f"  {toko} sync                 publish the prices of your own shop",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"Before that sync, copy an iPOS backup into {short_path(settings.inbox)}, or set BACKUP_FOLDER in the file "
        ".env to the folder where backups arrive. The first backup of your shop replaces the demo's data.",
        highlight=False,
    )
    console.print(
        f"Open the catalogue in a browser: {toko} web, then {load(PageSettings).near_url}",
        highlight=False,
        soft_wrap=True,
    )


def make_sample(
    out: Path,
    products: int,
    history: int,
    seed: int,
    encoding: str,
    zone: ZoneInfo,
    console: Console,
    database: str = DATABASE,
) -> None:
    """Write a sample backup, with a temporary PostgreSQL. Its sales end yesterday, as those of a real backup do."""
    begun = time.monotonic()
    yesterday = datetime.combine(datetime.now(zone).date() - timedelta(days=1), CLOSING_TIME)
    with (
        console.status("Starting PostgreSQL") as status,
        tempfile.TemporaryDirectory(prefix="toko-sample-") as folder,
        EmbeddedPostgres(Path(folder, "postgres"), keep=False) as server,
    ):
        write_sample_backup(
            server, out, products=products, history=history, seed=seed, encoding=encoding, zone=zone, database=database,
            history_end=yesterday,
            progress=lambda step: status.update(f"{step} …"),
        )  # fmt: skip
    size, seconds = out.stat().st_size / 1e6, time.monotonic() - begun
    made = f"{products:,} items, {history:,} history rows, {size:,.1f} MB in {seconds:.1f} s"
    console.print(f"[green]✓[/] {short_path(out)}: {made}", highlight=False, soft_wrap=True)


def _ensure_no_shop(settings: Settings) -> None:
    away = "The demo is for an empty data folder: run it with TOKO_DATA_DIR=demo"
    if settings.backup_folder is not None:
        raise PermanentError(f"BACKUP_FOLDER is set, so this is a shop's installation. {away}, without BACKUP_FOLDER.")
    backups = settings.inbox.glob("*.[iI]5[bB][uU]") if settings.inbox.is_dir() else ()
    if other := next((file.name for file in backups if not is_demo_backup(file.name)), None):
        raise PermanentError(f"There is a backup of a shop in {settings.inbox}: {other}. {away}.")
    served = read_served(DataFolder(settings.data_folder))
    if served is None:
        return
    if served.problem:
        raise CatalogError(served.problem)
    if not served.is_demo:
        name = served.backup.name if served.backup else served.file.name
        raise PermanentError(f"A catalogue from {name} is published here. {away}.")
