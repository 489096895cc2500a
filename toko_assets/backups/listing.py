"""Backups as their source lists them. The two sources are in `resources/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from toko_assets.ipos.decoding import decode
from toko_core.catalog.demo import is_demo_backup
from toko_core.errors import TransientError


class QuietError(TransientError):
    """The source wants to be left alone for a while."""

    def __init__(self, said: str, quiet: timedelta) -> None:
        super().__init__(said)
        self.quiet = quiet


@dataclass(frozen=True, slots=True)
class ListedBackup:
    """A backup as its source lists it."""

    place: str
    """Where the source finds it: a path."""
    revision: str
    """Changes when the file does: of a folder its size and time of change; of Dropbox its revision."""
    size: int
    """Bytes."""
    modified: datetime
    """UTC."""
    settled: bool = True
    """False for a file that was changed just now, and may still be written."""

    @property
    def name(self) -> str:
        """Fit to be shown."""
        return decode(self.place.rpartition("/")[2].encode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in the source now."""

    backups: Sequence[ListedBackup]
    """Newest first."""
    conflicted: Sequence[str] = ()
    """Names of files that Dropbox made of two machines' writing one: never taken by themselves."""


def newest_first(backups: Sequence[ListedBackup]) -> list[ListedBackup]:
    """By the time of the last change; of the same moment, by place. Without the demo's, where there is another one."""
    of_shop = [backup for backup in backups if not is_demo_backup(backup.name)]
    return sorted(of_shop or backups, key=lambda backup: (backup.modified, backup.place), reverse=True)
