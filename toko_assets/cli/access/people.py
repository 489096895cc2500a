"""`toko people`: who may use the bot, from the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings
from toko_core import TokoError
from toko_core.people.audit import Audit, Entry
from toko_core.people.person import Person
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.settings import PeopleSettings, load
from toko_core.state.database import StateDatabase, state_url

ROLES = {role.name.lower(): role for role in Role}
"""The names of the roles on the command line: owner, staff, customer."""
OF_ENV = "in .env"


@contextmanager
def open_people(settings: Settings) -> Iterator[People]:
    """Open the state database, and yield the people of it and of `.env`. Raises StateError."""
    with closing(StateDatabase(state_url(settings))) as state:
        named = load(PeopleSettings)
        yield People(state, named.owners, named.staff)


def list_people(settings: Settings, console: Console) -> None:
    """Print everybody who has access."""
    with open_people(settings) as people:
        everybody = people.everybody()
    table = Table(box=None, pad_edge=False)
    for heading in ("ID", "Name", "Role", "Level", "Stock", ""):
        table.add_column(heading, justify="right" if heading == "ID" else "left")
    for person in everybody:
        username = f" @{person.username}" if person.username else ""
        table.add_row(
            str(person.user_id), plain(f"{person.name}{username}".strip()), person.role.name.lower(), _level(person),
            "yes" if person.stock else "no", OF_ENV if person.from_settings else "",
        )  # fmt: skip
    console.print(table)
    if not any(person.role is Role.OWNER for person in everybody):
        console.print("[yellow]![/] Nobody is an owner: toko people add ID --role owner", highlight=False)


def add_person(settings: Settings, user_id: int, role: str, level: int | None, name: str, console: Console) -> None:
    """Give somebody access, or replace what they have. Raises PeopleError."""
    with open_people(settings) as people:
        person = people.add(user_id, None, ROLES[role], level=level or None, name=name)
    _say(console, f"{plain(person.label)} has access: {describe(person)}.")


def change_person(
    settings: Settings, user_id: int, role: str | None, level: int | None, stock: bool | None, name: str | None,
    console: Console,
) -> None:  # fmt: skip
    """Change what is given. A level of 0 is all levels. Raises PeopleError."""
    if all(given is None for given in (role, level, stock, name)):
        raise TokoError("Nothing to change: give --role, --level, --stock, --no-stock or --name.")
    with open_people(settings) as people:
        person = people.change(
            user_id, None, role=ROLES[role] if role else None, level=... if level is None else level or None,
            stock=stock, name=name,
        )  # fmt: skip
    _say(console, f"{plain(person.label)}: {describe(person)}.")


def remove_person(settings: Settings, user_id: int, console: Console) -> None:
    """Take somebody's access away. Raises PeopleError."""
    with open_people(settings) as people:
        person = people.remove(user_id, None)
    _say(console, f"{plain(person.label)} has no access any more. What they did stays in `toko people audit`.")


def erase_person(settings: Settings, user_id: int, console: Console) -> None:
    """Take somebody's access away and erase their id and names. Raises PeopleError."""
    with open_people(settings) as people:
        people.erase(user_id, None)
    _say(console, f"{user_id} has no access, and the database does not say any more who it was. Earlier backups do.")


def show_audit(settings: Settings, lines: int, console: Console) -> None:
    """Print the newest entries of the audit list."""
    with closing(StateDatabase(state_url(settings))) as state:
        entries = Audit(state).last(lines)
    for entry in entries:
        _say(console, plain(_line(entry, settings.zone)))
    if not entries:
        _say(console, "Nothing was changed yet.")


def describe(person: Person) -> str:
    """Return the role, and what it is shown: `customer, level 2, without stock`."""
    level = "all levels" if person.level is None else f"level {person.level}"
    return f"{person.role.name.lower()}, {level}{'' if person.stock else ', without stock'}"


def _level(person: Person) -> str:
    return "all" if person.level is None else str(person.level)


def _line(entry: Entry, zone: ZoneInfo) -> str:
    by = "command line" if entry.by_id is None and not entry.by else entry.by
    details = ", ".join(f"{name}: {_shown(value)}" for name, value in entry.details.items())
    subject = f" {entry.subject}" + (f" ({entry.subject_id})" if entry.subject_id else "")
    return f"{_time(entry.at, zone)}  {by}: {entry.action}{subject.rstrip()}{details and f'  {details}'}"


def _shown(value: object) -> str:
    match value:
        case list():
            return " → ".join(map(_shown, value))
        case None:
            return "all"
        case bool():
            return "yes" if value else "no"
        case str() if value in set(Role):
            return Role(value).name.lower()
    return str(value)


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
