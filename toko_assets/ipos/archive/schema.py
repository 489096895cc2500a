"""Checks the needed tables of a dump: which of them it holds, their columns and column types."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from toko_assets.ipos.archive.contents import Archive, Entry, NotABackupError
from toko_assets.ipos.needed_tables import NEEDED, OPTIONAL, Column, Table

NAME = r'(?:"(?:[^"]|"")[^"]*(?:""[^"]*)*"|[a-z_][a-z0-9_$]*)'
"""An identifier as pg_dump writes it. With --quote-all-identifiers it quotes each of them, and names of types too.

Runs of characters are repeated here, not alternatives of one character: for each time that a group is repeated, `re`
keeps 170 bytes to go back.
"""
TYPE = r"(?=[^,\n(]|\([^)\n]*\))[^,\n(]*(?:\([^)\n]*\)[^,\n(]*)*"
"""A type with its constraints. A comma inside parentheses is part of it."""
PUBLIC = r'(?:public\.|"public"\.)?'
COPY = re.compile(rf"COPY {PUBLIC}(?P<table>{NAME}) \((?P<columns>{NAME}(?:, {NAME})*)\) FROM stdin;\s*")
COLUMN = re.compile(NAME)
DECLARATION = re.compile(rf"^    (?P<name>{NAME}) (?P<type>{TYPE})", re.MULTILINE)
DOMAIN = re.compile(
    rf"CREATE DOMAIN (?:{NAME}\.)?{NAME} AS (?P<type>(?=[^\n(]|\([^)\n]*\))[^\n(]*(?:\([^)\n]*\)[^\n(]*)*)"
)
CUSTOM_TYPE = re.compile(rf"(?:(?P<schema>{NAME})\.)?(?P<name>{NAME})(?![\w.(])")
QUOTED_TYPE = re.compile(r'"(?P<name>[a-z][a-z0-9_]*)"(?!\.)')
"""A quoted name of a type without its schema, such as `"text"`; the type `"char"` is always quoted."""

IPOS_4, SERVER_OF_IPOS_4 = "i4_", "8.4"
"""Prefix of the names of iPOS 4's databases, and its PostgreSQL. It has the same tables, and other price systems."""

MOST_COLUMNS = 1600
"""PostgreSQL's limit for a table."""
DEEPEST_DOMAIN = 8
SHOWN_TYPE = 40
MOST_SHOWN = 5


class WrongSchemaError(NotABackupError):
    """The dump lacks a needed table or column, or a column has another type, or rows were not dumped with COPY."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a dump is not an iPOS 5 backup that can be read."""

    problems: list[str]
    summary: str
    advice: str


def rejection(archive: Archive) -> Rejection | None:
    """Return why the dump is rejected, or None for a whole iPOS 5 backup. Raises as `dumped_columns`."""
    if is_of_ipos_4(archive.database):
        database = _printable(archive.database)
        summary = f"{archive.name} is a backup of iPOS 4 (database {database}), not of iPOS 5."
        return Rejection([database], summary, "Choose a backup that iPOS 5 wrote.")
    if part := _missing_part(archive):
        summary = f"{archive.name} is not a whole iPOS 5 backup: {part}."
        return Rejection([part], summary, "Make the backup with iPOS, or with pg_dump -Fc and no other option.")
    if problems := schema_problems(archive):
        summary = f"{archive.name} is not an iPOS 5 backup: {'; '.join(problems)}."
        old = archive.server_version.startswith(SERVER_OF_IPOS_4)
        ipos = "iPOS 4, whose PostgreSQL it is from" if old else "an older iPOS"
        return Rejection(problems, summary, f"Is it a backup of another program, or of {ipos}?")
    return None


def is_of_ipos_4(database: str) -> bool:
    """Whether a database of this name is one of iPOS 4."""
    return database.lower().startswith(IPOS_4)


def schema_problems(archive: Archive) -> list[str]:
    """Return one line for each missing table, missing column or wrong type; none for an iPOS 5 backup."""
    return [problem for table in NEEDED for problem in _problems(archive, table)]


def optional_problems(archive: Archive) -> dict[str, str]:
    """Return why optional tables of the dump cannot be read, by their names. A table without rows has no problem."""
    found: dict[str, str] = {}
    for table in OPTIONAL:
        if archive.table_data(table.name) is None:
            continue
        try:
            problems = list(_problems(archive, table))
        except WrongSchemaError:
            problems = [f"table {table.name} was not dumped with COPY"]
        if problems:
            found[table.name] = "; ".join(problems)
    return found


def readable_tables(archive: Archive) -> list[tuple[Table, Entry]]:
    """Return the needed and the optional tables whose rows can be read, with the entries of the rows."""
    problems = optional_problems(archive)
    tables = (*NEEDED, *(table for table in OPTIONAL if table.name not in problems))
    return [(table, entry) for table in tables if (entry := archive.table_data(table.name))]


def unread_columns(archive: Archive, table: Table) -> list[str]:
    """Return the optional columns that have another type than the one that is read: they count as missing."""
    definition = archive.table(table.name)
    declared = _declared_types(definition) if definition else {}
    return [
        column.name
        for column in table.columns
        if column.optional and column.name in declared and not _fits(archive, declared[column.name], column)
    ]


def dumped_columns(archive: Archive, entry: Entry) -> list[str]:
    """Return the columns that a TABLE DATA entry's COPY statement names.

    Raises WrongSchemaError unless the statement is exactly a COPY of this table from stdin.
    """
    found = COPY.fullmatch(entry.copy_statement)
    columns = [_unquoted(name) for name in COLUMN.findall(found["columns"])] if found else []
    if not found or _unquoted(found["table"]) != entry.name or not _usable(columns):
        inserts = ", and without --inserts" if not entry.copy_statement else ""
        raise WrongSchemaError(
            f"{archive.name}: table {entry.name} was not dumped with COPY: "
            f"make the backup with iPOS, or with pg_dump -Fc{inserts}."
        )
    return columns


def _missing_part(archive: Archive) -> str | None:
    """Return which part of the database pg_dump was told to leave out, or None if a table is missing altogether."""
    names = [table.name for table in NEEDED]
    undefined = [name for name in names if archive.table(name) is None]
    rowless = [name for name in names if archive.table_data(name) is None]
    if set(undefined) & set(rowless):
        return _other_schema(archive, names)
    if undefined:
        return "the definitions of its tables are missing, as after --data-only"
    if rowless == names:
        return "the rows of its tables are missing, as after --schema-only"
    return f"the rows of {', '.join(rowless)} are missing, as after --exclude-table-data" if rowless else None


def _other_schema(archive: Archive, names: list[str]) -> str | None:
    """Say in which schema the tables are if none of them is in `public`."""
    found = [entry for entry in archive.entries if entry.kind in ("TABLE", "TABLE DATA") and entry.name in names]
    schemas = sorted({entry.schema for entry in found})
    if not schemas or "public" in schemas:
        return None
    return f"schema public is missing; its tables are of schema {', '.join(map(_printable, schemas[:MOST_SHOWN]))}"


def _problems(archive: Archive, table: Table) -> Iterator[str]:
    entry, definition = archive.table_data(table.name), archive.table(table.name)
    if entry is None or definition is None:
        yield f"table {table.name} is missing"
        return
    present, declared = set(dumped_columns(archive, entry)), _declared_types(definition)
    for column in (column for column in table.columns if not column.optional):
        kind = declared.get(column.name)
        if column.name not in present:
            yield f"column {table.name}.{column.name} is missing"
        elif kind is not None and not _fits(archive, kind, column):
            yield f"column {table.name}.{column.name} is {_shown(kind)}, not {column.type}"


def _declared_types(definition: Entry) -> dict[str, str]:
    return {_unquoted(m["name"]): m["type"].strip() for m in DECLARATION.finditer(definition.definition)}


def _fits(archive: Archive, kind: str, column: Column, depth: int = 0) -> bool:
    """Whether a declared type is one that the column may have, or a domain over one."""
    kind = QUOTED_TYPE.sub(lambda quoted: quoted[0] if quoted["name"] == "char" else quoted["name"], kind, count=1)
    if any(re.match(rf"{re.escape(name)}(?![\w.])(?! ?(?:\([^)]*\))?\[)", kind) for name in column.declared):
        return True
    custom = CUSTOM_TYPE.match(kind)
    domain = custom and archive.find("DOMAIN", _unquoted(custom["name"]), _unquoted(custom["schema"] or "public"))
    base = DOMAIN.search(domain.definition) if domain else None
    return base is not None and depth < DEEPEST_DOMAIN and _fits(archive, base["type"], column, depth + 1)


def _usable(columns: list[str]) -> bool:
    return len(set(columns)) == len(columns) <= MOST_COLUMNS and not any("\0" in name for name in columns)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _shown(kind: str) -> str:
    """Shorten a type for a message, without its constraints: `public.uang`, `numeric(20,3)[]`."""
    short = re.split(r" (?:DEFAULT|NOT NULL|COLLATE|GENERATED|CONSTRAINT)\b", kind, maxsplit=1)[0][:SHOWN_TYPE]
    return _printable(short)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
