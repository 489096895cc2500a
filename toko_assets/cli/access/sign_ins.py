"""`toko people password`, `passwords` and `sign-ins`: how people sign in on the catalogue's pages."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from toko_assets.cli.terminal import plain
from toko_assets.common.settings import Settings
from toko_core import TokoError
from toko_core.people.passwords import LONGEST, Passwords
from toko_core.people.person import Person
from toko_core.people.sign_ins import SignIns
from toko_core.people.store import People
from toko_core.settings import PeopleSettings, load
from toko_core.state.database import StateDatabase, state_url


@dataclass(frozen=True, slots=True)
class Stores:
    """What the commands read and change."""

    people: People
    passwords: Passwords
    sign_ins: SignIns

    def find(self, who: str) -> Person:
        """Return the one person whom an id or a name means. Raises TokoError if it is nobody, or several."""
        everybody, wanted = self.people.everybody(), who.strip().removeprefix("@").casefold()
        by_sign_in = {each.person_id for each in self.passwords.all() if each.sign_in_name == wanted}
        exact = [each for each in everybody if wanted in _names(each) or each.user_id in by_sign_in]
        found = exact or [each for each in everybody if wanted and wanted in each.name.casefold()]
        if len(found) == 1:
            return found[0]
        if not found:
            raise TokoError(f"Nobody with access has the name or id {who}: `toko people list` shows all.")
        ids = ", ".join(f"{each.label} ({each.user_id})" for each in found)
        raise TokoError(f"{who} may be {ids}: give the id.")


@contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """Open the state database. Raises StateError."""
    with closing(StateDatabase(state_url(settings))) as state:
        named = load(PeopleSettings)
        yield Stores(People(state, named.owners, named.staff), Passwords(state), SignIns(state))


def set_password(
    settings: Settings, who: str, sign_in_name: str | None, from_stdin: bool, console: Console
) -> None:  # fmt: skip
    """Set somebody's password. It is asked for twice, or is the first line of the standard input.

    Raises PasswordError.
    """
    with open_stores(settings) as stores:
        person = stores.find(who)
        password = _read_line() if from_stdin else _ask(person)
        like = [settings.shop_name]
        stores.passwords.set(person, password, None, sign_in_name=sign_in_name, like=like)
        found = stores.passwords.find(str(person.user_id))
        name = found.sign_in_name if found is not None else ""
    names = f"{name} or {person.user_id}" if name else str(person.user_id)
    _say(console, f"{plain(person.label)} signs in as {plain(names)}. Their other sign-ins have ended.")


def remove_password(settings: Settings, who: str, console: Console) -> None:
    """Remove somebody's password, and end the sign-ins that it made. Raises PasswordError."""
    with open_stores(settings) as stores:
        person = stores.find(who)
        stores.passwords.remove(person, None)
    _say(console, f"{plain(person.label)} has no password any more. The bot's /web still signs them in.")


def list_passwords(settings: Settings, console: Console) -> None:
    """Print who has a password, and since when."""
    with open_stores(settings) as stores:
        found = stores.passwords.all()
        known = {each.user_id: each for each in stores.people.everybody()}
    table = _table("ID", "Name", "Signs in as", "Password set")
    for each in found:
        name = known[each.person_id].name if each.person_id in known else "(has no access)"
        at = _time(each.set_at, settings)
        table.add_row(str(each.person_id), plain(name), plain(each.sign_in_name or str(each.person_id)), at)
    console.print(table) if found else _say(console, "Nobody has a password. The bot's /web signs people in.")


def list_sign_ins(settings: Settings, who: str | None, end: bool, console: Console) -> None:
    """Print the browsers in which somebody is signed in, or everybody; or end all of these sign-ins."""
    with open_stores(settings) as stores:
        person = stores.find(who) if who is not None else None
        found = stores.sign_ins.all(person.user_id if person else None)
        if end:
            ended = stores.sign_ins.end([each.number for each in found], None)
            _say(console, f"{ended} sign-ins have ended." if ended != 1 else "1 sign-in has ended.")
            return
        known = {each.user_id: each for each in stores.people.everybody()}
    table = _table("ID", "Name", "Device", "By", "Since", "Last used")
    for each in found:
        name = known[each.person_id].name if each.person_id in known else ""
        table.add_row(
            str(each.person_id), plain(name or each.name), plain(each.device), each.way.value,
            _time(each.began_at, settings), _time(each.seen_at, settings),
        )  # fmt: skip
    console.print(table) if found else _say(console, "Nobody is signed in.")


def _names(person: Person) -> set[str]:
    return {str(person.user_id), person.name.casefold(), person.username.casefold()} - {""}


def _ask(person: Person) -> str:
    if not sys.stdin.isatty():
        raise TokoError("There is no terminal to ask for the password: give it with --stdin.")
    label = f"New password of {plain(person.label)}"
    return str(click.prompt(label, hide_input=True, confirmation_prompt="Once more"))


def _read_line() -> str:
    try:
        return sys.stdin.readline(LONGEST + 2).removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise TokoError("The password is not UTF-8 text.") from None


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading == "ID" else "left")
    return table


def _time(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
