"""Backups in a folder that iPOS or a Dropbox client writes to."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ELOOP, ENOENT
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from threading import Event

from toko_assets.backups.listing import SETTLED, ListedBackup, Listing, newest_first
from toko_assets.backups.source import ENDING, BackupSource, GoneError, NoBackupError, UnreadableError, is_conflicted
from toko_assets.ipos.archive.reader import read_archive
from toko_core.errors import BackupError, TransientError


@dataclass(frozen=True, slots=True)
class FolderSource(BackupSource):
    """The `*.i5bu` files of a folder, by the time of their last change."""

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
        """List the folder; files may appear and disappear meanwhile. Raises TransientError."""
        try:
            found = [backup for file in self.folder.iterdir() if (backup := _listed_backup(file)) is not None]
        except FileNotFoundError as error:
            if self.must_exist:  # a disk that is not mounted, too
                raise TransientError(
                    f"There is no folder {self.folder}: is its disk connected, and is BACKUP_FOLDER right?"
                ) from error
            found = []
        except OSError as error:  # permissions and disks change without a change of the settings
            raise TransientError(
                f"The backup folder {self.folder} cannot be read ({error.strerror}): is its disk connected, and is "
                "BACKUP_FOLDER right?"
            ) from error
        backups = [backup for backup in found if not is_conflicted(backup.name)]
        return Listing(newest_first(backups), sorted(backup.name for backup in found if is_conflicted(backup.name)))

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
        try:
            with Path(backup.place).open("rb") as file:
                start = file.read(count)
            revision = _listed(Path(backup.place)).revision
        except FileNotFoundError as error:
            raise gone(backup) from error
        except OSError as error:
            raise unreadable(backup.place, error) from error
        if revision != backup.revision:
            raise GoneError(f"{backup.name} was replaced after it was listed.")
        return start

    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Copy the file. Raises UnreadableError if it cannot be read, and TransientError if it has changed."""
        source = Path(backup.place)
        try:
            revision = _listed(source).revision
            with source.open("rb"):  # later errors concern the target
                pass
        except FileNotFoundError as error:
            raise gone(backup) from error
        except OSError as error:
            raise unreadable(backup.place, error) from error
        if revision != backup.revision:
            raise _changed(backup.name)
        shutil.copyfile(source, target)
        if not source.exists() or _listed(source).revision != backup.revision:
            raise _changed(backup.name)
        progress(backup.size)


def named_backup(path: Path) -> ListedBackup:
    """Return the backup that a person named. Raises NoBackupError and UnreadableError."""
    try:
        if path.is_dir():
            raise NoBackupError(f"{path} is a folder: name a backup file (*{ENDING}).")
        if path.exists() and not path.is_file():
            raise NoBackupError(f"{path} is not a file: name a backup file (*{ENDING}).")
        return _listed(path)
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


def _listed_backup(file: Path) -> ListedBackup | None:
    """Describe a file if it is a backup. Links that lead nowhere, or in circles, are none. Raises OSError."""
    if file.suffix.lower() != ENDING:
        return None
    try:
        return _listed(file) if S_ISREG(file.stat().st_mode) else None
    except OSError as error:
        if error.errno in {ENOENT, ELOOP}:
            return None
        raise


@lru_cache(maxsize=64)
def _is_whole(place: str, revision: str) -> bool:
    """Whether the archive ends exactly where this revision of the file ends. Raises OSError."""
    file = Path(place)
    try:
        read_archive(file)
    except BackupError:
        return False
    return _listed(file).revision == revision


def _listed(file: Path) -> ListedBackup:
    """Describe a file by its size and the time of its last change. Raises OSError."""
    stat = file.stat()
    return ListedBackup(
        place=str(file),
        revision=f"{stat.st_size}-{stat.st_mtime_ns}",
        size=stat.st_size,
        modified=datetime.fromtimestamp(stat.st_mtime, UTC),
        settled=time.time() - stat.st_mtime > SETTLED.total_seconds(),
    )


def _changed(name: str) -> TransientError:
    """Return the error for a file that is not the listed one any more."""
    return TransientError(
        f"{name} was replaced after it was listed, or {name} changed while it was read. Try again in a minute."
    )
