"""Checks the needed tables of a dump: their columns and column types."""

import re
from collections.abc import Iterator

from toko_assets.ipos.archive.contents import Archive, Entry
from toko_assets.ipos.needed_tables import NEEDED, Column, Table
from toko_core.errors import PermanentError

NAME = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)'
"""An identifier as pg_dump writes it."""
COPY = re.compile(rf"COPY (?:public\.)?(?P<table>{NAME}) \((?P<columns>{NAME}(?:, {NAME})*)\) FROM stdin;\s*")
COLUMN = re.compile(NAME)
DECLARATION = re.compile(rf"^    (?P<name>{NAME}) (?P<type>(?:[^,\n(]|\([^)\n]*\))+)", re.MULTILINE)
DOMAIN = re.compile(rf"CREATE DOMAIN (?:public\.)?{NAME} AS (?P<type>(?:[^\n(]|\([^)\n]*\))+)")
CUSTOM_TYPE = re.compile(rf"(?:(?P<schema>{NAME})\.)?(?P<name>{NAME})(?![\w.(])")

MOST_COLUMNS = 1600
"""PostgreSQL's limit for a table."""
DEEPEST_DOMAIN = 8
SHOWN_TYPE = 40


class WrongSchemaError(PermanentError):
    """The dump lacks a needed table or column, or a column has another type."""


def schema_problems(archive: Archive) -> list[str]:
    """Return one line for each missing table, missing column or wrong type; none for an iPOS 5 backup."""
    return [problem for table in NEEDED for problem in _problems(archive, table)]


def dumped_columns(archive: Archive, entry: Entry) -> list[str]:
    """Return the columns that a TABLE DATA entry's COPY statement names.

    Raises WrongSchemaError unless the statement is exactly a COPY of this table from stdin.
    """
    found = COPY.fullmatch(entry.copy_statement)
    columns = [_unquoted(name) for name in COLUMN.findall(found["columns"])] if found else []
    if not found or _unquoted(found["table"]) != entry.name or not _usable(columns):
        raise WrongSchemaError(
            f"{archive.name}: table {entry.name} was not dumped with COPY: make the backup with iPOS, or pg_dump -Fc."
        )
    return columns


def _problems(archive: Archive, table: Table) -> Iterator[str]:
    entry, definition = archive.table_data(table.name), archive.table(table.name)
    if entry is None or definition is None:
        yield f"table {table.name} is missing"
        return
    declared = {_unquoted(m["name"]): m["type"].strip() for m in DECLARATION.finditer(definition.definition)}
    present = set(dumped_columns(archive, entry))
    for column in table.columns:
        kind = declared.get(column.name)
        if column.name not in present:
            if not column.optional:
                yield f"column {table.name}.{column.name} is missing"
        elif kind is not None and not _fits(archive, kind, column):
            yield f"column {table.name}.{column.name} is {_shown(kind)}, not {column.type}"


def _fits(archive: Archive, kind: str, column: Column, depth: int = 0) -> bool:
    """Whether a declared type is one that the column may have, or a domain over one."""
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
    short = re.split(r" (?:DEFAULT|NOT NULL|COLLATE|GENERATED|CONSTRAINT)\b", kind)[0][:SHOWN_TYPE]
    return "".join(letter if letter.isprintable() else "?" for letter in short)
