"""The interface of a source of backups: list them, and fetch one."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TypeVar

from toko_assets.backups.listing import ListedBackup, Listing
from toko_core import PermanentError, TransientError

ENDING = ".i5bu"
CONFLICTED = re.compile(
    r"\(.*(conflicted copy|konflik).*\)|"
    r"\((.* )?(case|selective sync|unicode encoding|white ?space) conflict( \(?\d+\)?)?\)( ?\(\d+\))?(\.[^.]*)?$",
    re.IGNORECASE,
)
"""Matches Dropbox's names for copies that it makes of a file: when two machines wrote it at once, in English and
Indonesian, such as `toko (conflicted copy 2026-01-05)`; and when names differ only in their letter case, their Unicode
encoding or blanks, or when a folder is not synced, such as `toko (Case Conflict 1)`. The latter stand at the end."""

SPACE_TIMES = 1.5
"""The free space that a backup needs before it is fetched, in sizes of it: its copy, and some of what is made of it."""

Found = TypeVar("Found")


class NoBackupError(PermanentError):
    """There is no backup to take."""


class GoneError(TransientError):
    """A backup that was listed is no longer there."""


class UnreadableError(TransientError):
    """A listed backup cannot be read now. Its permissions or its disk may change, and the backup stays the same."""


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

        Only this user may read `target`. Before anything is written, the first bytes must be those of a dump, and the
        disk must have space for `SPACE_TIMES` the size; no more than that size is written. Raises GoneError if the
        source no longer has it, OSError about the disk of `target`, otherwise TransientError or PermanentError.
        """

    @abstractmethod
    def changes(self, stop: Event) -> Iterator[None]:
        """Yield once, then whenever backups may have changed, until `stop` is set.

        What changes after a yield is followed by another one. Raises TransientError, PermanentError or OSError if the
        source cannot be watched; the caller tries again.
        """

    def is_whole(self, backup: ListedBackup) -> bool:  # noqa: ARG002 - for sources that list half-written files
        """Whether a file that is not settled is complete already. True for a source that lists only whole files."""
        return True

    @abstractmethod
    def head(self, backup: ListedBackup, count: int) -> bytes:
        """Return the first `count` bytes of this revision, fewer of a shorter file.

        Raises GoneError if the source no longer has it, NoBackupError if it may not be read, UnreadableError if it
        cannot be read now, otherwise TransientError or PermanentError.
        """


def is_conflicted(name: str) -> bool:
    """Whether Dropbox made this file because it could not keep two files under one name."""
    return CONFLICTED.search(name) is not None


def left_out(listing: Listing) -> list[str]:
    """Return a warning about each file that a sync never takes by itself."""
    conflicted = [
        f"Skipped: {name} is a conflicted copy. `toko sync --backup FILE` syncs it anyway."
        for name in listing.conflicted
    ]
    special = [f"Skipped: {name} is {what}. Put the backup itself there." for name, what in listing.special.items()]
    return conflicted + special
