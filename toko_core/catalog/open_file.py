"""Opens the file of a catalogue to read it; why one cannot be opened is one line."""

import re
from pathlib import Path

import duckdb

from toko_core import CatalogError

Config = dict[str, str | bool | int | float | list[str]]

LOCK_FAILED = re.compile(r'Could not set lock on file "(?P<file>[^"]*)"')
HOLDER = re.compile(r"held in (?P<program>.*PID [1-9]\d*\)?)")
"""DuckDB names the program that has the file open for writing; where there are no file locks, none or PID 0."""


def open_file(file: Path, config: Config) -> duckdb.DuckDBPyConnection:
    """A connection that only reads. Raises CatalogError."""
    try:
        return duckdb.connect(file, read_only=True, config=config)
    except duckdb.Error as error:
        raise unreadable(file, error) from error


def unreadable(file: Path, error: Exception) -> CatalogError:
    """What to say of a catalogue that cannot be opened or read."""
    return CatalogError(lock_problem(error) or f"The catalogue {file.name} cannot be read: run `toko sync` again.")


def lock_problem(error: Exception) -> str | None:
    """One line about a file that DuckDB cannot lock, which it does before it opens one; None for any other error."""
    failed = LOCK_FAILED.search(str(error))
    if failed is None:
        return None
    if holder := HOLDER.search(str(error)):
        return f"Another program writes to {failed['file']}: close it, {holder['program']}."
    return (
        f"{failed['file']} is on a disk without file locks, which DuckDB needs: set TOKO_DATA_DIR to a folder on a "
        "Linux disk, or mount the network share with locks."
    )
