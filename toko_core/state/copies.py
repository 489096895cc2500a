"""Copies of the state database, for backups: always an SQLite file, whichever kind of database is in use."""

import sqlite3
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, select

from toko_core.state.database import StateDatabase, StateError, file_url
from toko_core.state.migrations import OtherVersionError, is_current
from toko_core.state.tables import metadata, sign_in_links, sign_ins

ROWS = 500
BUSY_SECONDS = 60.0
NOT_RESTORED = frozenset({sign_ins.name, sign_in_links.name})
"""The tables that a restore leaves empty: a sign-in that somebody ended must not begin again."""
REPLACED = ".replaced"
"""The ending of an unusable file that a restore has moved away."""


class DamagedError(StateError):
    """The file is no state database any more."""


def copy_state(state: StateDatabase, target: Path) -> None:
    """Write the database as it is between two changes to a new file, while others change it.

    Raises StateError if it cannot be read, or if it is damaged.
    """
    if state.file is None:
        with closing(StateDatabase(file_url(target))) as copy:
            _copy_rows(state, copy)
    else:
        try:
            with (
                closing(sqlite3.connect(f"{state.file.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as source,
                closing(sqlite3.connect(target)) as file,
            ):
                source.backup(file)
                file.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
        except sqlite3.Error as error:
            raise StateError(f"The state database {state.name} cannot be copied: {error}.") from None
    check_file(target, state.name)


def check_file(file: Path, name: str) -> None:
    """Raise DamagedError, which names the database, if a file is damaged, and StateError if it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:  # locked, or not readable
        raise StateError(f"The state database {name} cannot be read: {error}.") from None
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise DamagedError(f"The state database {name} is damaged: {found}.")


def check_copy(file: Path) -> None:
    """Check a copy, and bring it to this version's tables. Raises StateError."""
    check_file(file, file.name)
    with closing(StateDatabase(file_url(file))) as copy:
        _ = copy.engine


def check_target(state: StateDatabase) -> None:
    """Raise StateError if `restore_state` could not work, for example because a server does not answer."""
    if not _is_unusable(state):
        _ = state.engine


def restore_state(state: StateDatabase, file: Path) -> None:
    """Replace all rows by those of a copy, in one step. Others may use the database meanwhile. Raises StateError.

    Everybody has to sign in again in their browsers. A file that is damaged, or of a newer version, is moved away
    first.
    """
    if state.file is not None and _is_unusable(state):
        for part in (state.file, *(state.file.with_name(state.file.name + end) for end in ("-wal", "-shm"))):
            if part.exists():
                part.replace(part.with_name(part.name + REPLACED))
    with closing(StateDatabase(file_url(file))) as copy:
        _copy_rows(copy, state, NOT_RESTORED)


def _is_unusable(state: StateDatabase) -> bool:
    if state.file is None or not state.file.exists():
        return False
    try:
        check_file(state.file, state.name)
        with closing(StateDatabase(file_url(state.file), prepares=False)) as found, found.read() as connection:
            is_current(connection)
    except (DamagedError, OtherVersionError):
        return True
    return False


def _copy_rows(source: StateDatabase, target: StateDatabase, empty: AbstractSet[str] = frozenset()) -> None:
    """Replace all rows of `target`. The tables named in `empty` get none."""
    tables = metadata.sorted_tables
    with source.read() as reading, target.write() as writing:
        if not source.is_sqlite:
            reading.execution_options(isolation_level="REPEATABLE READ")
        for table in reversed(tables):
            writing.execute(delete(table))
        for table in tables:
            for rows in () if table.name in empty else _rows(reading, table):
                writing.execute(insert(table), rows)
            _count_on(writing, table)


def _rows(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    found = connection.execute(select(table)).mappings()
    while rows := found.fetchmany(ROWS):
        yield [dict(row) for row in rows]


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on after the highest number; SQLite does so by itself."""
    key = next(iter(table.primary_key.columns))
    if connection.dialect.name == "postgresql" and table.autoincrement_column is not None:
        highest = select(func.coalesce(func.max(key), 0)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        connection.execute(select(func.setval(sequence, func.greatest(highest, func.nextval(sequence)))))
