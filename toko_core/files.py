"""The folders below TOKO_DATA_DIR, atomic writes (under a temporary name, flushed and renamed), and locks of files.

What a process of ours writes is for its user only, from `keep_private` on.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from toko_core import SettingError

TEMPORARY, OLD = ".part", ".old.part"
"""The suffixes of unfinished files and folders, and of a folder that is being replaced. What still has one after a run
may be deleted."""

PRIVATE_UMASK = 0o077
GROUP_READS = 0o040
PIECE = 1 << 20
"""Bytes that are copied at once."""


def keep_private() -> None:
    """Give no other user access to files that this process, and the processes that it starts, create from now on."""
    os.umask(PRIVATE_UMASK)


def expand_home(path: str | Path) -> Path:
    """Replace `~` by the user's home. Raises SettingError if there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # no HOME, and nobody of that name
        raise SettingError(f"{path} is below a home folder that nobody has: give a full path.") from None


def full_path(path: str | Path) -> Path:
    """Return an absolute path, without links and `~`. Raises SettingError if it leads nowhere."""
    try:
        return expand_home(path).resolve()
    except RuntimeError:
        raise SettingError(f"{path} is a link that leads to itself: give another path.") from None


def share_as_folder(file: Path) -> None:
    """Let the group read a file if it may list the file's folder, as in containers, where the bot is another user."""
    if file.parent.stat().st_mode & GROUP_READS:
        with suppress(OSError):  # a disk without permissions
            file.chmod(file.stat().st_mode | GROUP_READS)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folders below TOKO_DATA_DIR, by name."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where backups arrive, unless BACKUP_FOLDER says otherwise."""
        return self.root / "inbox"

    @property
    def backups(self) -> Path:
        """Copies of whole backups: `<time of the dump>-<backup id>.i5bu`."""
        return self.root / "backups"

    @property
    def rows(self) -> Path:
        """The rows and photos extracted from the latest backup. If they are missing, they are extracted again."""
        return self.root / "rows"

    @property
    def exports(self) -> Path:
        """A folder of Parquet tables for each backup id, and the CSV exports."""
        return self.root / "exports"

    @property
    def history(self) -> Path:
        """The price history: one Parquet file, kept forever."""
        return self.root / "history"

    @property
    def demo_history(self) -> Path:
        """The same of the demo, apart from the shop's: it goes when the shop's first backup is published."""
        return self.history / "demo"

    @property
    def catalog(self) -> Path:
        """The published DuckDB files, and CURRENT, which names the one that is served."""
        return self.root / "catalog"

    @property
    def sales(self) -> Path:
        """What the shop sold in the 90 days before a backup: a folder of Parquet tables, named by the backup's id."""
        return self.root / "sales"

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def records(self) -> Path:
        """The last result of each asset, as JSON."""
        return self.root / "records"

    @property
    def publications(self) -> Path:
        """What each of the newest runs published, as JSON. Messages to the owners are made from it."""
        return self.records / "publications"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage, unless DAGSTER_HOME names another folder."""
        return self.root / "dagster"

    @property
    def bot(self) -> Path:
        """The bot's own messages to the owners."""
        return self.root / "bot"

    @property
    def state(self) -> Path:
        """The state database, unless STATE_URL names another one."""
        return self.root / "state"

    @property
    def runs(self) -> Path:
        """The marks of runs that are alive."""
        return self.root / "runs"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`. If the block raises no error, that file replaces `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        yield temporary
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Do the same for a folder of files: it replaces `path` when all files are written."""
    temporary, old = path.with_name(path.name + TEMPORARY), path.with_name(path.name + OLD)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        for file in temporary.iterdir():
            flush(file)
        flush(temporary)
        if path.exists():
            path.rename(old)
        temporary.rename(path)
        flush(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def open_lock(path: Path) -> Iterator[int]:
    """Open a lock file, which is created if it does not exist. Programs that this process starts do not inherit it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Lock an open file until it is closed. Return False if another process holds the lock."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def flush(path: Path) -> None:
    """Wait until the content of a file, or the entries of a folder, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class NotAFileError(OSError):
    """The path leads to a link, a pipe, a socket, a device or a folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "Not a regular file", str(path))


def open_file(path: Path) -> FileIO:
    """Open a file for reading, unbuffered. Every file that somebody else may have put there is opened like this.

    It follows no link and waits for no pipe, also if one replaces the file at the last moment. A folder above the file
    may be a link. Raises NotAFileError for all that is no regular file, and other kinds of OSError.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
            raise NotAFileError(path) from error
        raise
    if not S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotAFileError(path)
    return FileIO(handle)


def copy_private(source: BinaryIO, target: Path, most: int) -> int:
    """Copy at most `most` bytes to a new file that only this user may read. Returns how many there were."""
    target.unlink(missing_ok=True)
    left = most
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with FileIO(handle, "wb") as file:
        while left and (piece := source.read(min(left, PIECE))):
            left -= len(piece)
            while piece:
                piece = piece[file.write(piece) :]
    return most - left


def check_space(folder: Path, needed: int) -> None:
    """Raise an OSError, as a full disk does, unless the folder's disk has so many bytes free."""
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_newest(paths: Iterable[Path], count: int, *, besides: Iterable[Path] = ()) -> list[Path]:
    """Remove all but the `count` newest files or folders, but none in `besides`. Returns the removed paths."""
    kept = {path.resolve() for path in besides}
    newest_first = sorted(paths, key=_changed, reverse=True)
    surplus = [path for path in newest_first[count:] if path.resolve() not in kept]
    for path in surplus:
        remove: Callable[[Path], None] = shutil.rmtree if path.is_dir() else Path.unlink
        remove(path)
    return surplus


def nearest_existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _changed(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name
