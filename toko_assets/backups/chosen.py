"""Finds one backup of a source: one that a person chose by its name or path, or one that was listed before."""

from pathlib import Path

from toko_assets.backups.folder import FolderSource, named_backup
from toko_assets.backups.listing import ListedBackup, Listing
from toko_assets.backups.source import BackupSource, GoneError, NoBackupError

NAMED = 5


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
    names = [backup.name for backup in listing.backups[:NAMED]]
    return f". The newest there: {', '.join(names)}." if names else ", nor any other."
