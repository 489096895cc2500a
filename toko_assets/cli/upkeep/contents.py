"""What a backup holds, and where each part is: catalogues, records, price history, sales, state, Dagster's history.

Copies of the shop's backups, exports and restored databases are left out: a sync makes them again. So are secrets.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from toko_assets.cli.upkeep.archive import is_plain
from toko_assets.cli.upkeep.storage import CONFIG, DUMP, FOLDERS
from toko_core import TransientError
from toko_core.catalog.store import CURRENT, FILE_NAME, PATTERN
from toko_core.files import TEMPORARY, DataFolder, open_file

CATALOG = "catalog"
FOLDERS_OF_DATA = ("records", "history", "sales")
"""Folders of the data folder that are saved and replaced as a whole. Files in them are replaced, never changed."""
OF_DATA, OF_DAGSTER = "data", "dagster"
"""The first part of a file's name in a backup."""
STATE_COPY = "state.db"
STATE = f"{OF_DATA}/state/{STATE_COPY}"
"""The copy of the state database, an SQLite file also where STATE_URL names PostgreSQL."""
LOCKS = frozenset({".lock", ".sending"})
ATTEMPTS = 20
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Places:
    """The folders in which the parts of a backup are, or in which they wait until they are swapped in."""

    data: Path
    catalog: Path
    home: Path
    """Of Dagster."""

    def place(self, name: str) -> Path | None:
        """Return where a file of a backup belongs; None if no backup has a file of that name."""
        if not is_plain(name):
            return None
        match name.split("/"):
            case [first] if first == DUMP:
                return self.data / DUMP
            case [first, second, file] if (first, second) == (OF_DATA, CATALOG) and is_of_catalog(file):
                return self.catalog / file
            case [*_] if name == STATE:
                return self.data / STATE_COPY
            case [first, second, *rest] if first == OF_DATA and second in FOLDERS_OF_DATA and rest:
                return Path(self.data, second, *rest)
            case [first, file] if (first, file) == (OF_DAGSTER, CONFIG):
                return self.home / CONFIG
            case [first, second, *rest] if first == OF_DAGSTER and second in FOLDERS and rest:
                return Path(self.home, second, *rest)
        return None


def is_of_catalog(name: str) -> bool:
    """Whether a file of the catalogue folder belongs to what is published."""
    return name == CURRENT or bool(FILE_NAME.fullmatch(name) and Path(name.removesuffix(".sha256")).match(PATTERN))


@contextmanager
def open_files(data: DataFolder) -> Iterator[dict[str, BinaryIO]]:
    """Open all files of the data folder that a backup holds, as they are at one moment, by their names in a backup.

    A sync may run: it replaces files and never changes one, so that an open file stays as it is. If one was replaced
    while the others were opened, all are opened again. Raises TransientError if that goes on.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        with ExitStack() as stack:
            before = _identities(data)
            try:
                opened: dict[str, BinaryIO] = {name: stack.enter_context(open_file(path)) for name, path, *_ in before}
            except FileNotFoundError:
                continue
            if _identities(data) == before:
                yield opened
                return
    raise TransientError(f"The files in {data.root} change all the time: try again in a minute.")


def _identities(data: DataFolder) -> list[tuple[str, Path, int, int, int]]:
    """List the files with what changes when one is replaced."""
    found = []
    for name, path in _files(data):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        found.append((name, path, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def _files(data: DataFolder) -> Iterator[tuple[str, Path]]:
    for part in (CATALOG, *FOLDERS_OF_DATA):
        for path in sorted((data.root / part).rglob("*")):
            parts = path.relative_to(data.root).parts
            if (
                path.is_file()
                and not path.is_symlink()
                and is_plain("/".join(parts))
                and not any(TEMPORARY in name for name in parts)
                and path.suffix not in LOCKS
                and (part != CATALOG or (len(parts) == 2 and is_of_catalog(path.name)))
            ):
                yield "/".join((OF_DATA, *parts)), path
