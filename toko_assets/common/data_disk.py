"""Whether the disk of the data folder does what a sync needs of it, tried in a fraction of a millisecond.

Windows disks (`/mnt/c` of WSL2, NTFS and exFAT through FUSE) have no file permissions: they ignore a chmod, or refuse
it, and the embedded PostgreSQL then does not start. Some network shares have no file locks. An external PostgreSQL
needs no permissions here: with DB_HOST a sync works on NTFS and exFAT.
"""

import fcntl
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from toko_assets.common.settings import Settings
from toko_core.errors import PermanentError
from toko_core.files import TEMPORARY, nearest_existing

NOBODY = 65534
"""The user that runs the embedded PostgreSQL for root."""
PRIVATE = 0o700

MOVE = "set TOKO_DATA_DIR to a folder on a Linux disk, for example ~/toko. BACKUP_FOLDER may be on any disk."


class DataDiskError(PermanentError):
    """The disk of the data folder lacks something that a sync needs."""


def check_data_disk(settings: Settings) -> None:
    """Raise DataDiskError if a sync cannot work on the disk of the data folder."""
    if problem := data_disk_problem(settings):
        raise DataDiskError(problem)


def data_disk_problem(settings: Settings) -> str | None:
    """One line that says what the disk lacks and which setting to change; None if it lacks nothing.

    Also None where nothing can be written: a full disk or a read-only one is reported by the work itself.
    """
    problem = None if settings.db_host else _without_permissions(settings.folder.postgres.resolve().parent)
    return problem or _without_locks(settings.data_folder)


def has_permissions(folder: Path) -> bool:
    """Whether the disk of a folder keeps file permissions; True where nothing can be written."""
    return _without_permissions(folder) is None


def postgres_user() -> int:
    """The id of the user that runs the embedded PostgreSQL, which does not run as root."""
    return NOBODY if os.geteuid() == 0 else os.geteuid()


def misses_permissions(found: os.stat_result) -> bool:
    """Whether a folder has other permissions than the PRIVATE that were set."""
    return stat.S_IMODE(found.st_mode) & 0o777 != PRIVATE


def _without_permissions(folder: Path) -> str | None:
    """Make a folder as the embedded PostgreSQL needs it: private, and its own."""
    with suppress(OSError), _trial(folder) as trial:
        private = Path(trial, "private")
        private.mkdir()
        with suppress(OSError):  # some disks refuse it, most ignore it
            private.chmod(PRIVATE)
        if misses_permissions(private.stat()):
            return f"{folder} is on a disk without file permissions (a Windows disk?): {MOVE}"
        if os.geteuid() == 0:
            with suppress(OSError):
                os.chown(private, postgres_user(), postgres_user())
        if (owner := private.stat().st_uid) != postgres_user():
            return (
                f"{folder} is on a disk where folders belong to user {owner}, but PostgreSQL runs as user "
                f"{postgres_user()}: {MOVE}"
            )
    return None


def _without_locks(folder: Path) -> str | None:
    """Lock a file in both ways, flock for the sync and POSIX for SQLite and DuckDB; replace it while it is open."""
    with suppress(OSError), _trial(folder) as trial:
        path, new = Path(trial, "file"), Path(trial, "new")
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
        fcntl.lockf(file, fcntl.LOCK_UN)  # on NFS it would be in the way of the other kind
    except OSError:
        return False
    return True


def _flock_works(file: int, same: int) -> bool:
    """Whether of two who open a file only one gets its lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    try:
        fcntl.flock(same, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _trial(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone afterwards; one that a kill left is removed by the next sync."""
    place = nearest_existing(folder)
    return tempfile.TemporaryDirectory(TEMPORARY, "disk-check-", place, ignore_cleanup_errors=True)
