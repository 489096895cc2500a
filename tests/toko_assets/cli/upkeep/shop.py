"""A small installation to save and to restore, and what of it a backup must bring back."""

import sqlite3
from contextlib import closing
from pathlib import Path

from toko_core.files import file_digest

SAVED = ("catalog", "records", "history", "sales")


def saved_files(data: Path) -> dict[str, str]:
    """Digests of all files that a backup must hold, and the content of the databases, by path."""
    files = {path for folder in SAVED for path in (data / folder).rglob("*") if path.is_file()}
    found = {
        str(path.relative_to(data)): file_digest(path) for path in files if path.suffix not in (".lock", ".sending")
    }
    databases = [path for path in (data / "dagster").rglob("*.db") if not path.name.startswith("empty-")]
    databases += (data / "state").glob("*.db")
    return found | {str(path.relative_to(data)): rows(path) for path in databases}


def rows(database: Path) -> str:
    """All rows of an SQLite file, as SQL, but for the numbers that were given last."""
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(line for line in connection.iterdump() if '"sqlite_sequence"' not in line)


def no_leftovers(data: Path) -> bool:
    """Whether nothing unfinished lies about."""
    return not [path for path in data.rglob("*") if ".part" in path.name or path.name == "restore.new"]
