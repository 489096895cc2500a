"""The `toko` command. Each command imports its dependencies when it runs, so that --help and searches start quickly."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from toko_assets.cli.access.commands import keys, people
from toko_assets.cli.init.options import init_options
from toko_assets.cli.loading import load_data_settings, load_settings
from toko_assets.cli.terminal import plain, short_path
from toko_assets.common.process import importing, tune_process
from toko_core import TokoError

console = Console()
Command = Callable[..., None]


PORT = "Of the web interface (default: WEB_PORT, 3000)."
LIMITS = {
    "most_lost": "most_products_lost", "most_changed": "most_prices_changed", "most_jumped": "most_prices_jumped",
    "most_below_cost": "most_below_cost", "most_unpriced": "most_unpriced", "most_unpriced_sold": "most_unpriced_sold",
}  # fmt: skip
"""The field of the run config that each option of `toko sync` sets."""


def _limit(option: str, default: int, exceeded: str) -> Callable[[Command], Command]:
    """Declare a limit of `toko sync`, in percent."""
    return click.option(
        option, type=click.IntRange(0, 100), default=default, show_default=True, metavar="PERCENT",
        help=f"Publish nothing if more {exceeded}.",
    )  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="toko", prog_name="toko")
def cli() -> None:
    """Product prices of an iPOS 5 shop, from the backup to the search result."""
    tune_process()


@cli.command()
@click.option(
    "--backup", type=click.Path(path_type=Path), help="This backup file, not the newest of the backup folder."
)
@_limit("--most-lost", 50, "of the last catalogue's products are gone")
@_limit("--most-changed", 40, "of the prices changed, and their median change is over 45 %")
@_limit("--most-jumped", 5, "of the prices are now threefold or more, or a third or less")
@_limit("--most-below-cost", 15, "of the items had their price cut to their cost or below it")
@_limit("--most-unpriced", 5, "of the items lost their price")
@_limit("--most-unpriced-sold", 20, "of the sold items have no price")
@click.option("--allow-zero-groups", is_flag=True, default=False,
              help="Publish even if a whole brand or category lost its prices.")  # fmt: skip
@click.option("--adopt", metavar="DATABASE", help="From now on, the shop's backups are those of this iPOS database.")
@click.option("--no-wait", is_flag=True, help="If another sync is running, exit with status 1 immediately.")
def sync(backup: Path | None, adopt: str | None, no_wait: bool, allow_zero_groups: bool, **most: int) -> None:
    """Run the whole chain with the newest backup of the shop, and publish the catalogue."""
    settings = load_data_settings()
    with console.status("Starting Dagster"), importing():
        from toko_assets.cli.run import sync_backup
    limits = {LIMITS[name]: percent / 100 for name, percent in most.items()}
    config = {
        "exported_products": {"most_unpriced_sold": limits.pop("most_unpriced_sold")},
        "product_catalog": {**limits, "allow_zero_groups": allow_zero_groups},
    }
    sync_backup(settings, backup, console, config, adopt=adopt, wait=not no_wait)


@cli.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), help="Maximum of products (default: SEARCH_RESULTS_LIMIT, 5).")
def search(words: Sequence[str], limit: int | None) -> None:
    """Search the published catalogue. Shows names, units, every price with its conditions, and costs."""
    from toko_assets.cli.search_view import show_searches

    settings = load_settings()
    show_searches(
        settings.data_folder, [" ".join(words)], limit or settings.search_results_limit, console, settings.zone
    )


@cli.command()
@click.option(
    "--products",
    type=click.IntRange(50, 1_000_000),
    default=20_000,
    show_default=True,
    help="Number of items in the sample backup.",
)
def demo(products: int) -> None:
    """Make a sample backup, run the chain with it, and show a few searches."""
    settings = load_data_settings()
    from toko_assets.cli.demo import run_demo

    run_demo(settings, products, console)


@cli.command("sample-backup")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--products", type=click.IntRange(50, 1_000_000), default=20_000, show_default=True, help="Items.")
@click.option(
    "--history",
    type=click.IntRange(0, 100_000_000),
    default=200_000,
    show_default=True,
    help="Number of rows in sales, purchases and ledgers.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data.")
@click.option("--encoding", type=click.Choice(["UTF8", "WIN1252", "SQL_ASCII"]), default="UTF8", show_default=True,
              help="Encoding of the shop's database.")  # fmt: skip
@click.option("--database", default="i5_TOKO_CONTOH", show_default=True, help="Name of the shop's database.")
def sample_backup(out: Path, products: int, history: int, seed: int, encoding: str, database: str) -> None:
    """Write a realistic iPOS backup of an invented shop to the file OUT."""
    from toko_assets.cli.demo import make_sample
    from toko_core.settings import ShopSettings, load

    try:
        make_sample(out, products, history, seed, encoding, load(ShopSettings).zone, console, database)
    except ValueError as error:  # options that the sample maker rejects
        raise click.UsageError(str(error)) from error


@cli.command()
@click.option(
    "--backup", type=click.Path(path_type=Path), help="This backup file, not the newest of the backup folder."
)
def download(backup: Path | None) -> None:
    """Run only the first step: fetch the newest backup."""
    settings = load_data_settings()
    with console.status("Starting Dagster"), importing():
        from toko_assets.cli.run import local_file, run_assets
    run_assets(settings, ["raw_backup"], console, local_file(backup) if backup else {"newest_again": {}})


@cli.command()
def extract() -> None:
    """Run only the middle steps: restore the last fetched backup, and export products and prices as Parquet and CSV."""
    settings = load_data_settings()
    with console.status("Starting Dagster"), importing():
        from toko_assets.cli.run import run_assets
    exported = run_assets(settings, ["restored_database", "exported_products"], console)["exported_products"]
    console.print(f"CSV: {short_path(exported.csv)}", highlight=False, soft_wrap=True)


@cli.command()
def sales() -> None:
    """Read what the shop sold in the 90 days before the served backup, and compare the till's prices with ours."""
    settings = load_data_settings()
    with console.status("Starting Dagster"), importing():
        from toko_assets.cli.sales import read_sales
    read_sales(settings, console)


@cli.command("dropbox-login")
@click.option("--app-key", help="The app key of the shop's Dropbox app (default: DROPBOX_APP_KEY).")
def dropbox_login(app_key: str | None) -> None:
    """Give this program access to the shop's Dropbox (needed once). Prints the lines for .env."""
    from dotenv import dotenv_values

    from toko_assets.backups.dropbox_login import log_in

    known = app_key or os.environ.get("DROPBOX_APP_KEY") or dotenv_values(".env").get("DROPBOX_APP_KEY")
    log_in(
        known or click.prompt("App key of the Dropbox app (docs/dropbox.md says where it is)"), console, click.prompt
    )


@cli.command()
@init_options
def init(**options: Any) -> None:
    """Ask for what a shop must set, check the machine, write .env, then sync and search.

    Each answer can be given as an option, and also in the environment, by the name of its setting. Secrets are given
    in a file or in the environment, because other users can read a command line. Without a terminal nobody is asked.
    """
    with console.status("Starting"):
        from toko_assets.cli.init.run import run_init
    run_init(options, console)


@cli.command()
def cleanup() -> None:
    """Remove files over the limits of KEEP_BACKUPS, MAX_CSV_FILES and KEEP_CATALOGS, and leftovers of crashed runs."""
    settings = load_data_settings()
    from toko_assets.postgres.access import PostgresAccess
    from toko_assets.publishing.cleanup import clean_up

    for line in clean_up(settings, PostgresAccess(settings)):
        console.print(plain(line), highlight=False, soft_wrap=True)


@cli.command()
@click.argument("to", required=False)
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Remove all but the N newest backups of that folder.")
def backup(to: str | None, keep: int | None) -> None:
    """Save what brings the shop back to one file: catalogues, records, price history, Dagster's history.

    TO is a folder (default: the working folder), a new file, or - for the standard output. Nothing has to stop for it.
    """
    settings = load_data_settings()
    from toko_assets.cli.upkeep.backup import make_backup

    make_backup(settings, to, keep, Console(stderr=True) if to == "-" else console)


@cli.command("restore-backup")
@click.argument("source", metavar="FROM")
@click.option("--check", is_flag=True, help="Only check that FROM is complete and can be restored here.")
def restore_backup(source: str, check: bool) -> None:
    """Bring the shop back to what `toko backup` saved. This is not for backups of iPOS: `toko sync` reads those.

    FROM is the file, or - for the standard input, or the folder of a backup that an earlier version made. Nothing
    changes until all of it was checked. Stop `toko up` first; a bot of its own may run.
    """
    settings = load_data_settings()
    from toko_assets.cli.dev.lock import keep_stopped
    from toko_assets.cli.upkeep.restore import check_backup
    from toko_assets.cli.upkeep.restore import restore_backup as restore

    check_backup(settings, source, console) if check else restore(settings, source, keep_stopped, console)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, for other programs.")
def doctor(as_json: bool) -> None:
    """Check every setting and everything that a sync and the bot need. Says what is wrong and what to do."""
    with Console(stderr=as_json).status("Starting"):
        from toko_assets.cli.doctor import print_json, run_doctor
    if not (print_json() if as_json else run_doctor(console)):
        sys.exit(1)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False)
def report(file: Path | None) -> None:
    """Write what a supporter needs to know into a new text file that is safe to send. `-`: to standard output."""
    with Console(stderr=True).status("Starting"):
        from toko_assets.cli.report import write_report
    write_report(file, console)


@cli.command()
@click.option("--check", is_flag=True, help="Only check that the bot works and has data. Exit status 1 if not.")
def bot(check: bool) -> None:
    """Run the Telegram bot. It polls Telegram, or serves a webhook if WEBHOOK_URL is set."""
    from toko_core import SettingError

    try:
        from toko_bot.__main__ import BotError, run_bot

        run_bot(check=check)
    except ModuleNotFoundError as error:
        raise TokoError(f"The bot needs {error.name}: install what requirements/bot.txt lists.") from error
    except (SettingError, BotError) as error:
        raise TokoError(str(error)) from error


@cli.command()
@click.option("--check", is_flag=True, help="Only check that the newest catalogue is served. Exit status 1 if not.")
def web(check: bool) -> None:
    """Serve the catalogue's pages and API at CATALOG_LISTEN, 127.0.0.1:8000 by default. Ctrl-C ends it."""
    from toko_core import SettingError

    try:
        from toko_web.__main__ import WebError, run_web

        run_web(check=check)
    except ModuleNotFoundError as error:
        raise TokoError(f"The pages need {error.name}: install what requirements/web.txt lists.") from error
    except (SettingError, WebError) as error:
        raise TokoError(str(error)) from error


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), help=PORT)
def dev(port: int | None) -> None:
    """Serve Dagster's web interface at 127.0.0.1."""
    settings = load_data_settings()
    from toko_assets.cli.dagster_home import prepare_dagster_home
    from toko_assets.cli.dev import run_dev

    prepare_dagster_home(settings)
    run_dev(port or settings.web_port, console)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), help=PORT)
def up(port: int | None) -> None:
    """Run everything: the chain, Dagster's web interface at 127.0.0.1, and the Telegram bot. Ctrl-C ends it."""
    settings = load_data_settings()
    from toko_assets.cli.dagster_home import prepare_dagster_home
    from toko_assets.cli.up import run_up

    prepare_dagster_home(settings)
    run_up(port or settings.web_port, console)


@cli.group()
def service() -> None:
    """Run `toko up` as a systemd service of this folder, from boot on."""


@service.command()
@click.option("--port", type=click.IntRange(1, 65535), help=PORT)
def install(port: int | None) -> None:
    """Install and start the service, or start it again with changed settings. Waits until all parts work."""
    from toko_assets.cli import service

    settings = load_settings()
    service.install(settings, port or settings.web_port, console)


@service.command()
def remove() -> None:
    """End the service and remove it. All data stay."""
    from toko_assets.cli import service

    service.remove(load_settings(), console)


@service.command()
def status() -> None:
    """Show each part of the service, or of a `toko up` in a terminal. Exit status 1 if one does not work."""
    from toko_assets.cli import service

    if not service.show_status(load_settings(), console):
        sys.exit(1)


@service.command()
@click.option("-n", "--lines", type=click.IntRange(1), default=100, show_default=True, help="How many to show.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
def logs(lines: int, follow: bool) -> None:
    """Show the log of the service."""
    from toko_assets.cli import service

    service.show_logs(lines, follow)


cli.add_command(people)
cli.add_command(keys)


class Benchmarks(click.Group):
    """A group with the `command` of each `benchmarks/NAME/command.py`, which exists only in a checkout."""

    def list_commands(self, _: click.Context) -> list[str]:
        return ["bot", "search", "sync", "web"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        try:
            command: click.Command = import_module(f"benchmarks.{name}.command").command
        except ModuleNotFoundError as error:
            raise TokoError("The benchmarks are not part of an installed toko: run them in a checkout.") from error
        return command

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ModuleNotFoundError as error:
            raise TokoError(f"The benchmark needs {error.name}: run `make clean install`.") from error


@cli.group(cls=Benchmarks)
def bench() -> None:
    """Run benchmarks, from a checkout. They compare this program with the first version."""


def main() -> None:
    """Run the command. A known error prints one line and gives exit status 1."""
    _open_closed_streams()
    try:
        cli()
    except TokoError as error:
        _fail(str(error))
    except OSError as error:
        file = error.filename2 or error.filename  # the second is what could not be written
        _fail(f"{error.strerror}: {file}" if file else str(error))


def _open_closed_streams() -> None:
    """Replace standard streams that the caller has closed: a data file would get their numbers, and what is printed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - it stays open


def _fail(message: str) -> None:
    """Print an error as one line, also if PostgreSQL or the operating system has said more, and exit with status 1."""
    message = " ".join(line for part in message.splitlines() if (line := part.strip()))
    Console(stderr=True).print(f"[bold red]toko:[/] {plain(message)}", highlight=False, soft_wrap=True)
    sys.exit(1)
