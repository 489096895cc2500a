"""Opens the state database with SQLAlchemy, and brings its tables to this version."""

import os
import sqlite3
import stat
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, text

from toko_core.state.migrations import OtherVersionError, is_current, migrate

BUSY_SECONDS = 5.0
"""How long a writer waits for another one. Nobody holds the lock for longer than a few writes take."""
CONNECT_SECONDS = 3
STATEMENT_SECONDS = 5
POOL_SECONDS = 3.0
"""How long a thread waits for a connection while others use all of them."""
MIGRATION_LOCK, WRITE_LOCK = 0x746F6B6F, 0x746F6B70
"""The keys of the locks that migrations and writers take in PostgreSQL."""
BEGIN = "toko_begin"
"""The execution option that says how a transaction begins in SQLite."""


def sqlite_engine(file: Path) -> Engine:
    """Return an engine for a file that exists. Nothing is opened yet."""
    engine = create_engine(
        "sqlite://", creator=lambda: connect(file), poolclass=QueuePool, pool_timeout=POOL_SECONDS
    )  # fmt: skip
    event.listen(engine, "connect", _set_up_sqlite)
    # The driver would begin a transaction only at the first change, so that what was read before may be outdated.
    event.listen(engine, "begin", lambda c: c.exec_driver_sql(c.get_execution_options().get(BEGIN, "BEGIN")))
    return engine


def connect(file: Path) -> sqlite3.Connection:
    """Connect to a file that exists."""
    return sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def create(file: Path) -> None:
    """Create an empty file and its folder. The group may use it if it may change the folder, as in containers."""
    if not file.parent.is_dir():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    try:
        if file.parent.stat().st_mode & stat.S_IWGRP:
            with suppress(OSError):  # a disk without permissions
                os.fchmod(handle, 0o660)
    finally:
        os.close(handle)


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, by the event
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten


def postgres_engine(url: URL) -> Engine:
    """Return an engine for a PostgreSQL database. Nothing waits for the server for longer than some seconds."""
    from toko_core.state.postgres import connect_patiently

    engine = create_engine(
        url,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,  # the server may have been started again
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": STATEMENT_SECONDS * 1000,
            "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s",
        },
    )
    event.listen(engine, "do_connect", connect_patiently)
    return engine


def prepare(engine: Engine) -> None:
    """Bring the tables to this version, unless they are. Raises OtherVersionError if they cannot be."""
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with engine.connect() as connection:
        if is_current(connection):
            return
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _migrate_sqlite(connection)
        else:
            from toko_core.state.postgres import waiting_longer

            with waiting_longer(connection), connection.begin():
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                migrate(connection)


def _migrate_sqlite(connection: Connection) -> None:
    """Migrate as SQLite wants it: without foreign keys, because a table is changed by making it anew."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - for mypy
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin():
            migrate(connection)
            if wrong := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise OtherVersionError(f"a row of {wrong[0]} refers to a row that does not exist")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _use_wal(engine: Engine) -> None:
    """Let readers and a writer not wait for each other. It stays so; a disk that cannot do it keeps its own way.

    SQLite does not wait for the lock that this change needs.
    """
    end = time.monotonic() + BUSY_SECONDS
    while True:
        with closing(engine.raw_connection()) as connection:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            else:
                return
        time.sleep(0.02)
