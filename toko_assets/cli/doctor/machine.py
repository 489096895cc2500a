"""Checks the machine: Python, the data folder, free disk space."""

import errno
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
from toko_assets.common.data_disk import data_disk_problem, has_permissions, open_folders
from toko_assets.common.lock import SyncRunningError, sync_lock
from toko_assets.common.settings import Settings
from toko_assets.publishing.cleanup import unfinished
from toko_core.files import DataFolder, nearest_existing

OLDEST_PYTHON = (3, 11)
MB = 1_000_000
SYNC_BYTES = 200 * MB
"""The disk space of a sync that does not depend on the backup: files of PostgreSQL and Dagster."""
SYNC_TIMES = 3
"""The rest of the space, in sizes of the backup: its copy, restored tables, exports and catalogue. Measured on 20,000
items: 2.9."""
SYNCS_AHEAD = 5


def look_at_machine() -> Iterator[Finding]:
    """Check Python, and show the version of this program."""
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield wrong("Python", f"{python} is too old", f"install {'.'.join(map(str, OLDEST_PYTHON))} or newer.")
    else:
        yield good("Python", f"{python}, toko {version('toko')}")


def look_at_data_folder(settings: Settings) -> Iterator[Finding]:
    """Check that only this user can write the folder, and that its disk has space for a sync."""
    folder = settings.data_folder
    if folder.exists() and not folder.is_dir():
        yield wrong("data folder", f"{folder} is a file", "remove it, or set TOKO_DATA_DIR.")
        return
    try:
        _write_something(folder)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "make room on its disk." if full else "set TOKO_DATA_DIR, or its owner."
        yield wrong("data folder", f"{folder} cannot be written ({error.strerror})", remedy)
        return
    if problem := data_disk_problem(settings):
        yield wrong("data folder", problem)
        return
    yield from _open_to_others(settings)
    yield _free_space(settings)
    yield from _leftovers(folder)


def newest_size(settings: Settings) -> int:
    """Return the size of the largest backup that a sync may take, in bytes; 0 if there is none."""
    files = [file.lstat() for file in settings.inbox.glob("*") if file.suffix.lower() == ".i5bu"]
    return max((file.st_size for file in files if stat.S_ISREG(file.st_mode)), default=0)


def _open_to_others(settings: Settings) -> Iterator[Finding]:
    """Check that no other user can enter the folders. It is wrong if others may write to one that stays open."""
    for found in open_folders(settings):
        place = f"{short_path(found.path)} is open to other users (mode {found.mode:o})"
        if not has_permissions(found.path):
            yield note("data folder", f"{place}: its disk has no file permissions.")
            return
        if found.reason:
            mark = wrong if found.is_writable else note
            yield mark("data folder", f"{place}, and {found.reason}.")
        else:
            yield note("data folder", place, f"the next sync closes it, or chmod {found.closed:o} {found.path}")


def _free_space(settings: Settings) -> Finding:
    folder = settings.data_folder
    free, needed = shutil.disk_usage(nearest_existing(folder)).free, SYNC_BYTES + SYNC_TIMES * newest_size(settings)
    summary = f"{short_path(folder)} is writable; {free / MB:,.0f} MB free, a sync needs about {needed / MB:,.0f} MB"
    if free < needed:
        return wrong("data folder", summary, "free some space, or set TOKO_DATA_DIR to a larger disk.")
    if free < SYNCS_AHEAD * needed:
        return note("data folder", summary, "free some space soon.")
    return good("data folder", summary)


def _leftovers(folder: Path) -> Iterator[Finding]:
    try:
        with sync_lock(folder, waiting=None):
            left = unfinished(DataFolder(folder))
    except SyncRunningError:
        yield note("leftovers", "Not checked, because a sync is running.")
        return
    if left:
        names = ", ".join(path.name for path in left)
        yield note("leftovers", f"A crashed sync left {names}. The next sync, or `toko cleanup`, removes them.")
    else:
        yield good("leftovers", "no unfinished files")


def _write_something(folder: Path) -> None:
    """Write a temporary file in the folder, or in the nearest existing parent."""
    with tempfile.TemporaryFile(dir=nearest_existing(folder)) as file:
        file.write(b"toko doctor")
        file.flush()
        os.fsync(file.fileno())
