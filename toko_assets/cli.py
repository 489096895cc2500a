"""The `toko` command. Each command imports what it needs when it runs, so that help and searches start at once."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from toko_assets.errors import TokoError

if TYPE_CHECKING:
    from toko_assets.settings import Settings

CHAIN = ["raw_backup", "restored_database", "exported_products", "product_catalog"]

console = Console()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="toko", prog_name="toko")
def cli() -> None:
    """Product prices of an iPOS 5 shop: from the backup to an answered search."""


@cli.command()
@click.option(
    "--backup", type=click.Path(path_type=Path), help="This backup file, not the newest of the backup folder."
)
@click.option("--most-lost", type=click.IntRange(0, 100), default=50, show_default=True, metavar="PERCENT",
              help="Publish nothing if more of the last catalogue's products are gone.")  # fmt: skip
def sync(backup: Path | None, most_lost: int) -> None:
    """Take the newest backup through the whole chain and publish the catalogue."""
    sync_backup(_settings(), backup, most_lost / 100)


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), help="Most products shown (default: SEARCH_RESULTS_LIMIT, 10).")
def search(words: Sequence[str], limit: int | None) -> None:
    """Search the published catalogue: name, units, every price and what it applies to, cost."""
    settings = _settings()
    show_searches(settings, [" ".join(words)], limit or settings.search_results_limit)


@cli.command()
@click.option(
    "--products",
    type=click.IntRange(50, 1_000_000),
    default=20_000,
    show_default=True,
    help="Items in the sample backup.",
)
def demo(products: int) -> None:
    """Make a sample backup, take it through the chain, answer a few searches."""
    from toko_assets.demo import run_demo

    run_demo(_settings(), products, console)


@cli.command("sample-backup")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--products", type=click.IntRange(50, 1_000_000), default=20_000, show_default=True, help="Items.")
@click.option(
    "--history",
    type=click.IntRange(0, 100_000_000),
    default=200_000,
    show_default=True,
    help="Rows of sales, purchases and ledgers.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data.")
@click.option("--encoding", type=click.Choice(["UTF8", "WIN1252", "SQL_ASCII"]), default="UTF8", show_default=True,
              help="Of the shop's database.")  # fmt: skip
def sample_backup(out: Path, products: int, history: int, seed: int, encoding: str) -> None:
    """Write a realistic iPOS backup of an invented shop to the file OUT."""
    make_sample(out, products, history, seed, encoding)


@cli.command()
@click.option(
    "--backup", type=click.Path(path_type=Path), help="This backup file, not the newest of the backup folder."
)
def download(backup: Path | None) -> None:
    """Only the first step: take the newest backup."""
    _run(_settings(), CHAIN[:1], _config(backup))


@cli.command()
def extract() -> None:
    """Only the middle steps: restore the backup taken last, and export products and prices as Parquet and CSV."""
    settings = _settings()
    exported = _run(settings, CHAIN[1:3], {})["exported_products"]
    console.print(f"CSV: {_short(exported.csv)}", highlight=False, soft_wrap=True)


@cli.command()
def cleanup() -> None:
    """Remove what is over the limits of KEEP_BACKUPS, MAX_CSV_FILES and KEEP_CATALOGS, and what broken runs left."""
    from toko_assets.cleanup import clean_up

    for line in clean_up(_settings()):
        console.print(line, highlight=False, soft_wrap=True)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def dev(port: int) -> None:
    """Open Dagster's web interface at 127.0.0.1."""
    from toko_assets.run import prepare_dagster_home

    prepare_dagster_home(_settings().data_folder / "dagster")
    workspace = Path(__file__).parent.parent / "workspace.yaml"
    program = Path(sys.executable).with_name("dagster")
    command = [str(program), "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    console.print(f"Dagster's web interface: http://127.0.0.1:{port} (Ctrl-C ends it)", highlight=False)
    for end in (signal.SIGINT, signal.SIGTERM):  # started in the background of a script, they come ignored
        signal.signal(end, signal.SIG_DFL)
    quiet = {"PYTHONWARNINGS": "ignore:Function `dev_command` is superseded"}  # by a tool that we don't need
    os.execve(program, command, {**os.environ, **quiet})  # noqa: S606 - no shell: the arguments are ours


def sync_backup(settings: "Settings", backup: Path | None, most_lost: float = 0.5) -> None:
    """The chain once; says what is served now."""
    catalog = _run(settings, CHAIN, {**_config(backup), "product_catalog": {"most_products_lost": most_lost}})[
        "product_catalog"
    ]
    if catalog.is_new:
        console.print(
            f"[bold]Published[/] {_short(catalog.file)}: {catalog.counts['products']:,} products.",
            highlight=False,
            soft_wrap=True,
        )
    else:
        console.print(
            f"[bold]Nothing new:[/] {_short(catalog.file)} already comes from this backup.",
            highlight=False,
            soft_wrap=True,
        )


def show_searches(settings: "Settings", queries: Sequence[str], limit: int) -> None:
    """Answer searches from the published catalogue, as tables."""
    from toko_assets.search_view import results_table
    from toko_bot.catalog import PublishedCatalog

    catalog = PublishedCatalog.open_current(settings.data_folder / "catalog")
    for query in queries:
        begun = time.perf_counter()
        found = catalog.search(query, limit)
        seconds = time.perf_counter() - begun
        console.print(
            f"\n[bold]{query.replace('[', chr(92) + '[')}[/]  [dim]{len(found)} found in {seconds * 1000:.1f} ms[/]",
            highlight=False,
        )
        console.print(results_table(found) if found else "Nothing near that is in the catalogue.", highlight=False)


def make_sample(out: Path, products: int, history: int, seed: int, encoding: str = "UTF8") -> None:
    """Write a sample backup, from a PostgreSQL of its own that is gone afterwards."""
    import tempfile

    from toko_assets.postgres.embedded import EmbeddedPostgres
    from toko_assets.sample.backup import write_sample_backup

    begun = time.monotonic()
    with (
        console.status("Starting") as status,
        tempfile.TemporaryDirectory(prefix="toko-sample-") as folder,
        EmbeddedPostgres(Path(folder, "postgres")) as server,
    ):
        write_sample_backup(
            server,
            out,
            products=products,
            history=history,
            seed=seed,
            encoding=encoding,
            progress=lambda text: status.update(f"{text} …"),
        )
    size, seconds = out.stat().st_size / 1e6, time.monotonic() - begun
    console.print(
        f"[green]✓[/] {_short(out)}: {products:,} items, {history:,} history rows, {size:,.1f} MB in {seconds:.1f} s",
        highlight=False,
        soft_wrap=True,
    )


def main() -> None:
    """Entry point: an error that we know is one line and exit status 1."""
    from toko_bot.catalog import CatalogError

    try:
        cli()
    except (TokoError, CatalogError) as error:
        Console(stderr=True).print(
            f"[bold red]toko:[/] {str(error).replace('[', chr(92) + '[')}", highlight=False, soft_wrap=True
        )
        sys.exit(1)


def _settings() -> "Settings":
    from toko_assets.settings import load_settings

    return load_settings()


def _config(backup: Path | None) -> dict[str, dict[str, Any]]:
    return {"raw_backup": {"path": str(backup.resolve())}} if backup else {}


def _run(settings: "Settings", assets: list[str], config: dict[str, dict[str, Any]]) -> dict[str, Any]:
    with console.status("Starting Dagster"):
        from toko_assets.run import prepare_dagster_home, run
    prepare_dagster_home(settings.data_folder / "dagster")
    return run(assets, config, console)


def _short(path: Path) -> str:
    """Relative to the working folder where it lies below it."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
