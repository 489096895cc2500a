"""Watches a folder: by notifications of the file system, or by polling where it sends none."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import watch

from toko_assets.backups.source import ENDING
from toko_assets.common.data_disk import file_system

NOTIFYING = frozenset({
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "jfs", "ntfs3", "overlay", "ramfs",
    "tmpfs", "vfat", "xfs", "zfs",
})  # fmt: skip
"""Disks of this machine. A share of another machine or of Windows notifies only of what this machine changes."""
STEP, QUIET = 100, 400
"""Milliseconds: how often notifications are collected, and how long a folder is left alone after a change."""
POLL, POLL_QUIET = 1_000, 1_500
"""The same with polling."""
MISSING_SECONDS = 2.0
"""How often to look for a folder that is missing."""


def folder_changes(folder: Path, stop: Event) -> Iterator[None]:
    """Yield when the watch has begun, and whenever backups have changed and then been left alone for a moment.

    A missing folder is waited for. One that is replaced or mounted again is watched anew. Ends when `stop` is set.
    Raises OSError or RuntimeError if the folder cannot be watched.
    """
    while not stop.is_set():
        if (identity := _identity(folder)) is None:
            stop.wait(MISSING_SECONDS)
            continue
        yield from _changes(folder, identity, stop)


def notifies(folder: Path) -> bool:
    """Whether the file system notifies of changes, whoever makes them."""
    return file_system(folder) in NOTIFYING


def _changes(folder: Path, identity: tuple[int, int], stop: Event) -> Iterator[None]:
    """Yield after the beginning and after changes, until the folder is another one."""
    polling, changed = not notifies(folder), True
    for changes in watch(
        folder,
        watch_filter=None,  # filtered changes would keep the loop from seeing that the backups are left alone
        recursive=False,
        step=STEP,
        stop_event=stop,
        force_polling=polling,
        poll_delay_ms=POLL,
        rust_timeout=POLL_QUIET if polling else QUIET,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if any(path.lower().endswith(ENDING) for _, path in changes):
            changed = True
        elif changed:
            changed = False
            yield
        if _identity(folder) != identity:
            return


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from a later one with its name; None if there is no folder."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if folder.is_dir() else None
