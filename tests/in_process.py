"""The functions that the process without rights runs, called in the process of the test."""

from collections.abc import Iterator
from pathlib import Path

from toko_assets.ipos.archive import copy_rows, excerpt
from toko_assets.ipos.archive.contents import Archive, Entry
from toko_core.files import open_file


def read_rows(archive: Archive, entry: Entry) -> Iterator[bytes]:
    """Yield the rows of an archive's own file."""
    with open_file(archive.path) as file:
        yield from copy_rows.read_rows(file, archive, entry)


def verify_rows(archive: Archive) -> None:
    """Read the rows of an archive's own file to their end."""
    with open_file(archive.path) as file:
        copy_rows.verify_rows(file, archive)


def write_excerpt(archive: Archive, folder: Path) -> None:
    """Write the excerpt of an archive's own file into an empty folder."""
    with (
        open_file(archive.path) as file,
        (folder / excerpt.ROWS).open("wb") as rows,
        (folder / excerpt.PHOTOS).open("wb") as photos,
    ):
        excerpt.write_excerpt(file, archive, rows, photos)
