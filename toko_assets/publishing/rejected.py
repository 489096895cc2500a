"""What a rollback refused: it is not published again by itself, nor is an older backup, until a newer one arrives.

Kept as records/rollback.json. A refusal counts only while CURRENT does not name the refused file: a rollback writes it
first and replaces CURRENT then, so that a kill in between leaves everything as it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from toko_assets.common.records import BackupFile, read_record, write_record
from toko_assets.publishing.served import read_served
from toko_core.catalog.store import current_file
from toko_core.errors import PermanentError
from toko_core.files import DataFolder

RECORD = "rollback"


class RefusedError(PermanentError):
    """The backup was refused, or is no newer than the refused one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The newest backup whose catalogue a person took back."""

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
        """Whether a backup is the refused one, or no newer."""
        return sha256 == self.sha256 or dumped_at <= self.dumped_at

    def is_of(self, revision: str) -> bool:
        """Whether it still refuses what the source lists under this revision."""
        return revision == self.revision and self.sha256 not in self.chosen

    def said(self, name: str, *, itself: bool = True) -> str:
        """For people: why a backup is not published; `itself` if it is the refused one, not an older one."""
        what = f"{name} was" if itself else f"{name} is no newer than {self.name}, which was"
        return (
            f"{what} refused by a rollback on {self.refused_at:%Y-%m-%d %H:%M}; "
            "sync_this_backup publishes it all the same."
        )


@dataclass(frozen=True, slots=True)
class Rollbacks:
    """All that is remembered of rollbacks."""

    refusal: Refusal | None = None
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


def refusal_in_force(folder: DataFolder) -> Refusal | None:
    """The refusal, unless it has ended or the refused catalogue is served."""
    refusal, served = read_rollbacks(folder).refusal, current_file(folder.catalog)
    return None if refusal and served and served.name == refusal.file else refusal


def check_not_refused(folder: DataFolder, name: str, sha256: str, dumped_at: datetime) -> None:
    """Raises RefusedError if this backup may not be published. The one that is served may, again."""
    refusal = refusal_in_force(folder)
    if refusal is None or sha256 in refusal.chosen or not refusal.covers(sha256, dumped_at):
        return
    itself = sha256 == refusal.sha256
    served = None if itself else read_served(folder)
    if served is None or served.backup is None or served.backup.sha256 != sha256:
        raise RefusedError(refusal.said(name, itself=itself))


def choose(folder: DataFolder, sha256: str) -> None:
    """A person wants this backup, whatever was refused."""
    rollbacks, refusal = read_rollbacks(folder), refusal_in_force(folder)
    if refusal and sha256 not in refusal.chosen:
        chosen = (*refusal.chosen, sha256)
        write_rollbacks(folder, replace(rollbacks, refusal=replace(refusal, chosen=chosen)))


def end_refusal(folder: DataFolder, published: BackupFile) -> None:
    """To be called when a backup was published: the refused one itself, or a newer one, ends the refusal."""
    rollbacks = read_rollbacks(folder)
    refusal = rollbacks.refusal
    if refusal and (published.sha256 == refusal.sha256 or not refusal.covers(published.sha256, published.dumped_at)):
        write_rollbacks(folder, replace(rollbacks, refusal=None))
