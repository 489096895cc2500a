"""The report's section of the catalogue, the data folder and the backups: names, sizes, times and counts."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from toko_assets.cli.report.given import Given
from toko_core.catalog.store import CURRENT, PATTERN

INFO = frozenset({
    "schema_version", "toko_version", "backup_name", "backup_time", "backup_database", "backup_size", "published_at",
})  # fmt: skip
"""What the report says of catalog_info, besides the counts."""
NEWEST = 10
MOST_FILES = 50_000
"""How many files of the data folder are counted: the report is wanted soon."""


def describe_catalogue(given: Given) -> Iterator[str]:
    """Yield what is served, what the data folder holds, and the newest files of the backup folder."""
    yield from _or_why(_served(given.data / "catalog"))
    yield from _or_why(_folders(given.data))
    yield from _or_why(_backups(given.inbox))


def _served(folder: Path) -> Iterator[str]:
    from toko_core.catalog.reader import read_info
    from toko_core.catalog.store import current_file

    for file in _newest(folder.glob(PATTERN)):
        yield _described(file)
    served = current_file(folder)
    if served is None:
        yield f"{CURRENT} names no file in {folder}."
        return
    yield f"{CURRENT}: {served.name}"
    info = read_info(served)
    yield ", ".join(f"{key} {value}" for key, value in info.items() if key in INFO or key.endswith("_count"))


def _folders(data: Path) -> Iterator[str]:
    """Count the files of each folder of the data folder."""
    if not data.is_dir():
        yield f"There is no folder {data}."
        return
    left = MOST_FILES
    for entry in sorted(data.iterdir()):
        count = size = 0
        for folder, _, names in os.walk(entry):
            for name in names[:left]:
                count, left = count + 1, left - 1
                with suppress(OSError):  # a sync has removed it
                    size += Path(folder, name).lstat().st_size
        if entry.is_dir():
            more = "" if left else " (counting ended here)"
            yield f"{entry.name}/: {count:,} files, {size / 1e6:,.1f} MB, mode {entry.stat().st_mode & 0o777:o}{more}"
        else:
            yield _described(entry)


def _backups(inbox: Path) -> Iterator[str]:
    yield f"Newest files in {inbox}:"
    yield from map(_described, _newest(path for path in inbox.iterdir() if path.is_file()))


def _newest(files: Iterator[Path]) -> list[Path]:
    return sorted(files, key=lambda file: file.lstat().st_mtime, reverse=True)[:NEWEST]


def _described(file: Path) -> str:
    found = file.lstat()
    return (
        f"{file.name}: {found.st_size / 1e6:,.1f} MB, {datetime.fromtimestamp(found.st_mtime, UTC):%Y-%m-%d %H:%M} UTC"
    )


def _or_why(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines, and as the last one why they ended early: the others are wanted all the same."""
    try:
        yield from lines
    except Exception as error:  # a damaged file may cause any error
        yield f"Not collected: {type(error).__name__}: {error}"
