"""Where backups come from: a folder that iPOS, or a Dropbox client, puts them into."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from toko_assets.errors import PassingError, PermanentError
from toko_assets.ipos.archive import Archive, IncompleteBackupError, NotABackupError, read_archive

ENDING = ".i5bu"


class NoBackupError(PermanentError):
    """There is no backup to take."""


class FolderSource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """The newest whole `*.i5bu` of a folder, by the time of its last change."""

    folder: str

    def newest(self, warn: Callable[[str], None]) -> Archive:
        """The newest whole backup; newer files that are not whole are passed over with a warning each."""
        folder = Path(self.folder)
        try:
            files = [file for file in folder.iterdir() if file.suffix.lower() == ENDING and file.is_file()]
        except FileNotFoundError:
            files = []
        if not files:
            raise NoBackupError(
                f"There is no iPOS backup (*{ENDING}) in {folder}: put one there, or set BACKUP_FOLDER."
            )
        problem: PermanentError | None = None
        for file in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True):
            try:
                return read_archive(file)
            except (IncompleteBackupError, NotABackupError) as error:
                warn(f"Passed over: {error}")
                problem = problem or error
        raise problem or NoBackupError(f"There is no backup in {folder}.")


def open_backup(path: Path) -> Archive:
    """A backup that was named by a person."""
    try:
        return read_archive(path)
    except FileNotFoundError as error:
        raise NoBackupError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise NoBackupError(f"{path} is a folder: name a backup file (*{ENDING}).") from error


def revision(path: Path) -> str:
    """Changes when the file does: its size and the time of its last change."""
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def ensure_unchanged(path: Path, before: str) -> None:
    """Raises PassingError if the file changed since its revision was `before`."""
    if revision(path) != before:
        raise PassingError(f"{path.name} changed while it was read: it is still being written. Try again in a minute.")
