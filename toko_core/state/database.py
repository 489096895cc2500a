"""The state database: what people change while the program runs, shared by the bot's replicas and the chain.

By default it is an SQLite file in TOKO_DATA_DIR/state; STATE_URL names a PostgreSQL database for several machines.
Whoever opens it first brings it to this version's tables, while others wait.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from toko_core import TransientError
from toko_core.files import DataFolder
from toko_core.state.engines import BEGIN, WRITE_LOCK, connect, create, postgres_engine, prepare, sqlite_engine
from toko_core.state.migrations import OtherVersionError

log = logging.getLogger(__name__)

SHOP = "toko"
"""The id of the shop, which every row carries. There is one shop today."""
FILE = "state.db"
RETRY_SECONDS = 5.0
"""After a failed attempt to open the database, every use fails at once for this time, so that nobody waits for it."""
ADVICE = {
    "newer toko": "upgrade toko",
    "malformed": "`toko restore-backup` brings back the one of a backup",
    "not a database": "`toko restore-backup` brings back the one of a backup",
}
"""What to do, by a part of the reason."""

NOT_OURS = frozenset({"3F000", "42501", "42703", "42P01"})
"""PostgreSQL's codes for a schema, right, column or table that is missing: the database is not as we made it."""


class StateError(TransientError):
    """The state database cannot be used. The message is one line that says which one, why, and what to do."""


class StateSettings(Protocol):
    """The settings that say where the state database is."""

    @property
    def folder(self) -> DataFolder: ...
    @property
    def state_url(self) -> SecretStr | None: ...


def open_state(settings: StateSettings) -> "StateDatabase":
    """Open the state database of the shop, and bring it to this version's tables.

    If that fails, this logs a line, and returns it with a `problem`: each use tries again, and raises StateError.
    """
    state = StateDatabase(state_url(settings))
    try:
        _ = state.engine
    except StateError as error:
        log.warning("%s", error)
    return state


def state_url(settings: StateSettings) -> str | URL:
    """Return the address of the database: STATE_URL, or that of the file."""
    if settings.state_url is not None:
        return settings.state_url.get_secret_value()
    return file_url(settings.folder.state / FILE)


def file_url(file: Path) -> URL:
    """Return the address of a file, whatever characters its path has: `?` ends the path in an address of text."""
    return URL.create("sqlite", database=str(file))


class StateDatabase:
    """The state database of one shop. Safe to use from several threads and processes.

    It is opened at its first use. It is opened again in a forked process, and when its file was replaced.
    """

    def __init__(self, url: str | URL, shop: str = SHOP, *, prepares: bool = True) -> None:
        """`url` is that of SQLAlchemy, or `postgresql://…`. Raises StateError if it is none.

        Unless it `prepares`, it neither creates the database nor changes its tables, whichever version they are of.
        """
        self.shop = shop
        self._prepares = prepares
        self.problem: str | None = None
        """Why the database could not be used the last time, in one line; None if it could."""
        try:
            self._url = make_url(url)
        except (ArgumentError, ValueError):  # the message has the password
            raise StateError("STATE_URL is not the address of a database.") from None
        if not self.is_sqlite:
            self._url = self._url.set(drivername="postgresql+psycopg")
        self._opening = threading.RLock()
        self._engine: Engine | None = None
        self._writing: Engine | None = None
        self._identity: tuple[int, ...] = ()
        self._retry_at = 0.0
        self._watching = threading.Lock()
        self._watched: tuple[Engine, sqlite3.Connection] | None = None
        """A connection that changes nothing: SQLite tells each connection of the changes of the others."""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, and not a PostgreSQL database."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file; None for PostgreSQL."""
        return Path(self._url.database or FILE).absolute() if self.is_sqlite else None

    @property
    def name(self) -> str:
        """The file or the address, without the password, for people."""
        return str(self.file or self._url.set(drivername="postgresql").render_as_string(hide_password=True))

    @property
    def engine(self) -> Engine:
        """The engine of the opened and migrated database. Prefer `read` and `write`. Raises StateError."""
        if self._engine is not None and self._identity == self._identify():
            return self._engine
        with self._opening:
            if self._engine is None or self._identity != self._identify():
                self._open()
            assert self._engine is not None  # noqa: S101 - for mypy: _open raises otherwise
            return self._engine

    @contextmanager
    def read(self, *, once: bool = False) -> Iterator[Connection]:
        """Provide a connection that sees one state of the database; with `once`, for one quick query.

        Raises StateError.
        """
        with self._reported(), self.engine.connect() as connection:
            if once and not self.is_sqlite:  # one round trip to the server instead of three
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Provide a connection whose changes all happen, or none if the block raises. Writers wait for each other.

        Raises StateError.
        """
        with self._reported():
            _ = self.engine
            assert self._writing is not None  # noqa: S101 - for mypy
            with self._writing.begin() as connection:
                if not self.is_sqlite:  # SQLite has one writer by itself
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})"))
                yield connection

    def version(self) -> object | None:
        """Return a value that is another one after each change by any process; None if only a query can tell.

        With SQLite this takes some microseconds. Raises StateError.
        """
        engine = self.engine
        if self.file is None:
            return None
        with self._reported(), self._watching:
            if self._watched is not None and self._watched[0] is not engine:
                self._watched[1].close()
                self._watched = None
            if self._watched is None:
                self._watched = (engine, connect(self.file))
            return (engine, self._watched[1].execute("PRAGMA data_version").fetchone())

    def overwrite_erased(self) -> None:
        """Remove from the disk what was erased: SQLite keeps it in its log until the next checkpoint."""
        if self.is_sqlite:
            with self._reported(), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections. Another use opens it again."""
        with self._opening, self._watching:
            self._dispose()
            if self._watched is not None:
                self._watched[1].close()
            self._watched = None

    def _open(self) -> None:
        if self.problem is not None and time.monotonic() < self._retry_at:
            raise StateError(self.problem)
        self._dispose()
        try:
            self._engine = self._opened()
        except StateError:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            raise
        self._writing = self._engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._identity = self._identify()

    def _opened(self) -> Engine:
        try:
            with self._reported():
                if self.file and self._prepares:
                    create(self.file)
                engine = sqlite_engine(self.file) if self.file else postgres_engine(self._url)
                try:
                    if self._prepares:
                        prepare(engine)
                except BaseException:
                    engine.dispose()
                    raise
                return engine
        except OtherVersionError as error:
            raise self._problem(str(error)) from None
        except OSError as error:
            raise self._problem(error.strerror or str(error)) from None

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose(close=self._identity[:1] == (os.getpid(),))  # a fork's connections are its parent's
        self._engine = self._writing = None

    def _identify(self) -> tuple[int, ...]:
        """Return what changes if this is another process, or the file another file."""
        if (file := self.file) is None:
            return (os.getpid(),)
        try:
            found = file.stat()
        except OSError:
            return (os.getpid(), 0, 0)
        return (os.getpid(), found.st_dev, found.st_ino)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Raise errors of the database as StateError, and remember the last one."""
        try:
            yield
        except (IntegrityError, ProgrammingError) as error:
            if getattr(error.orig, "sqlstate", None) not in NOT_OURS:  # an error of a statement
                raise
            raise self._problem(str(error.orig).strip().splitlines()[0]) from None
        except DBAPIError as error:
            if not self.is_sqlite and (error.connection_invalidated or error.statement is None):
                with self._opening:
                    self._dispose()
                    self._retry_at = time.monotonic() + RETRY_SECONDS
            lines = str(error.orig).strip().splitlines()
            reasons = [line for line in lines if not line.startswith("\t")]  # libpq's questions to the administrator
            raise self._problem((reasons or lines)[-1]) from None  # the traceback may hold the password
        except NoConnectionError:
            raise self._problem("all connections are in use") from None
        except sqlite3.Error as error:
            raise self._problem(str(error)) from None
        self.problem = None

    def _problem(self, reason: str) -> StateError:
        advice = next((what for part, what in ADVICE.items() if part in reason), "")
        self.problem = f"The state database {self.name} cannot be used: {reason}{advice and f': {advice}'}."
        return StateError(self.problem)
