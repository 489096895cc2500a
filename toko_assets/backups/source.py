"""The interface of a source of backups: list them, and fetch one."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from toko_assets.backups.listing import ListedBackup, Listing
from toko_assets.ipos.archive.contents import IncompleteBackupError, NotABackupError
from toko_core.errors import PermanentError, TokoError, TransientError

ENDING = ".i5bu"
CONFLICTED = re.compile(r"\(.*(conflicted copy|konflik).*\)", re.IGNORECASE)
"""Matches Dropbox's names for files that two machines wrote at once, in English and Indonesian, such as
`toko (conflicted copy 2026-01-05)`."""

Found = TypeVar("Found")


class NoBackupError(PermanentError):
    """There is no backup to take."""


class GoneError(TransientError):
    """A backup that was listed is no longer there."""


class BackupSource(ABC):
    """Where backups come from."""

    @property
    @abstractmethod
    def place(self) -> str:
        """The folder's name, for messages."""

    @property
    @abstractmethod
    def setting(self) -> str:
        """The name of the setting that says where the source is."""

    @abstractmethod
    def listing(self) -> Listing:
        """List all backups. Raises TransientError or PermanentError."""

    @abstractmethod
    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Write this whole revision to `target`; call `progress` with the number of bytes received so far.

        Raises GoneError if the source no longer has it, otherwise TransientError or PermanentError.
        """

    def newest(self, inspect: Callable[[ListedBackup], Found], warn: Callable[[str], None]) -> Found:
        """Return what `inspect` returns for the newest whole backup.

        `inspect` raises IncompleteBackupError or NotABackupError for a backup that is not whole. Each such backup, and
        each conflicted copy, gets a warning. Raises NoBackupError if there is no backup, and the error of the newest
        one if none is whole.
        """
        listing = self.listing()
        for name in listing.conflicted:
            warn(left_out(name))
        if not listing.backups:
            only = ", only conflicted copies" if listing.conflicted else ""
            raise NoBackupError(
                f"There is no iPOS backup (*{ENDING}) in {self.place}{only}: put one there, or set {self.setting}."
            )
        problem: TokoError | None = None
        for backup in listing.backups:
            try:
                return inspect(backup)
            except (IncompleteBackupError, NotABackupError, NoBackupError, GoneError) as error:
                warn(f"Skipped: {error}")
                problem = problem or error
        raise problem or NoBackupError(f"There is no backup in {self.place}.")


def is_conflicted(name: str) -> bool:
    """Whether Dropbox made this file because two machines wrote a file with that name at once."""
    return CONFLICTED.search(name) is not None


def left_out(name: str) -> str:
    """Return the warning about a conflicted copy."""
    return f"Skipped: {name} is a conflicted copy. `toko sync --backup FILE` syncs it anyway."
