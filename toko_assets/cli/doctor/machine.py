"""The machine: Python, the data folder, room on its disk."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.cli.terminal import short_path
from toko_assets.common.data_disk import data_disk_problem, has_permissions
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.publishing.cleanup import unfinished
from toko_core.files import DataFolder, nearest_existing

OLDEST_PYTHON = (3, 11)
MB = 1_000_000
SYNC_BYTES = 200 * MB
"""What a sync needs besides what grows with the backup: PostgreSQL's own files, Dagster's."""
SYNC_TIMES = 3
"""And so many times the backup: its copy, the restored tables, exports and catalogue. Measured on 20,000 items: 2.9."""
SYNCS_AHEAD = 5


def look_at_machine() -> Iterator[Finding]:
    """Python and this program."""
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield wrong("Python", f"{python} is too old: install {'.'.join(map(str, OLDEST_PYTHON))} or newer.")
    else:
        yield good("Python", f"{python}, toko {version('toko')}")


def look_at_data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether it can be written, by us alone, and has room for a sync."""
    folder = settings.data_folder
    if folder.exists() and not folder.is_dir():
        yield wrong("data folder", f"{folder} is a file: remove it, or set TOKO_DATA_DIR.")
        return
    try:
        _write_something(folder)
    except OSError as error:
        yield wrong("data folder", f"{folder} cannot be written ({error.strerror}): set TOKO_DATA_DIR, or its owner.")
        return
    if problem := data_disk_problem(settings):
        yield wrong("data folder", problem)
        return
    if nearest_existing(folder).stat().st_mode & stat.S_IWOTH:
        remedy = f"chmod o-w {short_path(folder)}" if has_permissions(folder) else "its disk has no file permissions."
        yield note("data folder", f"{short_path(folder)} can be changed by every user: {remedy}")
    yield _room(settings)
    yield from _left_over(folder)


def newest_size(settings: Settings) -> int:
    """Bytes of the largest backup that a sync may take; 0 if there is none."""
    files = [file for file in settings.inbox.glob("*") if file.suffix.lower() == ".i5bu" and file.is_file()]
    return max((file.stat().st_size for file in files), default=0)


def _room(settings: Settings) -> Finding:
    folder = settings.data_folder
    free, needed = shutil.disk_usage(nearest_existing(folder)).free, SYNC_BYTES + SYNC_TIMES * newest_size(settings)
    said = f"{short_path(folder)} is writable; {free / MB:,.0f} MB free, a sync needs about {needed / MB:,.0f} MB"
    if free < needed:
        return wrong("data folder", f"{said}: make room, or set TOKO_DATA_DIR to a larger disk.")
    if free < SYNCS_AHEAD * needed:
        return note("data folder", f"{said}: make room soon.")
    return good("data folder", said)


def _left_over(folder: Path) -> Iterator[Finding]:
    try:
        with sync_lock(folder, waiting=None):
            left = unfinished(DataFolder(folder))
    except SyncRunningError:
        yield note("left-overs", "A sync is running: unfinished files may be its own.")
        return
    if left:
        names = ", ".join(path.name for path in left)
        yield note("left-overs", f"Of a sync that broke off: {names}. The next sync, or `toko cleanup`, removes them.")
    else:
        yield good("left-overs", "no unfinished files")


def _write_something(folder: Path) -> None:
    """In it, or where it is to be made."""
    with tempfile.TemporaryFile(dir=nearest_existing(folder)) as file:
        file.write(b"toko doctor")
        file.flush()
        os.fsync(file.fileno())
