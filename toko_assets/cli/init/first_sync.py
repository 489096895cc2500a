"""The end of `toko init`: the first sync, a search, and what to do next."""

from pathlib import Path

from toko_assets.cli.init.answers import Answers
from toko_assets.cli.terminal import toko_command
from toko_assets.common.data_disk import check_data_disk, close_to_others
from toko_assets.common.process import importing
from toko_assets.common.settings import Settings, load_settings
from toko_core.files import DataFolder

RESULTS = 3


def sync_and_search(answers: Answers, words: str | None) -> None:
    """Publish the newest backup with the settings that were written, and search. Raises TokoError."""
    console, settings = answers.console, load_settings()
    console.rule("First sync", align="left")
    check_data_disk(settings)
    close_to_others(settings)
    with console.status("Starting Dagster"), importing():
        from toko_assets.cli.run import sync_backup
        from toko_assets.cli.search_view import show_searches
    sync_backup(settings, None, console)
    console.rule("Search", align="left")
    words = words or answers.ask("Search for", _some_product(settings), missing="")
    show_searches(settings.data_folder, [words], RESULTS, console, settings.zone)


def _some_product(settings: Settings) -> str:
    """Return the name of a product that the shop sells."""
    from toko_core.catalog.reader import PublishedCatalog

    products = PublishedCatalog.open_current(DataFolder(settings.data_folder).catalog).products
    sold = (number for number in range(len(products)) if products.is_sold(number))
    return products.name(next(sold, 0)) if len(products) else "indomie"


def show_next_steps(answers: Answers, *, in_containers: bool, synced: bool) -> None:
    """Print the commands that follow."""
    port, toko = answers.present("WEB_PORT") or "3000", toko_command()
    if in_containers:
        up = "make up" if Path("Makefile").exists() else "docker compose up -d"
        steps = [(up, "starts everything, and syncs the newest backup")]
    else:
        steps = [
            (f"{toko} up", "runs everything, until Ctrl-C"),
            (f"{toko} service install", "runs everything as a service, also after a reboot"),
        ]
        if not synced:
            steps.insert(0, (f"{toko} sync", "publishes the newest backup"))
    steps.append((f"{toko} doctor", "checks everything"))
    width = max(len(command) for command, _ in steps)
    for command, what in steps:
        answers.say(f"  {command:<{width}}  {what}")
    name = "CATALOG_PORT" if in_containers else "CATALOG_LISTEN"
    pages = (answers.present(name) or "8000").rpartition(":")[2]
    answers.say(
        f"The catalogue is then at http://127.0.0.1:{pages} in a browser, and Dagster's web interface at "
        f"http://127.0.0.1:{port}."
    )
    if answers.env.get("TELEGRAM_BOT_TOKEN") and not answers.env.get("ALLOWED_USERS"):
        answers.say(
            "Staff: each of them sends the bot a message. The owners get one with buttons, and decide who may search."
        )
