"""What every source of backups offers: a listing, and one backup of it."""

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
"""How Dropbox names what two machines wrote at once, in English and Indonesian: `toko (conflicted copy 2026-01-05)`."""

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
        """For people: the folder's name."""

    @property
    @abstractmethod
    def setting(self) -> str:
        """The setting that says where it is."""

    @abstractmethod
    def listing(self) -> Listing:
        """All backups. Raises TransientError or PermanentError."""

    @abstractmethod
    def fetch(self, backup: ListedBackup, target: Path, progress: Callable[[int], None]) -> None:
        """Write this revision to `target`, whole; `progress` hears how many bytes are there.

        Raises GoneError if the source no longer has it, else TransientError or PermanentError.
        """

    def newest(self, look: Callable[[ListedBackup], Found], warn: Callable[[str], None]) -> Found:
        """What `look` finds in the newest backup that is whole: it raises IncompleteBackupError or NotABackupError.

        Newer ones that are not, and conflicted copies, get a warning each. Raises NoBackupError, or what is wrong with
        the newest if none is whole.
        """
        listing = self.listing()
        for name in listing.conflicted:
            warn(left_out(name))
        if not listing.backups:
            besides = " but conflicted copies" if listing.conflicted else ""
            raise NoBackupError(
                f"There is no iPOS backup (*{ENDING}) in {self.place}{besides}: put one there, or set {self.setting}."
            )
        problem: TokoError | None = None
        for backup in listing.backups:
            try:
                return look(backup)
            except (IncompleteBackupError, NotABackupError, NoBackupError, GoneError) as error:
                warn(f"Passed over: {error}")
                problem = problem or error
        raise problem or NoBackupError(f"There is no backup in {self.place}.")


def is_conflicted(name: str) -> bool:
    """Whether Dropbox made this file because two machines wrote one of that name."""
    return CONFLICTED.search(name) is not None


def left_out(name: str) -> str:
    """The warning for a conflicted copy."""
    return f"Left out: {name} is a conflicted copy. `toko sync --backup FILE` takes it all the same."
