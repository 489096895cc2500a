"""What is served: the catalogue that CURRENT names, the backup that it was made from, and its record."""

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
"""The record of the asset that answers a Catalog."""


@dataclass(frozen=True, slots=True)
class Served:
    """The served catalogue, as far as this version can read it."""

    file: Path
    info: Mapping[str, str]
    """The file's catalog_info; empty if the file cannot be read."""
    problem: str | None
    """Why the file cannot be read, in a sentence: it is gone, damaged, or of another schema."""
    record: Catalog | None
    """The record of product_catalog, if it is of this file. A kill right after CURRENT was replaced leaves another."""
    backup: BackupFile | None
    """From the file itself or, if that cannot be read, from its record; None if neither tells."""

    @property
    def revision(self) -> str | None:
        """The backup's revision; None also where a sync has work to do, as the file or its record is not usable."""
        return self.record.backup.revision if self.record and not self.problem else None

    @property
    def backup_time(self) -> datetime | None:
        """When the backup was made, in the shop's time zone."""
        return self.backup.dumped_at if self.backup else None

    @property
    def is_demo(self) -> bool:
        """Whether it is known to be the demo's catalogue."""
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
    except (LookupError, ValueError):  # the file of an earlier version, which wrote less of its backup
        backup = record.backup if record else None
    return Served(file, info, None, record, backup)


def last_record(folder: DataFolder) -> Catalog | None:
    """What product_catalog answered last, even if CURRENT names another file by now, or none."""
    return read_record(folder.records, CATALOG_RECORD, Catalog)
