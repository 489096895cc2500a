"""Reads what is served: the catalogue that CURRENT names, the backup that it was made from, and its record."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from toko_assets.backups.shop_database import ShopDatabase
from toko_assets.common.records import BackupFile, Catalog, read_record
from toko_assets.ipos.archive.reader import HEADER_BYTES, read_header
from toko_assets.publishing.origin import origin
from toko_core import BackupError, CatalogError
from toko_core.catalog.reader import read_info
from toko_core.catalog.store import CURRENT, current_file
from toko_core.files import DataFolder, open_file

EARLIER_DATABASES, ADOPTED = "earlier_databases", "database_adopted"
"""Keys of catalog_info: the databases that were published before the served one, in lower case, as JSON; and whether an
installation of before 0.3.0 adopted its database."""
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
    def published_at(self) -> datetime | None:
        """When the catalogue was published, UTC; None if neither the file nor its record says so."""
        if "published_at" in self.info:
            return datetime.fromisoformat(self.info["published_at"])
        return self.record.published_at if self.record else None

    @property
    def database(self) -> str | None:
        """The database of the backup; None if it is not known.

        A catalogue of before 0.3.0 does not name it; the kept copy of its backup does.
        """
        return (self.backup.database or _database_of_copy(self.backup)) if self.backup else None

    @property
    def adopted_database(self) -> str | None:
        """The database, if the shop's installation is of before 0.3.0 and has adopted it from its served backup."""
        is_old = self.backup is not None and not self.backup.database
        return self.database if is_old or self.info.get(ADOPTED) == "true" else None

    @property
    def is_demo(self) -> bool:
        """Whether this is known to be the demo's catalogue."""
        return self.backup is not None and self.backup.is_demo


def read_shop_database(folder: DataFolder, pattern: str | None) -> ShopDatabase:
    """Return which database is the shop's, from IPOS_DATABASE (`pattern`) and the served catalogue but the demo's."""
    served = read_served(folder)
    if served is None or served.is_demo:
        return ShopDatabase(pattern)
    earlier = json.loads(served.info.get(EARLIER_DATABASES, "[]"))
    return ShopDatabase(pattern, served.database, frozenset(earlier))


def database_info(served: Served | None, database: str) -> dict[str, str]:
    """Return the entries of catalog_info about the databases before that of a new catalogue.

    `served` is what was served before it.
    """
    if served is None or served.is_demo or served.database is None:
        return {}
    earlier = {*json.loads(served.info.get(EARLIER_DATABASES, "[]")), served.database.casefold()}
    is_same = served.database.casefold() == database.casefold()
    return {
        EARLIER_DATABASES: json.dumps(sorted(earlier - {database.casefold()})),
        **({ADOPTED: "true"} if is_same and served.adopted_database else {}),
    }


def _database_of_copy(backup: BackupFile) -> str | None:
    try:
        with open_file(backup.path) as file:
            return read_header(file.read(HEADER_BYTES), backup.name).database
    except (OSError, BackupError):
        return None


def read_served(folder: DataFolder) -> Served | None:
    """Read what is served; None before the first publication."""
    last = last_record(folder)
    try:
        file = current_file(folder.catalog)
    except CatalogError as error:
        return Served(folder.catalog / CURRENT, {}, str(error), None, last.backup if last else None)
    if file is None:
        return None
    record = last if last and last.file.name == file.name else None
    try:
        info = _read_info(file, _identity(file))
    except CatalogError as error:
        return Served(file, {}, str(error), record, record.backup if record else None)
    try:
        backup: BackupFile | None = origin(info, folder.backups)
    except (LookupError, ValueError):  # an earlier version wrote fewer entries about the backup
        backup = record.backup if record else None
    return Served(file, info, None, record, backup)


@lru_cache(maxsize=2)
def _read_info(file: Path, _: object) -> Mapping[str, str]:
    """Read catalog_info once for each content of a file: a run needs it several times, and opening takes 20 ms."""
    return read_info(file)


def _identity(file: Path) -> object:
    """Return a value that changes when the file is replaced or written to."""
    with suppress(OSError):
        status = file.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns
    return None


def last_record(folder: DataFolder) -> Catalog | None:
    """Return the last record of product_catalog, even if CURRENT names another file by now, or none."""
    return read_record(folder.records, CATALOG_RECORD, Catalog)
