"""Restores the needed tables of a backup, and only their rows, into a database of its own.

A dump carries functions, triggers, views, domains and defaults, of servers old and new, and from anybody's hands.
None of that is created: the tables are made here, with the columns that the dump's COPY statement names, and a filtered
`pg_restore` list brings their rows. So nothing of a dump can run, and whatever depends on it cannot fail.
"""

import re
import tempfile
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from toko_assets.errors import PermanentError
from toko_assets.ipos.archive import Archive, Entry
from toko_assets.ipos.tables import NEEDED, Table
from toko_assets.postgres.server import PostgresError, PostgresServer

MAINTENANCE_DATABASE = "postgres"
UNFINISHED = "_unfinished"
"""Ending of a database's name until all of its rows are there."""

COPY = re.compile(r'COPY (?:"?public"?\.)?"?(?P<table>\w+)"? \((?P<columns>[^()]*)\) FROM stdin;\s*')
COLUMN = re.compile(r'"(?:[^"]|"")+"|[^,\s]+')
DECLARATION = re.compile(r'^\s+(?P<name>"(?:[^"]|"")+"|\w+) (?P<type>[^,\n]+)', re.MULTILINE)


class WrongSchemaError(PermanentError):
    """The dump lacks a needed table or column, or a column has another type."""


def schema_problems(archive: Archive) -> list[str]:
    """What keeps this dump from being an iPOS 5 backup: one line a missing table, missing column or wrong type."""
    return [problem for table in NEEDED for problem in _problems(archive, table)]


def restore(server: PostgresServer, archive: Archive, database: str) -> dict[str, int]:
    """Restore the needed tables into a new database of that name, replacing one; answers the rows of each table.

    The database gets its name only when it is complete. Raises PostgresError with what `pg_restore` said.
    """
    unfinished = database + UNFINISHED
    with server.connect(MAINTENANCE_DATABASE, autocommit=True) as connection:
        for name in (unfinished, database):
            drop_database(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'").format(
                sql.Identifier(unfinished), sql.Literal(archive.encoding)
            )
        )
    try:
        entries = [entry for table in NEEDED if (entry := archive.table_data(table.name))]
        with server.connect(unfinished) as connection:
            for table, entry in zip(NEEDED, entries, strict=True):
                connection.execute(_create_table(table, entry))
        _restore_rows(server, archive, unfinished, entries)
        with server.connect(unfinished) as connection:
            counts = {table.name: _count(connection, table.name) for table in NEEDED}
    except BaseException:
        with server.connect(MAINTENANCE_DATABASE, autocommit=True) as connection:
            drop_database(connection, unfinished)
        raise
    with server.connect(MAINTENANCE_DATABASE, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(database))
        )
    return counts


def database_exists(server: PostgresServer, database: str) -> bool:
    """Whether a database of that name is there, complete."""
    with server.connect(MAINTENANCE_DATABASE) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def databases(server: PostgresServer, prefix: str) -> list[str]:
    """The restored databases, unfinished ones too: `<prefix>_<backup id>…`."""
    with server.connect(MAINTENANCE_DATABASE) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix + "_"])
        return sorted(name for (name,) in rows)


def drop_database(connection: psycopg.Connection[Any], database: str) -> None:
    """Drop it if it is there, whoever is still connected."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def skipped_tables(archive: Archive) -> list[str]:
    """The tables whose rows stay in the file."""
    needed = {table.name for table in NEEDED}
    return sorted(
        e.name for e in archive.entries if e.kind == "TABLE DATA" and not (e.schema == "public" and e.name in needed)
    )


def _restore_rows(server: PostgresServer, archive: Archive, database: str, entries: list[Entry]) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="toko-restore-", suffix=".list") as listing:
        listing.writelines(f"{entry.id};\n" for entry in entries)
        listing.flush()
        try:
            server.run(
                "pg_restore", "--data-only", "--exit-on-error", "--no-owner", "--no-privileges",
                "--use-list", listing.name, "--dbname", database, archive.path,
            )  # fmt: skip
        except PostgresError as error:
            raise PostgresError(
                f"{archive.path.name} could not be restored: {error}. Make the backup again."
            ) from error


def _create_table(table: Table, entry: Entry) -> sql.Composed:
    """The table with the dump's columns: those needed with their types, every other as text."""
    types = {column.name: column.type for column in table.columns}
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types.get(name, "text"))) for name in _columns(entry)
    ]
    return sql.SQL("CREATE UNLOGGED TABLE public.{} ({})").format(
        sql.Identifier(table.name), sql.SQL(", ").join(columns)
    )


def _columns(entry: Entry) -> list[str]:
    """The columns that a TABLE DATA entry's COPY statement names.

    The statement is sent to the server as it is in the dump, so it must be exactly a COPY of this table from stdin.
    """
    found = COPY.fullmatch(entry.copy_statement)
    if found is None or found["table"] != entry.name:
        raise WrongSchemaError(
            f"Table {entry.name} was not dumped with COPY: make the backup with iPOS, or pg_dump -Fc."
        )
    return [_unquoted(name) for name in COLUMN.findall(found["columns"])]


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _problems(archive: Archive, table: Table) -> Iterator[str]:
    entry, definition = archive.table_data(table.name), archive.table(table.name)
    if entry is None or definition is None:
        yield f"table {table.name} is missing"
        return
    declared = {_unquoted(m["name"]): m["type"].strip() for m in DECLARATION.finditer(definition.definition)}
    present = set(_columns(entry))
    for column in table.columns:
        if column.name not in present:
            yield f"column {table.name}.{column.name} is missing"
        elif not declared.get(column.name, column.type).startswith(column.declared):
            # A domain is written with its schema (public.uang): its values decide when they are loaded.
            kind = declared[column.name]
            if "." not in kind.split("(")[0]:
                yield f"column {table.name}.{column.name} is {kind}, not {column.type}"


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0
