"""The state of rollbacks: records/rollback.json.

Existing installations have this file, so its fields keep their names, including `refusal` and `refused_at`.
"""

from dataclasses import dataclass
from datetime import datetime

from toko_assets.common.records import read_record, write_record
from toko_core.catalog.demo import is_demo_backup
from toko_core.files import DataFolder

RECORD = "rollback"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The newest backup whose catalogue a person rolled back. The rejection also covers older backups."""

    file: str
    """The file name of the rejected catalogue."""
    name: str
    """The backup's name."""
    revision: str
    sha256: str
    dumped_at: datetime
    refused_at: datetime
    """In the shop's time zone."""
    chosen: tuple[str, ...] = ()
    """SHA-256 of backups that a person chose since then. These may be published."""

    def covers(self, sha256: str, dumped_at: datetime) -> bool:
        """Whether a backup is the rejected one, or not newer than it.

        A rejection of the demo's backup never covers a shop's backup.
        """
        return sha256 == self.sha256 or (dumped_at <= self.dumped_at and not is_demo_backup(self.name))

    def is_of(self, revision: str) -> bool:
        """Whether it still rejects the backup that the source lists with this revision."""
        return revision == self.revision and self.sha256 not in self.chosen

    def explain(self, name: str, *, itself: bool = True) -> str:
        """Explain to people why a backup is not published. `itself`: it is the rejected one, not an older one."""
        what = f"{name} was" if itself else f"{name} is no newer than {self.name}, which was"
        return (
            f"{what} rejected by a rollback on {self.refused_at:%Y-%m-%d %H:%M}; "
            "the job sync_this_backup publishes it anyway."
        )


@dataclass(frozen=True, slots=True)
class Rollbacks:
    """The state that all rollbacks left."""

    refusal: Rejection | None = None
    files: tuple[str, ...] = ()
    """File names of the catalogues that were rolled back. No rollback goes there unless a person names one."""
    to: str = ""
    """The file name of the catalogue that the last rollback went to."""


def read_rollbacks(folder: DataFolder) -> Rollbacks:
    """Read the state; it is empty before the first rollback."""
    return read_record(folder.records, RECORD, Rollbacks) or Rollbacks()


def write_rollbacks(folder: DataFolder, rollbacks: Rollbacks) -> None:
    """Replace the state in one step."""
    write_record(folder.records, RECORD, rollbacks)
