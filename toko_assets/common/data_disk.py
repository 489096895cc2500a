"""Checks that the disk of the data folder has the features that a sync needs, and closes the folder to other users.

A check takes less than a millisecond.

Windows disks (`/mnt/c` of WSL2, NTFS and exFAT through FUSE) have no file permissions: they ignore or reject a chmod,
and then the embedded PostgreSQL does not start. Some network shares have no file locks. An external PostgreSQL needs no
permissions on this disk: with DB_HOST a sync works on NTFS and exFAT.

The data folder and what is in it are for one user. Versions up to 0.3.0 left them as open as the umask did. Two folders
stay as they are: the one in which backups arrive, where other programs and users may put them, and PostgreSQL's.
"""

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from toko_assets.common.settings import Settings
from toko_core import PermanentError
from toko_core.files import DataFolder, full_path, nearest_existing

PRIVATE = 0o700

MOVE = "set TOKO_DATA_DIR to a folder on a Linux disk, for example ~/toko. BACKUP_FOLDER may be on any disk."


OTHERS = 0o077
"""The permissions of everybody but the owner of a folder."""
OWN_ENDINGS = frozenset({".lock", ".log", ".new", ".part"})
DAGSTER_ENTRIES = frozenset({
    "dagster.yaml", "history", "logs", "schedules", "storage", "toko-dev.lock", ".logs_queue", ".nux", ".telemetry",
})  # fmt: skip


class DataDiskError(PermanentError):
    """The disk of the data folder lacks a feature that a sync needs."""


def check_data_disk(settings: Settings) -> None:
    """Raise DataDiskError if a sync cannot work on the disk of the data folder."""
    if problem := data_disk_problem(settings):
        raise DataDiskError(problem)


def data_disk_problem(settings: Settings) -> str | None:
    """Return one line that says what the disk lacks and which setting to change; None if it lacks nothing.

    Also return None if the disk is not writable: the sync itself reports a full or read-only disk.
    """
    problem = None if settings.db_host else _without_permissions(settings.folder.postgres.resolve().parent)
    return problem or _without_locks(settings.data_folder)


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder of ours that other users may enter."""

    path: Path
    mode: int
    closed: int
    """The mode that it should have."""
    reason: str
    """Why it cannot be closed without asking, and what to do; empty if it can."""

    @property
    def is_writable(self) -> bool:
        """Whether others may write to it."""
        return bool(self.mode & ~self.closed & 0o022)


def close_to_others(settings: Settings) -> None:
    """Close the data folder and Dagster's home to other users, where that is ours to decide (see `open_folders`)."""
    for found in open_folders(settings):
        if not found.reason:
            with suppress(OSError):  # a disk without permissions, or one that is read-only
                found.path.chmod(found.closed)


def open_folders(settings: Settings) -> Iterator[OpenFolder]:
    """Yield the folders of ours that are open to other users: the data folder, those in it, and Dagster's home.

    A folder that holds other things, or belongs to somebody else, has a `reason`. The group may read catalogues, and
    write to the state database if its folder is the group's, because in containers the bot is another user of the
    group. The data folder can be entered, but not listed, if others put backups into the inbox in it.
    """
    data, inbox = settings.folder, settings.inbox
    home = full_path(os.environ.get("DAGSTER_HOME") or data.dagster)
    names = {name for name, kind in vars(DataFolder).items() if isinstance(kind, property)}
    folders = {path for name in names if (path := getattr(data, name)).parent == data.root}
    own = frozenset(path.name for path in (*folders, inbox, home))
    entered = 0o011 if inbox.is_relative_to(data.root) and _takes_backups(inbox) else 0
    yield from _open_folder(data.root, PRIVATE | entered, "TOKO_DATA_DIR", own)
    for path in sorted(folders - {data.inbox, inbox, data.postgres}):
        yield from _open_folder(path, PRIVATE | _of_group(path, data), "TOKO_DATA_DIR")
    if home != data.dagster and os.access(home, os.W_OK):  # in containers it only holds the configuration
        yield from _open_folder(home, PRIVATE, "DAGSTER_HOME", DAGSTER_ENTRIES)


def _of_group(folder: Path, data: DataFolder) -> int:
    """Return what the group may do in a folder."""
    if folder == data.catalog:
        return 0o050
    return 0o070 if folder == data.state and folder.exists() and folder.stat().st_mode & stat.S_ISGID else 0


def _open_folder(path: Path, closed: int, setting: str, own: frozenset[str] | None = None) -> Iterator[OpenFolder]:
    """Yield a folder if others may do more than `closed` says. `own` are the names that a folder of ours may hold."""
    try:
        found = path.stat()
        others = sorted(entry.name for entry in path.iterdir() if own is not None and not _is_own(entry.name, own))
    except OSError:  # not there yet, or not ours to look at
        return
    mode = stat.S_IMODE(found.st_mode)
    if not mode & OTHERS & ~closed:
        return
    closed = mode & (closed | PRIVATE | 0o7000)
    if found.st_uid != os.geteuid():
        reason = f"it belongs to user {found.st_uid}: as that user, chmod {closed:o} {path}"
    elif others:
        reason = f"it also holds {others[0]}: chmod {closed:o} {path} if nobody else needs it, or change {setting}"
    else:
        reason = ""
    yield OpenFolder(path, mode, closed, reason)


def _is_own(name: str, own: frozenset[str]) -> bool:
    return name in own or name.startswith(".disk-check-") or Path(name).suffix in OWN_ENDINGS or name == "lost+found"


def _takes_backups(inbox: Path) -> bool:
    """Whether somebody else puts backups there: the folder is another user's, or others may write to it."""
    try:
        found = inbox.stat()
    except OSError:
        return False
    return found.st_uid != os.geteuid() or bool(found.st_mode & 0o022)


def has_permissions(folder: Path) -> bool:
    """Whether the disk of a folder keeps file permissions. True if the disk is not writable."""
    return _without_permissions(folder) is None


def file_system(path: Path) -> str:
    """Return the type of the file system that holds a path, such as ext4, 9p or cifs; empty if it is unknown."""
    found, path = (0, ""), path.resolve()
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:  # not Linux
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4]))
        if path.is_relative_to(mounted) and len(mounted.parts) >= found[0]:  # a later mount hides an earlier one
            found = len(mounted.parts), after.partition(" ")[0]
    return found[1]


def misses_permissions(found: os.stat_result) -> bool:
    """Whether a folder's permissions differ from PRIVATE, which was set."""
    return stat.S_IMODE(found.st_mode) & 0o777 != PRIVATE


def _without_permissions(folder: Path) -> str | None:
    """Try to make a folder as the embedded PostgreSQL needs it, private and owned by its user. Return the problem."""
    with suppress(OSError), _trial(folder) as private:
        private.mkdir()
        with suppress(OSError):  # some disks reject it, most ignore it
            private.chmod(PRIVATE)
        if misses_permissions(private.stat()):
            return f"{folder} is on a disk without file permissions (a Windows disk?): {MOVE}"
        me, owner = os.geteuid(), private.stat().st_uid
        if owner != me != 0:  # root's PostgreSQL is not in the data folder
            return (
                f"{folder} is on a disk where folders belong to user {owner}, but PostgreSQL runs as user {me}: {MOVE}"
            )
    return None


def _without_locks(folder: Path) -> str | None:
    """Try both kinds of locks (flock for the sync, POSIX for SQLite and DuckDB), and to replace an open file."""
    with suppress(OSError), _trial(folder) as path, _trial(folder) as new:
        new.touch()
        with path.open("wb") as file, path.open("wb") as same:
            if not (_posix_lock_works(file.fileno()) and _flock_works(file.fileno(), same.fileno())):
                return f"{folder} is on a disk without file locks (a network share?): {MOVE}"
            try:
                new.replace(path)
            except OSError:
                return f"{folder} is on a disk where no open file can be replaced: {MOVE}"
    return None


def _posix_lock_works(file: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(file, fcntl.LOCK_UN)  # on NFS it would block the other kind
    except OSError:
        return False
    return True


def _flock_works(file: int, same: int) -> bool:
    """Whether only one of two open handles can lock a file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    try:
        fcntl.flock(same, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextmanager
def _trial(folder: Path) -> Iterator[Path]:
    """Yield a new path. Its file or folder is removed afterwards.

    The name does not end in TEMPORARY: a sync that starts in this millisecond would report and remove it.
    """
    path = nearest_existing(folder) / f".disk-check-{secrets.token_hex(6)}"
    try:
        yield path
    finally:
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
