"""Checks the set-up: names in `.env`, the time zone, Dagster's home."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import yaml  # type: ignore[import-untyped]

from toko_assets.cli.containers.preflight import find_problems
from toko_assets.cli.dagster_home import DAGSTER_FILES, is_shipped, set_dagster_home
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.cli.terminal import short_path
from toko_assets.common.settings import Settings
from toko_assets.publishing.index.synonyms import describe_lines
from toko_core.files import nearest_existing
from toko_core.search.language.synonyms import load_synonyms
from toko_core.settings import NAMES, env_file, misspelt_names, readable_secret

OF_INDONESIA = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
COMPOSE_FILES = ("docker-compose.yml", "compose.yml")
OF_CONTAINERS = ("POSTGRES_PASSWORD", "DOCKER_GID")
"""Settings that only an installation in containers has."""
SHOWN_PROBLEMS = 5
"""The most problems of SYNONYMS_FILE that doctor shows. The check in Dagster shows all of them."""


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """Check how the settings work together. Each by itself is valid, otherwise they could not be loaded."""
    written = env_file()
    yield from (note("settings", sentence) for sentence in misspelt_names())
    if "DAGSTER_HOME" in written and not os.environ.get("DAGSTER_HOME"):
        yield note("settings", "DAGSTER_HOME in .env has no effect", "set it in the environment.")
    if secret := readable_secret():
        yield note("settings", secret)
    in_containers = os.environ.get("POSTGRES_PASSWORD") or written.get("POSTGRES_PASSWORD")
    if settings.db_host is None and settings.db_password is not None and not in_containers:
        yield note("settings", "DB_PASSWORD is set but not DB_HOST: the embedded PostgreSQL is used, which needs none.")
    if settings.backup_source == "folder" and settings.dropbox_refresh_token is not None:
        yield note("settings", "DROPBOX_REFRESH_TOKEN has no effect: BACKUP_SOURCE is folder.")
    given = sorted(name for name in NAMES if os.environ.get(name) or written.get(name))
    yield good("settings", f"set: {', '.join(given)}" if given else "none is set: the defaults are used")


def look_at_time_zone(settings: Settings) -> Iterator[Finding]:
    """Check the time zone, which applies to the times in backups."""
    name = settings.shop_timezone
    here = f"{datetime.now(ZoneInfo(name)):%Y-%m-%d %H:%M}"
    if name in OF_INDONESIA:
        yield good("time zone", f"{name}: in the shop it is {here} {OF_INDONESIA[name]}")
    else:
        yield note("time zone", f"{name} is not in Indonesia: in the shop it is {here}? If not, set SHOP_TIMEZONE.")


def look_at_synonyms(settings: Settings) -> Iterator[Finding]:
    """Check the shop's own synonyms, as the next sync will read them."""
    if settings.synonyms is None:
        return
    synonyms = load_synonyms(settings.synonyms)
    shown = synonyms.problems[:SHOWN_PROBLEMS]
    yield from (note("synonyms", f"SYNONYMS_FILE: {problem}") for problem in shown)
    if more := len(synonyms.problems) - len(shown):
        yield note("synonyms", f"SYNONYMS_FILE: {more:,} more problems; the check synonyms_understood shows them.")
    if synonyms.shop_lines:
        yield good("synonyms", f"SYNONYMS_FILE: {describe_lines(synonyms)}")
    elif not synonyms.problems:
        yield note("synonyms", f"SYNONYMS_FILE: {settings.synonyms} has no synonyms, only comments or blank lines")


def look_at_hosts(settings: Settings) -> Iterator[Finding]:
    """List the names that the web interface answers to."""
    names = ", ".join(["this machine", *sorted(settings.hosts.all_names)])
    yield good("web hosts", f"the web interface answers to {names}; further names: ALLOWED_HOSTS")


def look_at_dagster(settings: Settings) -> Iterator[Finding]:
    """Check that Dagster's home is writable and that its configuration can be loaded."""
    home = set_dagster_home(settings)
    file = home / "dagster.yaml"
    reason = _unwritable(home)
    if reason and not _stores_elsewhere(file):
        yield wrong("Dagster", f"{home} cannot be written ({reason})", "set DAGSTER_HOME, or its owner.")
        return
    if not home.exists():
        yield good("Dagster", f"the first sync will create {short_path(home)}")
        return
    if not file.exists():
        yield note("Dagster", f"{short_path(home)} has no dagster.yaml: the next sync creates it.")
        return
    try:
        with dg.DagsterInstance.from_config(str(home)):
            pass
    except Exception as error:  # a file that somebody edited may cause any error
        reason = " ".join(str(error).split())
        yield wrong("Dagster", f"{file} cannot be used ({reason})", "remove it, the next sync creates a valid one.")
        return
    kept = "the storage in PostgreSQL responds" if reason else f"{short_path(home)} is writable"
    yield good("Dagster", f"{kept}, its dagster.yaml is valid")
    if not is_shipped(file) and (missing := list(_missing(_load(DAGSTER_FILES / file.name), _load(file)))):
        yield note(
            "Dagster",
            f"{short_path(file)} was edited, so it is not replaced, and it lacks: {'; '.join(missing)}. Add these "
            "lines, or remove the file: the next sync copies the current one.",
        )


def _unwritable(home: Path) -> str | None:
    """Return the reason why the folder cannot be written, or None."""
    try:
        with tempfile.TemporaryFile(dir=nearest_existing(home)):
            return None
    except OSError as error:
        return error.strerror or str(error)


def _stores_elsewhere(file: Path) -> bool:
    """Whether Dagster's storage is in PostgreSQL, as in containers. Then its home needs no write permission."""
    try:
        return "postgres" in _load(file)["storage"]
    except (OSError, yaml.YAMLError, LookupError, TypeError):
        return False


def _missing(ours: Mapping[str, Any], theirs: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the settings of ours that another configuration lacks. A setting with another value is a decision."""
    for name, value in ours.items():
        path = f"{above}{name}"
        if name not in theirs:
            yield yaml.safe_dump({path: value}, default_flow_style=True, width=1000).strip()[1:-1]
        elif path != "storage" and isinstance(value, Mapping) and isinstance(theirs[name], Mapping):
            yield from _missing(value, theirs[name], f"{path}.")


def _load(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text())
    return content if isinstance(content, dict) else {}


def look_at_containers(_: Settings) -> Iterator[Finding]:
    """Check what `make up` checks, if `.env` in this folder is that of an installation in containers."""
    here = Path.cwd()
    if not any((here / name).is_file() for name in COMPOSE_FILES) or not any(map(env_file().get, OF_CONTAINERS)):
        return
    problems = list(find_problems(here))
    yield from ((note if problem.is_warning else wrong)("containers", problem.line) for problem in problems)
    if not problems:
        yield good("containers", "Docker, .env, ports and the disk are ready for `make up`")
