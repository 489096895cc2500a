"""Reads what is served: the catalogue that CURRENT names, the backup that it was made from, and its record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from toko_assets.common.records import BackupFile, Catalog, read_record
from toko_assets.publishing.origin import origin
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import current_file
from toko_core.errors import CatalogError
from toko_core.files import DataFolder

CATALOG_RECORD = "product_catalog"
"""The name of the record of the asset that returns a Catalog."""


@dataclass(frozen=True, slots=True)
class Served:
    """The served catalogue, to the extent that this version can read it."""

    file: Path
    info: Mapping[str, str]
    """The file's catalog_info; empty if the file cannot be read."""
    problem: str | None
    """A sentence that says why the file cannot be read: it is gone or damaged, or has another schema."""
    record: Catalog | None
    """The record of product_catalog, if it belongs to this file. If a sync is killed right after it replaced CURRENT,
    the record still belongs to the previous file."""
    backup: BackupFile | None
    """The backup, from the file or else from its record; None if neither names it."""

    @property
    def revision(self) -> str | None:
        """The backup's revision; None if the file or its record is not usable, so that a sync is needed."""
        return self.record.backup.revision if self.record and not self.problem else None

    @property
    def backup_time(self) -> datetime | None:
        """When the backup was made, in the shop's time zone."""
        return self.backup.dumped_at if self.backup else None

    @property
    def is_demo(self) -> bool:
        """Whether this is known to be the demo's catalogue."""
        return self.backup is not None and self.backup.is_demo


def read_served(folder: DataFolder) -> Served | None:
    """Read what is served; None before the first publication."""
    file = current_file(folder.catalog)
    if file is None:
        return None
    last = last_record(folder)
    record = last if last and last.file.name == file.name else None
    try:
        info = read_info(file)
    except CatalogError as error:
        return Served(file, {}, str(error), record, record.backup if record else None)
    try:
        backup: BackupFile | None = origin(info, folder.backups)
    except (LookupError, ValueError):  # an earlier version wrote fewer entries about the backup
        backup = record.backup if record else None
    return Served(file, info, None, record, backup)


def last_record(folder: DataFolder) -> Catalog | None:
    """Return the last record of product_catalog, even if CURRENT names another file by now, or none."""
    return read_record(folder.records, CATALOG_RECORD, Catalog)
