"""Backups in a folder that iPOS or a Dropbox client writes to."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import FileIO
from pathlib import Path
from stat import S_ISDIR, S_ISFIFO, S_ISLNK, S_ISREG
from threading import Event

from toko_assets.backups.listing import SETTLED, ListedBackup, Listing, newest_first
from toko_assets.backups.source import (
    ENDING,
    SPACE_TIMES,
    BackupSource,
    GoneError,
    NoBackupError,
    UnreadableError,
    is_conflicted,
)
from toko_assets.ipos.archive.reader import MAGIC, check_magic
from toko_assets.ipos.sandbox.archives import read_backup
from toko_core import BackupError, TransientError
from toko_core.files import NotAFileError, check_space, copy_private, open_file


@dataclass(frozen=True, slots=True)
class FolderSource(BackupSource):
    """The `*.i5bu` files of a folder, by the time of their last change.

    Whoever may write to the folder may not be allowed to read all that this process can. So links are not followed, and
    a file that another user than the folder's owner has, is not taken if it has further names (hard links).
    """

    folder: Path
    must_exist: bool = False
    """Whether it is an error if there is no folder. Otherwise it counts as empty."""

    @property
    def place(self) -> str:
        return str(self.folder)

    @property
    def setting(self) -> str:
        return "BACKUP_FOLDER"

    def listing(self) -> Listing:
        """List the folder; files may appear and disappear meanwhile. No file is opened. Raises TransientError."""
        found: list[ListedBackup] = []
        special: dict[str, str] = {}
        try:
            owner = self.folder.stat().st_uid
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if Path(entry.name).suffix.lower() != ENDING or (status := _status(entry)) is None:
                        continue
                    listed = _listed(Path(entry.path), status)
                    if what := special_kind(entry.name, status, owner):
                        special[listed.name] = what
                    else:
                        found.append(listed)
        except FileNotFoundError as error:
            if self.must_exist:  # a disk that is not mounted, too
                raise TransientError(
                    f"There is no folder {self.folder}: is its disk connected, and is BACKUP_FOLDER right?"
                ) from error
        except OSError as error:  # permissions and disks change without a change of the settings
            raise TransientError(
                f"The backup folder {self.folder} cannot be read ({error.strerror}): is its disk connected, and is "
                "BACKUP_FOLDER right?"
            ) from error
        backups = [backup for backup in found if not is_conflicted(backup.name)]
        conflicted = sorted(backup.name for backup in found if is_conflicted(backup.name))
        return Listing(newest_first(backups), conflicted, dict(sorted(special.items())))

    def changes(self, stop: Event) -> Iterator[None]:
        """Watch the folder, which need not exist yet."""
        from toko_assets.backups.watch.folder import folder_changes  # only the daemon watches

        return folder_changes(self.folder, stop)

    def is_whole(self, backup: ListedBackup) -> bool:
        """Walk the archive to its end; False also for a file that cannot be read now. Each revision is walked once."""
        try:
            return _is_whole(backup.place, backup.revision)
        except OSError:
            return False

    def head(self, backup: ListedBackup, count: int) -> bytes:
        """Read the beginning of the file."""
        with self._opened(backup) as file:
            if _revision(os.fstat(file.fileno())) != backup.revision:
                raise GoneError(f"{backup.name} was replaced after it was listed.")
            try:
                return file.read(count)
            except OSError as error:
                raise unreadable(backup.place, error) from error

    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Copy the file, which is opened once. Raises UnreadableError if it cannot be read, TransientError if it has
        changed, and OSError about the disk of `target`.
        """
        with self._opened(backup) as file:
            if _revision(os.fstat(file.fileno())) != backup.revision:
                raise _changed(backup.name)
            check_magic(file.read(len(MAGIC)), backup.name)
            check_space(target.parent, int(backup.size * SPACE_TIMES))
            file.seek(0)
            copied = copy_private(file, target, backup.size)
            is_same = copied == backup.size and _revision(os.fstat(file.fileno())) == backup.revision
        if not is_same or not _is_revision(Path(backup.place), backup.revision):
            raise _changed(backup.name)
        progress(backup.size)

    @contextmanager
    def _opened(self, backup: ListedBackup) -> Iterator[FileIO]:
        """Open a listed file. Raises GoneError and UnreadableError."""
        path = Path(backup.place)
        try:
            file = open_file(path)
            if special_kind(path.name, os.fstat(file.fileno()), self.folder.stat().st_uid):
                file.close()
                raise NotAFileError(path)
        except FileNotFoundError as error:
            raise gone(backup) from error
        except OSError as error:
            raise unreadable(backup.place, error) from error
        with file:
            yield file


def named_backup(path: Path) -> ListedBackup:
    """Return the backup that a person named. Raises NoBackupError and UnreadableError."""
    try:
        status = path.lstat()
        if what := special_kind("", status, path.parent.stat().st_uid):
            what = what if S_ISDIR(status.st_mode) else f"not a file but {what}"
            raise NoBackupError(f"{path} is {what}: name a backup file (*{ENDING}).")
        return _listed(path, status)
    except FileNotFoundError as error:
        raise NoBackupError(f"There is no file {path}.") from error
    except OSError as error:
        raise unreadable(str(path), error) from error


def gone(backup: ListedBackup) -> GoneError:
    """Return the error for a file that is not there any more."""
    return GoneError(f"{backup.name} is gone: it was deleted or moved.")


def unreadable(path: str, error: OSError) -> UnreadableError:
    """Return the error for a file that cannot be read now."""
    return UnreadableError(f"{path} cannot be read ({error.strerror}): copy it again, or choose another.")


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of a file or a link itself; None if it has disappeared. Raises OSError."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def special_kind(name: str, status: os.stat_result, owner: int) -> str:
    """Return what is to be said of anything but a usual file in a folder of `owner`; an empty text of a usual one."""
    if S_ISREG(status.st_mode):
        if status.st_nlink > 1 and status.st_uid != owner:
            return "a hard link to a file of another user"
        return "" if _is_utf8(name) else "a file whose name is not UTF-8"
    kinds = ((S_ISLNK, "a link"), (S_ISDIR, "a folder"), (S_ISFIFO, "a pipe"))
    return next((what for is_kind, what in kinds if is_kind(status.st_mode)), "a socket or a device")


def _is_utf8(name: str) -> bool:
    """Whether records and Dagster can hold the name. Undecodable bytes are surrogates in it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=64)
def _is_whole(place: str, revision: str) -> bool:
    """Whether the archive ends exactly where this revision of the file ends. Raises OSError."""
    file = Path(place)
    try:
        read_backup(file)
    except BackupError:
        return False
    return _is_revision(file, revision)


def _listed(file: Path, status: os.stat_result) -> ListedBackup:
    """Describe a file by its size and the time of its last change."""
    return ListedBackup(
        place=str(file),
        revision=_revision(status),
        size=status.st_size,
        modified=datetime.fromtimestamp(status.st_mtime, UTC),
        settled=time.time() - status.st_mtime > SETTLED.total_seconds(),
    )


def _revision(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _is_revision(file: Path, revision: str) -> bool:
    """Whether the file with this name still is this revision."""
    try:
        return _revision(file.lstat()) == revision
    except OSError:
        return False


def _changed(name: str) -> TransientError:
    """Return the error for a file that is not the listed one any more."""
    return TransientError(
        f"{name} was replaced after it was listed, or {name} changed while it was read. Try again in a minute."
    )
