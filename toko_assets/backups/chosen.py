"""Finds the backup that a person chose by its name or path, and records the choice.

A chosen backup stays served until a backup arrives that is newer than all that were listed when it was chosen.
"""

from dataclasses import dataclass
from pathlib import Path

from toko_assets.backups.folder import FolderSource, named_backup
from toko_assets.backups.listing import ListedBackup, Listing
from toko_assets.backups.source import BackupSource, GoneError, NoBackupError
from toko_assets.common.records import BackupFile, Order, read_record, write_record

NAMED = 5
RECORD, KEPT = "chosen", 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A backup that a person chose."""

    sha256: str
    newest: Order
    """The newest backup of the shop that was listed then."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The last choices, newest last."""

    choices: tuple[Choice, ...] = ()


def record_choice(records: Path, sha256: str, newest: Order | None) -> None:
    """Record that a person chose the backup with this hash while `newest` was the newest listed one."""
    kept = read_record(records, RECORD, Choices) or Choices()
    others = tuple(choice for choice in kept.choices if choice.sha256 != sha256)
    new = (Choice(sha256, newest),) if newest else ()
    write_record(records, RECORD, Choices((*others, *new)[-KEPT:]))


def order_to_exceed(records: Path, served: BackupFile) -> Order:
    """Return the place in the order after which a backup is newer than what is served."""
    kept = read_record(records, RECORD, Choices) or Choices()
    return max([served.order, *(choice.newest for choice in kept.choices if choice.sha256 == served.sha256)])


def local_backup(path: Path) -> tuple[BackupSource, ListedBackup]:
    """Return a file of this machine, and the source to fetch it from. Raises NoBackupError."""
    return FolderSource(path.parent), named_backup(path)


def chosen_backup(source: BackupSource, wanted: str) -> tuple[BackupSource, ListedBackup]:
    """Find the backup with this name or path in the source, ignoring case, or the file with this full path.

    Raises NoBackupError, which names the newest backups there are, and the errors of `source.listing()`.
    """
    wanted = wanted.strip()
    path = Path(wanted)
    if path.is_absolute() and path.is_file():
        return local_backup(path)
    listing = source.listing()
    for same in (str, str.casefold):
        for backup in listing.backups:
            if same(wanted) in (same(backup.place), same(backup.name)):
                return source, backup
    raise NoBackupError(f"There is no backup {wanted or 'without a name'} in {source.place}{_advice(listing, wanted)}")


def listed_backup(source: BackupSource, place: str, revision: str) -> ListedBackup:
    """This revision, as the source lists it. Raises GoneError, and what the source raises when it does not answer."""
    for backup in source.listing().backups:
        if (backup.place, backup.revision) == (place, revision):
            return backup
    raise GoneError(
        f"{place.rpartition('/')[2]} was replaced, deleted or moved away: the next sync takes what there is."
    )


def _advice(listing: Listing, wanted: str) -> str:
    if wanted.rpartition("/")[2] in listing.conflicted:
        return ", only a conflicted copy with that name: rename it there, then choose it."
    if what := listing.special.get(wanted.rpartition("/")[2]):
        return f", only {what} with that name: put the backup itself there."
    names = [backup.name for backup in listing.backups[:NAMED]]
    return f". The newest there: {', '.join(names)}." if names else ", nor any other."
