"""The excerpt of a backup: the rows that are restored, without ten years of history, and the photos in another file.

To verify a backup, its needed rows are decompressed. This takes longer than everything that is done with them later,
and most of the bytes are photos. So it is done once, and the result is kept in a folder: an archive that `pg_restore`
reads like the backup, with a number in place of each photo, and a file with the photos. Both have checksums.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from toko_assets.ipos.archive.contents import Archive, Entry
from toko_assets.ipos.archive.copy_rows import read_rows
from toko_assets.ipos.archive.photo_column import PHOTO, split_photos
from toko_assets.ipos.archive.schema import dumped_columns, readable_tables
from toko_assets.ipos.archive.writer import write_contents, write_rows
from toko_assets.ipos.needed_tables import ITEM, RESTORED

KINDS = ("ENCODING", "DOMAIN", "TABLE", "TABLE DATA")
"""Kinds of the entries that describe the needed tables, or list the other tables."""
NAMES = frozenset(table.name for table in RESTORED)

ROWS, PHOTOS, BACKUP = "rows.dump", "photos", "backup"
"""The files of an excerpt. The last holds the id of its backup, and the tables that this version reads."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An archive with only the rows of the needed tables, and the file with the photos that its numbers refer to."""

    archive: Archive
    photos: Path


def write_excerpt(source: BinaryIO, archive: Archive, rows: BinaryIO, photos: BinaryIO) -> None:
    """Read the rows of every needed and optional table of an open file to their end, and write both files.

    Raises WrongSchemaError if they were not dumped with COPY, IncompleteBackupError if they are damaged, and
    OversizedBackupError.
    """
    found = [entry for _, entry in readable_tables(archive)]
    columns = {entry.id: dumped_columns(archive, entry) for entry in found}
    kept = {entry.id for entry in found}
    entries = [_excerpted(entry, kept) for entry in archive.entries if entry.kind in KINDS]
    write_contents(rows, archive, entries)
    for entry in found:
        pieces: Iterable[bytes] = read_rows(source, archive, entry)
        if entry.name == ITEM.name and PHOTO in columns[entry.id]:
            pieces = split_photos(pieces, columns[entry.id].index(PHOTO), photos)
        write_rows(rows, entry, pieces)


def name_excerpt(folder: Path, backup_id: str) -> None:
    """Record which backup the excerpt was made from, and for which tables."""
    (folder / BACKUP).write_text(_mark(backup_id))


def is_excerpt_of(folder: Path, backup_id: str) -> bool:
    """Whether the folder holds the excerpt of this backup, with the tables that this version reads."""
    try:
        return (folder / BACKUP).read_text() == _mark(backup_id)
    except FileNotFoundError:
        return False


def _excerpted(entry: Entry, kept: Set[int]) -> Entry:
    """Return an entry as the excerpt has it: of the other tables, `pg_restore` gets no SQL to read."""
    if entry.id in kept or entry.kind in ("ENCODING", "DOMAIN") or (entry.kind == "TABLE" and entry.name in NAMES):
        return replace(entry, has_data=entry.id in kept)
    return replace(entry, has_data=False, definition="", copy_statement="")


def _mark(backup_id: str) -> str:
    """An earlier version wrote only the id, and an excerpt without the optional tables."""
    return " ".join([backup_id, *(table.name for table in RESTORED)])
