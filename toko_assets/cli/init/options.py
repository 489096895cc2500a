"""The options of `toko init`. An option has the name of its setting: `--shop-name` is SHOP_NAME."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

PLAIN = {
    "SHOP_NAME": "The shop's name.",
    "SHOP_TIMEZONE": "WIB, WITA, WIT, or the name of a time zone.",
    "TOKO_DATA_DIR": "The folder for everything that is written (default: data).",
    "BACKUP_FOLDER": "The folder in which iPOS backups arrive.",
    "DROPBOX_APP_KEY": "The app key of the shop's Dropbox app (docs/dropbox.md).",
    "DROPBOX_FOLDER_PATH": "The folder of the backups in Dropbox (default: /IPOS).",
    "IPOS_DATABASE": "Which iPOS database is the shop's, if there are backups of several.",
    "OWNER_USERS": "The Telegram ids of the owners, separated by commas.",
    "ALLOWED_USERS": "The Telegram ids of the staff, separated by commas.",
    "CATALOG_URL": "The public https address of the catalogue's pages, if they get one (docs/https.md).",
    "WEB_PORT": "The port of the web interface (default: 3000).",
}
"""The settings with an option, and its help."""
SECRET = {
    "DROPBOX_REFRESH_TOKEN": "A file with the token that `toko dropbox-login` prints.",
    "TELEGRAM_BOT_TOKEN": "A file with the token that @BotFather gave.",
}
"""The secrets with an option, which names a file: other users of a machine can read the command line of a process."""


def init_options(command: Callable[..., None]) -> Callable[..., None]:
    """Declare the options of `toko init`."""
    given = [click.option(option(name), help=text) for name, text in PLAIN.items()]
    files = [
        click.option(option(name), type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", help=text)
        for name, text in SECRET.items()
    ]
    others = [
        click.option("--dropbox", is_flag=True, help="Backups are read from Dropbox, without a Dropbox program."),
        click.option("--no-bot", is_flag=True, help="Do not set up the Telegram bot now."),
        click.option("--way", type=click.Choice(["bare", "compose"]), help="Without containers, or Docker Compose."),
        click.option("--sync/--no-sync", default=None, help="Whether to run the first sync here."),
        click.option("--search", metavar="WORDS", help="What to search for after the first sync."),
        click.option("-y", "--yes", is_flag=True, help="Ask nothing: keep the present answers and the defaults."),
    ]
    for declare in reversed([*given, *files, *others]):
        command = declare(command)
    return command


def option(name: str) -> str:
    """Return the option that answers the question for a setting."""
    return "--" + name.lower().replace("_", "-") + ("-file" if name in SECRET else "")


def how_to_give(name: str) -> str:
    """Return how the answer for a setting can be given without a question."""
    return f"{option(name)} FILE, or {name} in the environment" if name in SECRET else option(name)


def given_answers(options: dict[str, Any]) -> dict[str, str]:
    """Return the answers that the options give, by the name of the setting. Raises OSError and UnicodeDecodeError."""
    answers = {name: options[name.lower()] for name in PLAIN if options[name.lower()]}
    for name in SECRET:
        if file := options[f"{name.lower()}_file"]:
            with click.open_file(str(file), encoding="utf-8") as content:
                answers[name] = content.read().strip()
    return answers
