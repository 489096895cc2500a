"""`toko keys`: the keys with which programs use the API."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table

from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings
from toko_core import TokoError
from toko_core.people.keys import Keys, Scope
from toko_core.state.database import StateDatabase, state_url

DAYS = 30
"""The days whose requests are counted in the list."""


@contextmanager
def open_keys(settings: Settings) -> Iterator[Keys]:
    """Open the state database. Raises StateError."""
    with closing(StateDatabase(state_url(settings))) as state:
        yield Keys(state)


def add_key(settings: Settings, name: str, scopes: str, level: int | None, console: Console) -> None:
    """Add a key, and print its secret, which nothing can show again. Raises ApiKeyError."""
    with open_keys(settings) as keys:
        key, secret = keys.add(name, _scopes(scopes), level)
    shown = ", ".join(scope for scope in Scope if scope in key.scopes)
    _say(
        console, f"{plain(key.name)} may read {shown}{'' if level is None else f' of level {level}'}. This is the key:"
    )
    _say(console, f"\n    {secret}\n")
    _say(console, "It is shown only now. Send it as `Authorization: Bearer KEY`; docs/api.md says more.")


def list_keys(settings: Settings, console: Console) -> None:
    """Print all keys, with how many requests each made lately."""
    since = (datetime.now(settings.zone) - timedelta(days=DAYS - 1)).date()
    with open_keys(settings) as keys:
        found, uses = keys.all(), keys.uses(since)
    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Scopes", "Level", "Added", "By", f"Requests, {DAYS} days"):
        table.add_column(heading, justify="right" if heading.startswith("Requests") else "left")
    for key in found:
        added = "" if key.added_at is None else f"{key.added_at.astimezone(settings.zone):%Y-%m-%d}"
        table.add_row(
            plain(key.name), ",".join(scope for scope in Scope if scope in key.scopes),
            "all" if key.level is None else str(key.level), added, plain(key.added_by) or "command line",
            f"{uses.get(key.name, 0):,}",
        )  # fmt: skip
    console.print(table) if found else _say(console, "There are no keys: toko keys add NAME --scope prices")


def revoke_key(settings: Settings, name: str, console: Console) -> None:
    """Remove a key. Raises ApiKeyError if there is none of that name."""
    with open_keys(settings) as keys:
        keys.revoke(name)
    _say(console, f"The key {plain(name)} no longer works.")


def _scopes(text: str) -> list[Scope]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in set(Scope)]:
        raise TokoError(f"{unknown[0]} is not a scope: these are {', '.join(Scope)}.")
    return [Scope(name) for name in names]


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
