"""Checks the state database: that it can be used, and that somebody is an owner."""

import stat
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import select

from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.common.settings import Settings
from toko_core.people.store import People
from toko_core.people.view import Role
from toko_core.settings import PeopleSettings, load
from toko_core.state.copies import DamagedError, check_file
from toko_core.state.database import StateDatabase, state_url
from toko_core.state.migrations import is_current
from toko_core.state.tables import people

SUBJECT = "people"


def look_at_people(settings: Settings) -> Iterator[Finding]:
    """Check the state database, which may be in use. Nothing in it is changed, nor is it created."""
    with closing(StateDatabase(state_url(settings), prepares=False)) as state:
        if state.file is not None and not state.file.exists():
            yield good(SUBJECT, "only those of .env: nobody was added yet (docs/people.md)")
            return
        if state.file is not None:
            try:
                check_file(state.file, state.name)
            except DamagedError as error:
                yield wrong(
                    SUBJECT, str(error).removesuffix("."), "`toko restore-backup` brings back the one of a backup."
                )
                return
        with state.read() as connection:
            current = is_current(connection)
        if not current:
            yield note(SUBJECT, f"{state.name} is of an earlier version: the bot changes it when it starts.")
            return
        yield from _look_at_rows(state)
    if state.file is not None and state.file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        yield note(SUBJECT, f"Other users can read {state.file}", f"chmod 600 {state.file}")


def _look_at_rows(state: StateDatabase) -> Iterator[Finding]:
    named = load(PeopleSettings)
    with state.read() as connection:
        stored = set(connection.execute(select(people.c.user_id).where(people.c.shop == state.shop)).scalars())
    if twice := sorted(stored & named.staff):
        yield note(
            SUBJECT, f".env and the state database both name {', '.join(map(str, twice))}: .env counts. If they leave, "
            "remove them from both", "first from .env, then with `toko people remove ID`."
        )  # fmt: skip
    everybody = People(state, named.owners, named.staff).everybody()
    owners = sum(person.role is Role.OWNER for person in everybody)
    yield good(SUBJECT, f"{len(everybody)} have access, {owners} of them as owners; {len(named.staff)} are in .env")
    if everybody and not owners:
        yield wrong(
            SUBJECT, "Nobody is an owner: nobody sees cost or can approve others", "toko people add ID --role owner"
        )
