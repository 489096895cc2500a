"""Records of backups as their source lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from toko_assets.ipos.decoding import decode
from toko_core.catalog.demo import is_demo_backup
from toko_core.errors import TransientError


class QuietError(TransientError):
    """The source asks for no requests for a while."""

    def __init__(self, message: str, quiet: timedelta) -> None:
        super().__init__(message)
        self.quiet = quiet


@dataclass(frozen=True, slots=True)
class ListedBackup:
    """A backup as its source lists it."""

    place: str
    """Where the source finds it: a path."""
    revision: str
    """A text that changes when the file does: its size and time of change in a folder, its revision in Dropbox."""
    size: int
    """Bytes."""
    modified: datetime
    """UTC."""
    settled: bool = True
    """False for a file that was changed just now, and may still be written."""

    @property
    def name(self) -> str:
        """The file's name, safe to display."""
        return decode(self.place.rpartition("/")[2].encode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that are in the source now."""

    backups: Sequence[ListedBackup]
    """Newest first."""
    conflicted: Sequence[str] = ()
    """Names of the copies that Dropbox made when two machines wrote one file. They are synced only if a person asks."""


def newest_first(backups: Sequence[ListedBackup]) -> list[ListedBackup]:
    """Sort by the time of the last change, then by place. Leaves out the demo's backup if there is another one."""
    of_shop = [backup for backup in backups if not is_demo_backup(backup.name)]
    return sorted(of_shop or backups, key=lambda backup: (backup.modified, backup.place), reverse=True)
