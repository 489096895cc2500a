"""Finds out where backups arrive, shows the newest one, and which database is the shop's."""

import os
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from toko_assets.backups.choose_source import open_source
from toko_assets.backups.listing import DatedBackup
from toko_assets.backups.shop_database import NoShopDatabaseError
from toko_assets.backups.source import left_out
from toko_assets.cli.doctor.backups import shown_age
from toko_assets.cli.doctor.candidates import HEADER_SECONDS
from toko_assets.cli.doctor.finding import Mark
from toko_assets.cli.init.answers import Answers
from toko_assets.cli.init.options import how_to_give
from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings
from toko_assets.publishing.candidates import Candidates, find_candidates
from toko_assets.publishing.served import read_shop_database
from toko_core import PermanentError, SettingError, TokoError
from toko_core.files import expand_home
from toko_core.settings import ShopSettings
from toko_core.text import moment

DROPBOX = "dropbox"
WINDOWS_PATH = re.compile(r"(?P<drive>[A-Za-z]):[\\/](?P<rest>.*)")
READABLE = 0o005


def choose_backups(answers: Answers, *, dropbox: bool, compose: bool) -> bool:
    """Find out where backups arrive and which are the shop's. Returns whether there is one to sync.

    Raises TokoError if nobody can be asked and an answer is missing or wrong.
    """
    while True:
        try:
            if _choose_source(answers, dropbox=dropbox, compose=compose):
                _set_up_dropbox(answers)
            found = _list(answers)
            return _choose_database(answers, found)
        except TokoError as error:
            if not answers.asks or answers.given.keys() & {"BACKUP_FOLDER", "DROPBOX_FOLDER_PATH", "IPOS_DATABASE"}:
                raise
            answers.say(f"{Mark.WRONG.value} {plain(str(error))}")


def _choose_source(answers: Answers, *, dropbox: bool, compose: bool) -> bool:
    """Ask for the folder. Returns whether it is Dropbox."""
    env = answers.env
    if dropbox or os.environ.get("BACKUP_SOURCE") == DROPBOX:
        if "BACKUP_FOLDER" in answers.given:
            raise SettingError("Backups come from a folder or from Dropbox: give --backup-folder or --dropbox.")
        env.set("BACKUP_SOURCE", DROPBOX)
        return True
    # In containers, the data folder is a volume: the folder of backups must be one of this machine.
    inbox = "" if compose else str(answers.load(ShopSettings).folder.inbox)
    present = DROPBOX if env.get("BACKUP_SOURCE") == DROPBOX else env.get("BACKUP_FOLDER")

    def folder(answer: str) -> str:
        return answer if answer.lower() == DROPBOX else check_folder(answer, inbox, compose=compose)

    if given := answers.given.get("BACKUP_FOLDER"):
        chosen = folder(given)
        answers.say(f"Folder of the backups: {plain(chosen)}")
    else:
        chosen = answers.ask(
            "Folder in which iPOS backups (*.i5bu) arrive, or the word dropbox", present or inbox,
            check=folder, missing=f"BACKUP_FOLDER is missing: give {how_to_give('BACKUP_FOLDER')}, or --dropbox.",
        )  # fmt: skip
    if chosen.lower() == DROPBOX:
        env.set("BACKUP_SOURCE", DROPBOX)
        return True
    env.set("BACKUP_SOURCE", "folder")
    env.set("BACKUP_FOLDER", chosen)
    return False


def check_folder(answer: str, inbox: str, *, compose: bool) -> str:
    """Return a folder as a full path. Creates `inbox`, the folder of ours. Raises PermanentError."""
    if found := WINDOWS_PATH.fullmatch(answer):
        rest = found["rest"].replace("\\", "/")
        raise PermanentError(
            f"{answer} is a path of Windows. In WSL2 it is /mnt/{found['drive'].lower()}/{rest}: type that."
        )
    folder = expand_home(answer).absolute()
    if str(folder) == inbox:
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        raise PermanentError(f"There is no folder {folder}: create it, or is its disk not mounted?")
    if not folder.is_dir():
        raise PermanentError(f"{folder} is not a folder: name the folder that the backups are in.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermanentError(f"{folder} cannot be read: set its permissions (chmod).")
    if compose and ":" in str(folder):
        raise PermanentError(f"{folder} has a colon, and Docker takes no such path: rename the folder.")
    if compose and folder.stat().st_mode & READABLE != READABLE:
        raise PermanentError(f"{folder} cannot be read in containers, by user 10001: chmod o+rx {folder}")
    return str(folder)


def _set_up_dropbox(answers: Answers) -> None:
    """Ask for the app key and the folder, and log in if there is no token. Raises TokoError."""
    from toko_assets.backups.dropbox_login import authorize  # a second, and 150 MB

    env, before = answers.env, answers.env.get("DROPBOX_APP_KEY")
    key = answers.decide("DROPBOX_APP_KEY", "App key of the Dropbox app (docs/dropbox.md says where it is)")
    if token := answers.given.get("DROPBOX_REFRESH_TOKEN"):
        env.set("DROPBOX_REFRESH_TOKEN", token)
    present = key == before and bool(env.get("DROPBOX_REFRESH_TOKEN"))
    if not token and not (present and not answers.confirm("Log in to Dropbox again?", default=False)):
        if not answers.asks:
            raise SettingError(f"DROPBOX_REFRESH_TOKEN is missing: give {how_to_give('DROPBOX_REFRESH_TOKEN')}.")
        env.set("DROPBOX_REFRESH_TOKEN", authorize(key, answers.console, click.prompt))
    answers.decide("DROPBOX_FOLDER_PATH", "Folder of the backups in Dropbox", "/IPOS")


def _list(answers: Answers) -> Candidates:
    """List the backups and read their headers, without writing anything. Raises TokoError."""
    settings = answers.load(Settings)
    source = open_source(settings)
    shop = read_shop_database(settings.folder, settings.ipos_database)
    with answers.console.status("Listing the backups") as status:
        found = find_candidates(
            settings.folder, source, source.listing(), shop, settings.zone, datetime.now(UTC),
            seconds=HEADER_SECONDS, keep=False, progress=lambda step: status.update(f"{plain(step)} …"),
        )  # fmt: skip
    for warning in (*left_out(found.listing), *(backup.date_problem for backup in found.selection.impossible)):
        answers.say(f"{Mark.NOTE.value} {plain(warning)}")
    return found


def _choose_database(answers: Answers, found: Candidates) -> bool:
    """Choose one of several databases, and show the newest backup. Returns whether there is one."""
    selection, zone = found.selection, answers.load(ShopSettings).zone
    wanted = answers.given.get("IPOS_DATABASE", "")
    choices = selection.choices or ({} if selection.suitable else selection.foreign)
    if wanted and wanted != answers.env.get("IPOS_DATABASE"):
        answers.decide("IPOS_DATABASE", "Database of the shop")
        return _choose_database(answers, _list(answers))
    if choices and wanted:
        raise NoShopDatabaseError(
            f"There is no backup of database {wanted} (--ipos-database), only of: {', '.join(choices)}."
        )
    if choices:
        lines = [(name, f"{name}: {_described(backup, zone)}") for name, backup in choices.items()]
        name = answers.choose(
            "There are backups of several databases. Which one is the shop's?", lines, "",
            f"There are backups of {len(choices)} databases ({', '.join(choices)}): give "
            f"{how_to_give('IPOS_DATABASE')}, the shop's.",
        )  # fmt: skip
        answers.env.set("IPOS_DATABASE", name)
        return _choose_database(answers, _list(answers))
    if not selection.suitable:
        answers.say(f"{Mark.NOTE.value} There is no backup yet. The first one that arrives is synced by itself.")
        return False
    newest = selection.suitable[0]
    if not newest.header:
        answers.say(f"{Mark.NOTE.value} {plain(newest.name)} does not begin like a backup: is it complete?")
    database = f", database {newest.header.database}" if newest.header else ""
    answers.say(f"{Mark.GOOD.value} newest backup: {plain(_described(newest, zone) + database)}")
    return True


def _described(backup: DatedBackup, zone: ZoneInfo) -> str:
    """Return the name, size and time of a backup."""
    age = shown_age(datetime.now(UTC) - backup.dumped_at)
    size = f"{backup.listed.size / 1e6:,.1f} MB"
    return f"{backup.name}, {size}, of {moment(backup.dumped_at, zone)} ({age} ago)"
