"""Separates the demo's data from the shop's, and removes them when the shop's first backup is published."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from toko_assets.common.records import BackupFile
from toko_assets.ipos.export import csv_name
from toko_assets.publishing.history.store import FILE, backups_of, open_history
from toko_assets.publishing.origin import origin
from toko_core import CatalogError
from toko_core.catalog.demo import DEMO_BACKUP
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import PATTERN
from toko_core.files import DataFolder


def demo_backup(folder: DataFolder, catalog: Path) -> BackupFile | None:
    """Return the backup of a demo catalogue; None for a shop's catalogue, or one that this version cannot read."""
    try:
        backup = origin(read_info(catalog), folder.backups)
    except (CatalogError, LookupError, ValueError):
        return None
    return backup if backup.is_demo else None


def remove_demo(folder: DataFolder) -> None:
    """Remove the demo's catalogues, exports, backups and price history, after a shop's backup was published.

    Raises OSError. If it is killed, the next call removes the rest: the two files whose existence it checks go last.
    """
    sample = folder.inbox / DEMO_BACKUP
    if not (sample.exists() or folder.demo_history.exists()):
        return
    for catalog, backup in _demo_catalogs(folder):
        shutil.rmtree(folder.exports / backup.id, ignore_errors=True)
        for file in (folder.exports / csv_name(backup.dumped_at), backup.path, catalog):
            file.unlink(missing_ok=True)
    if folder.demo_history.exists():
        shutil.rmtree(folder.demo_history)
    sample.unlink(missing_ok=True)


def forget_demo_history(folder: DataFolder, last: BackupFile | None) -> None:
    """Remove the shop's price history if it holds only demo backups: version 0.1.0 stored both in one file.

    `last` is the backup that was added last. Raises as `open_history`.
    """
    if last is None or not last.is_demo:
        return
    with open_history(folder.history) as stored:
        added = {backup.sha256 for backup in backups_of(stored)}
    if added and added <= {last.sha256, *(backup.sha256 for _, backup in _demo_catalogs(folder))}:
        (folder.history / FILE).unlink()


def _demo_catalogs(folder: DataFolder) -> Iterator[tuple[Path, BackupFile]]:
    for catalog in list(folder.catalog.glob(PATTERN)):
        if backup := demo_backup(folder, catalog):
            yield catalog, backup
