"""The excerpt of a backup: the needed rows, without ten years of history and with the photos in a separate file.

To verify a backup, its needed rows are decompressed. This takes longer than everything that is done with them later,
and most of the bytes are photos. So it is done once, and the result is kept in a folder: an archive that `pg_restore`
reads like the backup, with a number in place of each photo, and a file with the photos. Both have checksums.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from toko_assets.ipos.archive.contents import Archive
from toko_assets.ipos.archive.copy_rows import read_rows
from toko_assets.ipos.archive.photo_column import PHOTO, split_photos
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.archive.schema import dumped_columns
from toko_assets.ipos.archive.writer import write_contents, write_rows
from toko_assets.ipos.needed_tables import ITEM, NEEDED
from toko_core.files import whole_folder

KINDS = ("ENCODING", "DOMAIN", "TABLE", "TABLE DATA")
"""Kinds of the entries that describe the needed tables, or list the other tables."""

ROWS, PHOTOS, BACKUP = "rows.dump", "photos", "backup"
"""The files of an excerpt. The last holds the id of its backup."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An archive with only the rows of the needed tables, and the file with the photos that its numbers refer to."""

    archive: Archive
    photos: Path


def write_excerpt(archive: Archive, folder: Path) -> None:
    """Read the rows of every needed table to their end, and write them into an empty folder.

    Raises WrongSchemaError if they were not dumped with COPY, IncompleteBackupError if they are damaged, and
    OversizedBackupError.
    """
    found = [entry for table in NEEDED if (entry := archive.table_data(table.name))]
    columns = {entry.id: dumped_columns(archive, entry) for entry in found}
    kept = {entry.id for entry in found}
    entries = [replace(entry, has_data=entry.id in kept) for entry in archive.entries if entry.kind in KINDS]
    with (folder / ROWS).open("wb") as file, (folder / PHOTOS).open("wb") as photos:
        write_contents(file, archive, entries)
        for entry in found:
            rows: Iterable[bytes] = read_rows(archive, entry)
            if entry.name == ITEM.name and PHOTO in columns[entry.id]:
                rows = split_photos(rows, columns[entry.id].index(PHOTO), photos)
            write_rows(file, entry, rows)


def name_excerpt(folder: Path, backup_id: str) -> None:
    """Record the id of the backup that the excerpt was made from."""
    (folder / BACKUP).write_text(backup_id)


def open_excerpt(folder: Path, backup: Path, backup_id: str, name: str) -> Excerpt:
    """Open the excerpt of a kept backup, and first make it if the folder holds another backup's, or none.

    `name` is the backup's name in messages. Raises as `write_excerpt` and `read_archive`.
    """
    if _backup_id(folder) != backup_id:
        with whole_folder(folder) as new:
            write_excerpt(read_archive(backup, name), new)
            name_excerpt(new, backup_id)
    return Excerpt(read_archive(folder / ROWS, name), folder / PHOTOS)


def _backup_id(folder: Path) -> str | None:
    try:
        return (folder / BACKUP).read_text()
    except FileNotFoundError:
        return None
