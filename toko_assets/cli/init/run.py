"""The conversation of `toko init`. Nothing is changed before the last question, which is whether to write `.env`."""

import os
import secrets
import stat
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console

from toko_assets.cli.containers.docker import (
    DATABASE_VOLUME,
    SOCKET,
    Container,
    Docker,
    DockerError,
    find_containers,
    find_docker,
    find_volumes,
)
from toko_assets.cli.doctor.finding import Finding, Mark
from toko_assets.cli.init.answers import Answers, find_problems
from toko_assets.cli.init.backups import choose_backups
from toko_assets.cli.init.env_file import EnvFile
from toko_assets.cli.init.first_sync import show_next_steps, sync_and_search
from toko_assets.cli.init.machine import (
    free_port,
    look_at_disk,
    look_at_installation,
    look_at_machine,
    port_problem,
    running_dev,
)
from toko_assets.cli.init.options import given_answers, how_to_give
from toko_assets.cli.init.telegram import choose_bot
from toko_assets.cli.init.time_zone import choose_time_zone
from toko_assets.cli.terminal import plain
from toko_assets.common.data_disk import data_disk_problem
from toko_assets.common.settings import Settings
from toko_bot.settings import BotSettings
from toko_core import PermanentError, SettingError
from toko_core.settings import ENV_FILE, SECRETS, ShopSettings, env_warnings
from toko_web.settings import PageSettings

BARE, COMPOSE = "bare", "compose"
WAYS = [(BARE, "without containers: `toko up`"), (COMPOSE, "in containers, with Docker Compose: `make up`")]
PASSWORDS = ("POSTGRES_PASSWORD", "DB_PASSWORD")
PASSWORD_BYTES = 24
PAGES = {"CATALOG_LISTEN": "127.0.0.1:8000", "CATALOG_PORT": "8000"}
"""Where the catalogue's pages are, by the setting that changes it."""
MASK = "********"


class Containers(NamedTuple):
    """A Docker that can run the containers, and what it has of ours."""

    docker: Docker
    volumes: set[str]
    """Of an installation: an earlier one, or one that runs."""
    running: list[Container]
    group: str
    """For DOCKER_GID."""


def run_init(options: dict[str, Any], console: Console) -> None:
    """Ask what the options leave open, write `.env`, sync and search.

    Without a terminal, or with --yes, nobody is asked. Raises TokoError in one line if an answer is missing or wrong,
    and click.Abort if the person ends it: `.env` is then as it was.
    """
    asks = sys.stdin.isatty() and sys.stdout.isatty() and not options["yes"]
    answers = Answers(EnvFile(ENV_FILE), console, asks, given_answers(options))
    try:
        answers.take_environment()
        _check_present(answers)
        containers, way = _choose_way(answers, options["way"])
        has_backup = _ask_all(answers, containers, way, dropbox=options["dropbox"], bot=not options["no_bot"])
        console.rule("Settings", align="left")
        _show_changes(answers)
        if _is_new(answers) and not answers.confirm("Write .env?", default=True):
            raise click.Abort
    except (KeyboardInterrupt, click.Abort):
        answers.say("\nStopped: .env is as it was.")
        raise click.Abort from None
    if _is_new(answers):
        answers.env.write()
        answers.say(f"{Mark.GOOD.value} .env is written, for this user only")
    for warning in env_warnings():
        answers.say(f"{Mark.NOTE.value} {plain(warning)}")
    here = options["sync"] if options["sync"] is not None else way == BARE
    if here and has_backup:
        sync_and_search(answers, options["search"])
    console.rule("What next", align="left")
    show_next_steps(answers, in_containers=way == COMPOSE, synced=here and has_backup)


def _check_present(answers: Answers) -> None:
    """Raise SettingError if the present settings are wrong, or OSError if `.env` cannot be written."""
    wrong = dict.fromkeys((*find_problems(Settings), *find_problems(BotSettings), *find_problems(PageSettings)))
    if problems := [problem for problem in wrong if " is missing: " not in problem]:
        raise SettingError(*problems, "Correct that first.")
    folder = ENV_FILE.resolve().parent
    if not os.access(folder, os.W_OK):
        raise PermanentError(f"{folder} cannot be written, so .env cannot: run this in the shop's folder, as its user.")
    kept = " Enter keeps what it says now." if answers.env.exists else ""
    answers.say(f"Settings go to {plain(str(folder / ENV_FILE.name))}, after the last question.{kept}")


def _choose_way(answers: Answers, given: str | None) -> tuple[Containers | None, str]:
    """Look for Docker, and ask whether to use it. Raises PermanentError if it is wanted and cannot be used."""
    socket = answers.present("DOCKER_SOCKET") or SOCKET
    if given != COMPOSE and not Path(socket).exists():
        return None, BARE
    try:
        with answers.console.status("Asking Docker"):
            docker = find_docker()
            running = [container for container in find_containers() if container.is_ours and container.is_running]
            containers = Containers(docker, find_volumes(), running, docker.group(socket))
    except (DockerError, OSError) as error:
        reason = str(error) if isinstance(error, DockerError) else f"{socket}: {error.strerror}."
        if given == COMPOSE:
            raise PermanentError(f"Containers cannot be used. {reason}") from None
        answers.say(f"{Mark.NOTE.value} Without containers. {plain(reason)}")
        return None, BARE
    present = COMPOSE if containers.volumes else BARE
    return containers, given or answers.choose("How will it run?", WAYS, present, "")


def _ask_all(answers: Answers, containers: Containers | None, way: str, *, dropbox: bool, bot: bool) -> bool:
    """Ask for all that a shop must set. Returns whether there is a backup."""
    console = answers.console
    console.rule("This machine", align="left")
    _choose_data_folder(answers, way)
    shop = answers.load(ShopSettings)
    running = containers.running if containers else []
    for finding in (
        *look_at_machine(containers.docker if containers else None),
        *look_at_installation(shop, running),
    ):
        _show(answers, finding)
    is_running = bool(running_dev(shop) or running)
    _choose_port(answers, running=is_running)
    _choose_pages_place(answers, way, running=is_running)
    console.rule("The shop", align="left")
    answers.decide("SHOP_NAME", "Name of the shop", "Toko")
    choose_time_zone(answers)
    console.rule("Backups", align="left")
    has_backup = choose_backups(answers, dropbox=dropbox, compose=way == COMPOSE)
    if way == BARE:
        _show(answers, look_at_disk(answers.load(Settings)))
    if bot:
        console.rule("Telegram", align="left")
        choose_bot(answers)
    if containers and way == COMPOSE:
        _set_up_containers(answers, containers)
    return has_backup


def _choose_data_folder(answers: Answers, way: str) -> None:
    """Set TOKO_DATA_DIR if it is given, or if a sync cannot work on the disk of the usual folder."""
    if "TOKO_DATA_DIR" in answers.given:
        answers.decide("TOKO_DATA_DIR", "Folder for everything that is written")
    if way == COMPOSE:  # a volume
        return
    while problem := data_disk_problem(answers.load(Settings, backup_source="folder")):
        if not answers.asks or "TOKO_DATA_DIR" in answers.given:
            raise PermanentError(problem)
        answers.say(f"{Mark.WRONG.value} {plain(problem)}")
        answers.env.set("TOKO_DATA_DIR", answers.ask("Folder for everything that is written", "~/toko", missing=""))


def _choose_port(answers: Answers, *, running: bool) -> None:
    """Ask for another port of the web interface if the usual one is in use. Raises SettingError.

    `running` says that it may be in use by the installation itself.
    """
    before = answers.env.get("WEB_PORT") or "3000"

    def free(answer: str) -> str:
        if not answer.isdecimal() or not 0 < int(answer) < 65_536:
            raise SettingError("The setting WEB_PORT is wrong: must be a number from 1 to 65535.")
        if (problem := port_problem(int(answer))) and not (running and answer == before):
            raise SettingError(f"{problem}: give another one with {how_to_give('WEB_PORT')}.")
        return answer

    if "WEB_PORT" not in answers.given:
        if running or not (problem := port_problem(int(before))):
            answers.say(f"{Mark.GOOD.value} port {before} is {'used by this installation' if running else 'free'}")
            return
        if not answers.asks:
            free(before)
        answers.say(f"{Mark.NOTE.value} {problem}: another program uses it.")
        answers.given["WEB_PORT"] = answers.ask(
            "Port of the web interface", str(free_port(int(before))), check=free, missing=""
        )
    port = answers.decide("WEB_PORT", "Port of the web interface", check=free)
    for name in ("WEB_URL", "DAGSTER_URL"):  # the default of both has the usual port
        if answers.present(name) in {"", f"http://127.0.0.1:{before}"} and port != before:
            answers.env.set(name, f"http://127.0.0.1:{port}")


def _choose_pages_place(answers: Answers, way: str, *, running: bool) -> None:
    """Set CATALOG_URL if it is given, and another port of the catalogue's pages if the usual one is in use."""
    if "CATALOG_URL" in answers.given:
        answers.decide("CATALOG_URL", "Public address of the catalogue's pages")
    name = "CATALOG_PORT" if way == COMPOSE else "CATALOG_LISTEN"
    host, _, before = (answers.present(name) or PAGES[name]).rpartition(":")
    if running or not (problem := port_problem(int(before))):
        return
    port = free_port(int(before))
    answers.say(f"{Mark.NOTE.value} {problem}: another program uses it. The catalogue's pages get port {port}.")
    answers.env.set(name, f"{host}:{port}" if host else str(port))


def _set_up_containers(answers: Answers, containers: Containers) -> None:
    """Make the passwords of the containers' database, and set the group that may use Docker. Raises PermanentError.

    An installation without containers has none of these settings: `make backup` and `toko doctor` would take it for one
    in containers.
    """
    env = answers.env
    # With DB_HOST, the password is that of a server which somebody else has set up.
    wanted = [name for name in PASSWORDS if name != "DB_PASSWORD" or not answers.present("DB_HOST")]
    missing = [name for name in wanted if not answers.present(name)]
    if DATABASE_VOLUME in containers.volumes and missing:
        raise PermanentError(
            f"There is the database of an earlier installation (volume {DATABASE_VOLUME}), and .env lacks its "
            f"{' and '.join(missing)}: copy that from the .env of then."
        )
    for name in missing:
        env.set(name, secrets.token_hex(PASSWORD_BYTES))
    env.set("DOCKER_GID", containers.group or "0")


def _is_new(answers: Answers) -> bool:
    """Whether `.env` must be written: something changes, or other users can read it."""
    env = answers.env
    is_open = env.exists and bool(ENV_FILE.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    return bool(env.changes or env.repeated or is_open)


def _show_changes(answers: Answers) -> None:
    """Print what will be written. Secrets are masked."""
    for name in answers.env.repeated:
        answers.say(f"{Mark.NOTE.value} {name} stands in .env more than once: only the last line counts, and stays.")
    for change in answers.env.changes:
        before, after = (MASK if value and change.name in SECRETS else value for value in (change.before, change.after))
        answers.say(f"  {change.name}={plain(after)}" + (f"  [dim](was {plain(before)})[/]" if before else ""))
    if not answers.env.changes:
        answers.say("Nothing changes.")


def _show(answers: Answers, finding: Finding) -> None:
    answers.say(f"{finding.mark.value} {finding.subject}: {plain(finding.said)}")
