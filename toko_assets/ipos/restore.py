"""Restores only the rows of a backup's needed tables, into a separate database.

A dump is untrusted. It contains functions, triggers, views, domains, defaults and settings of old and new servers, and
`pg_restore` runs some of its SQL with any options (the entry SEARCHPATH, the definition of a TABLE DATA entry). So
`pg_restore` never connects to the server: it only decompresses the rows of the listed tables. This module creates the
tables, with the columns that the dump's COPY statement names, and sends the rows to its own COPY statement. No SQL of a
dump reaches the server, so none can run or fail.
"""

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import psycopg
from psycopg import sql

from toko_assets.ipos.archive.contents import Archive, Entry, NotABackupError, as_dumped
from toko_assets.ipos.archive.photo_column import NUMBER, PHOTO
from toko_assets.ipos.archive.schema import (
    WrongSchemaError,
    dumped_columns,
    optional_problems,
    readable_tables,
    schema_problems,
    unread_columns,
)
from toko_assets.ipos.needed_tables import ITEM, NEEDED, RESTORED, Table
from toko_assets.ipos.rules.item_codes import leave_out_items
from toko_assets.ipos.sandbox.archives import unpacked_rows
from toko_assets.postgres.server import PostgresError, PostgresServer
from toko_core import TokoError

__all__ = [
    "WrongSchemaError", "create_database", "database_exists", "databases", "drop_database", "is_restored", "restore",
    "schema_problems", "skipped_tables",
]  # fmt: skip

UNFINISHED_DATABASE = "_unfinished"
"""The suffix of a database's name until all of its rows are restored."""

AT_ONCE = 2
"""Tables that are restored in parallel. The items, with their photos, take as long as all others together."""

WRONG_ROWS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.TooManyColumns,
)
"""Errors of the server about the rows. Its other errors are its own, such as a full disk or a lost connection."""


def _silent(_: str, __: str) -> None:
    pass


def restore(
    server: PostgresServer, archive: Archive, database: str, left_out: Callable[[str, str], None] = _silent
) -> dict[str, int]:
    """Restore an excerpt's tables into a new database of that name, replacing an old one. Return the rows per table.

    Items that no code tells apart are in a table of their own (see `rules/item_codes.py`). `left_out` is called with
    the name of each optional table that cannot be restored, and the reason. The database gets its name only when it is
    complete. Raises PostgresError if the rows do not fit their tables, IncompleteBackupError if they are damaged,
    WrongSchemaError if a needed table is missing.
    """
    for table in NEEDED:
        _ensure_rows_dumped(archive, table)
    for name, reason in optional_problems(archive).items():
        left_out(name, reason)
    tables = readable_tables(archive)
    jobs = [[table] for table in tables if not table[0].optional] + [[table for table in tables if table[0].optional]]
    unfinished = database + UNFINISHED_DATABASE
    with server.administer() as connection:
        for name in (unfinished, database):
            drop_database(connection, name)
        _create_database(connection, unfinished, archive)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            rows = list(chain(*pool.map(lambda job: _copy_tables(server, unfinished, archive, job), jobs)))
        counts: dict[str, int] = {}
        for (table, _), count in zip(tables, rows, strict=True):
            if isinstance(count, int):
                counts[table.name] = count
            else:
                left_out(table.name, count)
        with server.connect(unfinished) as connection:
            counts[ITEM.name] -= leave_out_items(connection)
    except BaseException:
        with (
            contextlib.suppress(psycopg.Error, TokoError),  # if the server is gone, the first error counts
            server.administer() as connection,
        ):
            drop_database(connection, unfinished)
        raise
    with server.administer() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(database))
        )
    return counts


def database_exists(server: PostgresServer, database: str) -> bool:
    """Whether a complete database with that name exists."""
    with server.administer() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def is_restored(server: PostgresServer, database: str, tables: Mapping[str, int]) -> bool:
    """Whether the database exists, and its tables still have the number of rows that were restored.

    The tables are UNLOGGED, so a server that crashed and restarted has emptied them.
    """
    if not database_exists(server, database):
        return False
    with server.connect(database) as connection:
        return all(_count(connection, table) == rows for table, rows in tables.items())


def databases(server: PostgresServer, prefix: str) -> list[str]:
    """List the databases that restore() made for our role, named `<prefix>_<backup id>…`, including unfinished ones.

    The pattern is strict because an external server may hold other people's databases with the same prefix.
    """
    with server.administer() as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba "
            "WHERE r.rolname = current_user AND datname ~ %s",
            [f"^{re.escape(prefix)}_[0-9a-f]{{12}}({UNFINISHED_DATABASE})?$"],
        )
        return sorted(name for (name,) in rows)


def create_database(connection: psycopg.Connection[Any], name: str, encoding: str) -> None:
    """Create an empty database with libc's locale C; a server set up with ICU rejects SQL_ASCII otherwise."""
    connection.execute(
        sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        ).format(sql.Identifier(name), sql.Literal(encoding))
    )


def drop_database(connection: psycopg.Connection[Any], database: str) -> None:
    """Drop the database if it exists, even if somebody is connected."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def skipped_tables(archive: Archive) -> list[str]:
    """Return the tables whose rows are not restored."""
    needed = {table.name for table in RESTORED}
    return sorted(
        e.name for e in archive.entries if e.kind == "TABLE DATA" and not (e.schema == "public" and e.name in needed)
    )


def _ensure_rows_dumped(archive: Archive, table: Table) -> None:
    if archive.table_data(table.name) is None:
        raise WrongSchemaError(f"{archive.name} has no rows of table {table.name}: make the backup again.")


def _create_database(connection: psycopg.Connection[Any], name: str, archive: Archive) -> None:
    try:
        create_database(connection, name, archive.encoding)
    except psycopg.errors.UndefinedObject as error:
        raise NotABackupError(
            f"{archive.name} is in encoding {archive.encoding}, which no PostgreSQL database has: "
            "make the backup with iPOS, or with pg_dump without -E."
        ) from error


def _copy_tables(
    server: PostgresServer, database: str, archive: Archive, tables: Sequence[tuple[Table, Entry]]
) -> list[int | str]:
    """Create tables and copy their rows. Return how many rows each has, or why an optional table is left out."""
    with server.connect(database) as connection:
        connection.execute("SET statement_timeout = 0")  # a server's default limit is meant for queries
        connection.execute(f"SET client_encoding = '{archive.encoding}'".encode())
        return [_copy(connection, archive, table, entry) for table, entry in tables]


def _copy(connection: psycopg.Connection[Any], archive: Archive, table: Table, entry: Entry) -> int | str:
    """Create a table and copy its rows. Statements are sent as bytes in the dump's encoding."""
    unread = unread_columns(archive, table)
    columns = [f"{name} (not read)" if name in unread else name for name in dumped_columns(archive, entry)]
    types = {column.name: NUMBER if column.name == PHOTO else column.type for column in table.columns}
    absent = [column.name for column in table.columns if column.optional and column.name not in columns]
    declared = ", ".join(f"{_quoted(name)} {types.get(name, 'text')}" for name in columns + absent)
    named = ", ".join(map(_quoted, columns))
    try:
        with connection.transaction(), connection.cursor() as cursor:  # an optional table that fails leaves the others
            cursor.execute(as_dumped(f"CREATE UNLOGGED TABLE public.{table.name} ({declared})"))
            with cursor.copy(as_dumped(f"COPY public.{table.name} ({named}) FROM STDIN")) as copy:
                for piece in unpacked_rows(archive, entry):
                    copy.write(piece)
            if table.most_rows is None or cursor.rowcount <= table.most_rows:
                return cursor.rowcount
            raise psycopg.Rollback
    except WRONG_ROWS as error:
        reason = _format_error(error)
        if table.optional:
            return reason
        raise PostgresError(f"{archive.name} could not be restored: {reason}. Make the backup again.") from error
    return f"more than {table.most_rows:,} rows, which no shop has"


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _format_error(error: psycopg.Error) -> str:
    """Format an error in one line.

    Example: `invalid input syntax for type numeric: "x" (COPY tbl_item, line 3, column hargajual1: "x")`.
    """
    context = (error.diag.context or "").partition("\n")[0]
    message = error.diag.message_primary or str(error)
    return " ".join((f"{message} ({context})" if context else message).split())
