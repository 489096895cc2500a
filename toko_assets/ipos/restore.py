"""Restores the needed tables of a backup, and only their rows, into a database of its own.

A dump carries functions, triggers, views, domains, defaults and settings, of servers old and new, and from anybody's
hands; `pg_restore` runs some of its SQL whatever one asks of it (the entry SEARCHPATH, the definition of a TABLE DATA
entry). So it is not let near the server: it unpacks the rows of the tables on a filtered list. The tables are made
here, with the columns that the dump's COPY statement names, and the rows are sent to a COPY statement of ours. No SQL
of a dump reaches the server: none can run, and none can fail.
"""

import contextlib
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import sql

from toko_assets.ipos.archive.contents import Archive, Entry, NotABackupError
from toko_assets.ipos.archive.copy_rows import as_dumped, unpacked_rows
from toko_assets.ipos.archive.photo_column import NUMBER, PHOTO
from toko_assets.ipos.archive.schema import WrongSchemaError, dumped_columns, schema_problems
from toko_assets.ipos.needed_tables import NEEDED, Table
from toko_assets.postgres.server import PostgresError, PostgresServer
from toko_core.errors import TokoError, TransientError

__all__ = [
    "WrongSchemaError", "create_database", "database_exists", "databases", "drop_database", "ensure_rows", "restore",
    "schema_problems", "skipped_tables",
]  # fmt: skip

UNFINISHED_DATABASE = "_unfinished"
"""Ending of a database's name until all of its rows are there."""

AT_ONCE = 2
"""Tables: unpacking the items, with their photos, takes as long as all the rest."""

WRONG_ROWS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.TooManyColumns,
)
"""What the server says of rows that it cannot take. Its other errors are its own: no room, no connection."""


def restore(server: PostgresServer, archive: Archive, database: str) -> dict[str, int]:
    """Restore an excerpt's tables into a new database of that name, replacing one; answers the rows of each table.

    The database gets its name only when it is complete. Raises PostgresError if the rows don't fit their tables,
    IncompleteBackupError if they are damaged, WrongSchemaError if a needed table is missing.
    """
    tables = [(table, _data(archive, table)) for table in NEEDED]
    unfinished = database + UNFINISHED_DATABASE
    with server.administer() as connection:
        for name in (unfinished, database):
            drop_database(connection, name)
        _create_database(connection, unfinished, archive)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            rows = list(pool.map(lambda table: _copy(server, unfinished, archive, *table), tables))
    except BaseException:
        with (
            contextlib.suppress(psycopg.Error, TokoError),  # a server that is gone: what it said first counts
            server.administer() as connection,
        ):
            drop_database(connection, unfinished)
        raise
    with server.administer() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(database))
        )
    return {table.name: count for (table, _), count in zip(tables, rows, strict=True)}


def database_exists(server: PostgresServer, database: str) -> bool:
    """Whether a database of that name is there, complete."""
    with server.administer() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def ensure_rows(connection: psycopg.Connection[Any], restored: Mapping[str, int]) -> None:
    """Raise TransientError unless the tables still have the rows that were restored into them.

    They are UNLOGGED: a server that crashed and came back by itself has emptied them.
    """
    for table, rows in restored.items():
        if (found := _count(connection, table)) != rows:
            raise TransientError(
                f"Table {table} of {connection.info.dbname} has {found:,} rows, not the {rows:,} that were restored: "
                "PostgreSQL crashed since. Run `toko sync` again."
            )


def databases(server: PostgresServer, prefix: str) -> list[str]:
    """The restored databases, unfinished ones too: those of our role, named `<prefix>_<backup id>…` by restore().

    Nothing else, whatever its name begins with: an external server may hold databases of other people.
    """
    with server.administer() as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba "
            "WHERE r.rolname = current_user AND datname ~ %s",
            [f"^{re.escape(prefix)}_[0-9a-f]{{12}}({UNFINISHED_DATABASE})?$"],
        )
        return sorted(name for (name,) in rows)


def create_database(connection: psycopg.Connection[Any], name: str, encoding: str) -> None:
    """Make an empty database. With libc's locale C: a server set up with ICU could not take SQL_ASCII otherwise."""
    connection.execute(
        sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        ).format(sql.Identifier(name), sql.Literal(encoding))
    )


def drop_database(connection: psycopg.Connection[Any], database: str) -> None:
    """Drop it if it is there, whoever is still connected."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def skipped_tables(archive: Archive) -> list[str]:
    """The tables whose rows stay in the file."""
    needed = {table.name for table in NEEDED}
    return sorted(
        e.name for e in archive.entries if e.kind == "TABLE DATA" and not (e.schema == "public" and e.name in needed)
    )


def _data(archive: Archive, table: Table) -> Entry:
    entry = archive.table_data(table.name)
    if entry is None:
        raise WrongSchemaError(f"{archive.name} has no rows of table {table.name}: make the backup again.")
    return entry


def _create_database(connection: psycopg.Connection[Any], name: str, archive: Archive) -> None:
    try:
        create_database(connection, name, archive.encoding)
    except psycopg.errors.UndefinedObject as error:
        raise NotABackupError(
            f"{archive.name} is in encoding {archive.encoding}, which no PostgreSQL database has: "
            "make the backup with iPOS, or with pg_dump without -E."
        ) from error


def _copy(server: PostgresServer, database: str, archive: Archive, table: Table, entry: Entry) -> int:
    """Make a table and bring its rows; answers how many. Statements go as bytes, in the encoding of the dump."""
    columns = dumped_columns(archive, entry)
    types = {column.name: NUMBER if column.name == PHOTO else column.type for column in table.columns}
    declared = ", ".join(f"{_quoted(name)} {types.get(name, 'text')}" for name in columns)
    named = ", ".join(map(_quoted, columns))
    try:
        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # a server's own limit is meant for questions
            cursor.execute(f"SET client_encoding = '{archive.encoding}'".encode())
            cursor.execute(as_dumped(f"CREATE UNLOGGED TABLE public.{table.name} ({declared})"))
            with cursor.copy(as_dumped(f"COPY public.{table.name} ({named}) FROM STDIN")) as copy:
                for piece in unpacked_rows(archive, entry):
                    copy.write(piece)
            return cursor.rowcount
    except WRONG_ROWS as error:
        raise PostgresError(f"{archive.name} could not be restored: {_said(error)}. Make the backup again.") from error


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _said(error: psycopg.Error) -> str:
    """In one line: `invalid input syntax for type numeric: "x" (COPY tbl_item, line 3, column hargajual1: "x")`."""
    context = (error.diag.context or "").partition("\n")[0]
    said = error.diag.message_primary or str(error)
    return " ".join((f"{said} ({context})" if context else said).split())
