"""What is remembered of rollbacks: records/rollback.json.

Existing installations hold this file, so its fields keep their names, `refusal` and `refused_at` among them.
"""

from dataclasses import dataclass
from datetime import datetime

from toko_assets.common.records import read_record, write_record
from toko_core.catalog.demo import is_demo_backup
from toko_core.files import DataFolder

RECORD = "rollback"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The newest backup whose catalogue a person took back. It also covers the older ones."""

    file: str
    """The catalogue, by name."""
    name: str
    """Of the backup."""
    revision: str
    sha256: str
    dumped_at: datetime
    refused_at: datetime
    """In the shop's time zone."""
    chosen: tuple[str, ...] = ()
    """SHA-256 of backups that persons chose since: these may be published."""

    def covers(self, sha256: str, dumped_at: datetime) -> bool:
        """Whether a backup is the rejected one, or no newer. The demo's says nothing about a shop's backup."""
        return sha256 == self.sha256 or (dumped_at <= self.dumped_at and not is_demo_backup(self.name))

    def is_of(self, revision: str) -> bool:
        """Whether it still rejects what the source lists under this revision."""
        return revision == self.revision and self.sha256 not in self.chosen

    def said(self, name: str, *, itself: bool = True) -> str:
        """For people: why a backup is not published; `itself` if it is the rejected one, not an older one."""
        what = f"{name} was" if itself else f"{name} is no newer than {self.name}, which was"
        return (
            f"{what} refused by a rollback on {self.refused_at:%Y-%m-%d %H:%M}; "
            "sync_this_backup publishes it all the same."
        )


@dataclass(frozen=True, slots=True)
class Rollbacks:
    """All that is remembered of rollbacks."""

    refusal: Rejection | None = None
    files: tuple[str, ...] = ()
    """Catalogues that were taken back, by name: no rollback goes there without being told to."""
    to: str = ""
    """The catalogue that the last one went to, by name."""


def read_rollbacks(folder: DataFolder) -> Rollbacks:
    """What is remembered; nothing before the first rollback."""
    return read_record(folder.records, RECORD, Rollbacks) or Rollbacks()


def write_rollbacks(folder: DataFolder, rollbacks: Rollbacks) -> None:
    """Replace it in one step."""
    write_record(folder.records, RECORD, rollbacks)
