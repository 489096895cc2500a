"""Records of backups as their source lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from toko_assets.common.records import Order
from toko_assets.ipos.archive.contents import Header
from toko_assets.ipos.decoding import decode
from toko_core import TransientError
from toko_core.catalog.demo import is_demo_backup
from toko_core.text import escape_controls

SETTLED = timedelta(minutes=1)
"""How long a file must be unchanged until it counts as written, even if it is no whole backup."""


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
    """False for a file that was changed less than SETTLED ago, and may still be written."""

    @property
    def name(self) -> str:
        """The file's name, safe to display."""
        return escape_controls(decode(self.place.rpartition("/")[2].encode("utf-8", "surrogateescape")))


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that are in the source now."""

    backups: Sequence[ListedBackup]
    """Newest first."""
    conflicted: Sequence[str] = ()
    """Names of the copies that Dropbox made when two machines wrote one file. They are synced only if a person asks."""
    special: Mapping[str, str] = field(default_factory=dict)
    """Names of what is no file that can be taken, such as links and pipes, and what it is. It is never opened."""


@dataclass(frozen=True, slots=True)
class DatedBackup:
    """A listed backup with what its header says. The header, not the file's time, orders backups."""

    listed: ListedBackup
    header: Header | None
    """None if the file does not begin like a backup."""
    dumped_at: datetime
    """The header's time in the shop's time zone; without a header, the time of the file's last change."""
    first_seen: datetime
    """When this revision was listed for the first time, UTC."""

    @property
    def name(self) -> str:
        """The file's name, safe to display."""
        return self.listed.name

    @property
    def order(self) -> Order:
        """The backup's place in the order of backups."""
        return Order(min(self.dumped_at, self.first_seen), self.listed.modified, self.name)

    @property
    def date_problem(self) -> str:
        """A sentence that says why the header's date is impossible; empty if it is possible."""
        return date_problem(self.name, self.dumped_at, self.first_seen) if self.header else ""


OLDEST = 2005
"""The year before which no iPOS 5 existed: an older date comes from a clock that was reset, or from a damaged byte."""
MOST_AHEAD = timedelta(days=1)
"""How far a dump's time may be ahead of this machine's clock, because the two clocks or time zones differ."""


def date_problem(name: str, dumped_at: datetime, first_seen: datetime) -> str:
    """Return a sentence that says why a backup cannot have this date; an empty text if it can."""
    if dumped_at.year < OLDEST:
        return (
            f"{name} says that it was dumped on {dumped_at:%Y-%m-%d}, before there was iPOS 5: set the clock of the "
            "computer with iPOS, then make the backup again."
        )
    if dumped_at > first_seen + MOST_AHEAD:
        return (
            f"{name} says that it was dumped on {dumped_at:%Y-%m-%d %H:%M}, in the future: set the clock of the "
            f"computer with iPOS (here it was {first_seen.astimezone(dumped_at.tzinfo):%Y-%m-%d %H:%M}), then make "
            "the backup again."
        )
    return ""


def newest_first(backups: Sequence[ListedBackup]) -> list[ListedBackup]:
    """Sort by the time of the last change, then by place. Leaves out the demo's backup, which is no shop's."""
    of_shop = [backup for backup in backups if not is_demo_backup(backup.name)]
    return sorted(of_shop, key=lambda backup: (backup.modified, backup.place), reverse=True)
