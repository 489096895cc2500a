"""Where backups come from: a folder that iPOS, or a Dropbox client, puts them into."""

import re
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from toko_assets.errors import PassingError, PermanentError
from toko_assets.ipos.archive import Archive, IncompleteBackupError, NotABackupError
from toko_assets.ipos.archive_reader import read_archive
from toko_assets.ipos.rows import verify_rows

ENDING = ".i5bu"
CONFLICTED = re.compile(r"\(.*(conflicted copy|konflik).*\)", re.IGNORECASE)
"""How Dropbox names what two machines wrote at once, in English and Indonesian: `toko (conflicted copy 2026-01-05)`."""


class NoBackupError(PermanentError):
    """There is no backup to take."""


class FolderSource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic over its own value type
    """The newest whole `*.i5bu` of a folder, by the time of its last change."""

    folder: str

    def newest(self, warn: Callable[[str], None]) -> Archive:
        """The newest whole backup. Newer files that are not whole, and conflicted copies, get a warning each.

        Raises NoBackupError, what is wrong with the newest file if none is whole, or PassingError if it still changes.
        """
        files, conflicted = self._files()
        for file in conflicted:
            warn(f"Left out: {file.name} is a conflicted copy. `toko sync --backup FILE` takes it all the same.")
        if not files:
            besides = " but conflicted copies" if conflicted else ""
            raise NoBackupError(
                f"There is no iPOS backup (*{ENDING}) in {self.folder}{besides}: put one there, or set BACKUP_FOLDER."
            )
        problem: PermanentError | None = None
        for file in files:
            try:
                return _whole(file)
            except (IncompleteBackupError, NotABackupError, NoBackupError) as error:
                warn(f"Passed over: {error}")
                problem = problem or error
        raise problem or NoBackupError(f"There is no backup in {self.folder}.")

    def _files(self) -> tuple[list[Path], list[Path]]:
        """The backups, newest first, and the conflicted copies. Files come and go while a folder is looked at."""
        changed: dict[Path, int] = {}
        try:
            for file in Path(self.folder).iterdir():
                if file.suffix.lower() == ENDING and file.is_file():
                    changed[file] = file.stat().st_mtime_ns
        except FileNotFoundError:
            pass
        except OSError as error:
            raise NoBackupError(
                f"The backup folder {self.folder} cannot be read ({error.strerror}): set BACKUP_FOLDER."
            ) from error
        newest_first = sorted(changed, key=lambda file: changed[file], reverse=True)
        return (
            [file for file in newest_first if not is_conflicted(file.name)],
            [file for file in newest_first if is_conflicted(file.name)],
        )


def is_conflicted(name: str) -> bool:
    """Whether Dropbox made this file because two machines wrote one of that name."""
    return CONFLICTED.search(name) is not None


def open_backup(path: Path) -> Archive:
    """A backup that was named by a person."""
    if path.is_dir():
        raise NoBackupError(f"{path} is a folder: name a backup file (*{ENDING}).")
    if path.exists() and not path.is_file():
        raise NoBackupError(f"{path} is no file: name a backup file (*{ENDING}).")
    return _whole(path)


def revision(path: Path) -> str:
    """Changes when the file does: its size and the time of its last change."""
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def ensure_unchanged(path: Path, before: str) -> None:
    """Raises PassingError if the file changed since its revision was `before`."""
    if revision(path) != before:
        raise PassingError(f"{path.name} changed while it was read: it is still being written. Try again in a minute.")


def _whole(path: Path) -> Archive:
    """A backup of which every block is there, and what is needed of it undamaged."""
    try:
        before = revision(path)
        try:
            archive = read_archive(path)
            verify_rows(archive)
        except (IncompleteBackupError, NotABackupError):
            ensure_unchanged(path, before)  # a file that still grows looks damaged
            raise
        ensure_unchanged(path, before)
        return archive
    except FileNotFoundError as error:
        raise NoBackupError(f"There is no file {path}.") from error
    except OSError as error:
        raise NoBackupError(f"{path} cannot be read ({error.strerror}): copy it again, or choose another.") from error
