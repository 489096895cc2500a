"""The records that travel between the assets, as JSON under TOKO_DATA_DIR/records.

Each names its fields, so that a run in another container, or a later version, can read what an earlier one left.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from toko_core.catalog.demo import is_demo_backup
from toko_core.files import whole_file

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A whole iPOS backup, kept under data/backups."""

    path: Path
    sha256: str
    size: int
    """Bytes."""
    name: str
    """As the shop calls the file."""
    revision: str
    """What changes when the file does: of a folder, its size and time of change; of Dropbox, its revision."""
    dumped_at: datetime
    """From the dump's header, in the shop's time zone."""
    encoding: str
    archive_version: str
    server_version: str

    @property
    def id(self) -> str:
        """Short and stable name of this backup's content."""
        return backup_id(self.sha256)

    @property
    def is_demo(self) -> bool:
        """Whether it is the backup of `toko demo`, not a shop's."""
        return is_demo_backup(self.name)


def backup_id(sha256: str) -> str:
    """The first twelve digits."""
    return sha256[:12]


@dataclass(frozen=True, slots=True)
class RestoredDatabase:
    """The needed tables of a backup, in a PostgreSQL database of their own."""

    backup: BackupFile
    database: str
    tables: dict[str, int]
    """Rows of each restored table."""


@dataclass(frozen=True, slots=True)
class ProductExport:
    """products, prices, barcodes, stock and photos as Parquet, all that the catalogue is made from."""

    backup: BackupFile
    folder: Path
    counts: dict[str, int]
    """Rows of each Parquet table."""
    csv: Path


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The prices that backups showed so far, in time."""

    backup: BackupFile
    """That which was added last."""
    folder: Path
    backups: int
    periods: int
    """Rows: a price and the unbroken run of backups that showed it."""
    since: datetime
    """Time of the oldest backup, UTC."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The published DuckDB file."""

    file: Path
    counts: dict[str, int]
    published_at: datetime
    """UTC."""
    backup: BackupFile
    is_new: bool
    """False when the catalogue that was served already came from this backup."""


def write_record(folder: Path, asset: str, record: object) -> None:
    """Keep what an asset answered, in one step."""
    with whole_file(folder / f"{asset}.json") as file:
        file.write_bytes(TypeAdapter(type(record)).dump_json(record, indent=2))


def read_record(folder: Path, asset: str, kind: type[Record]) -> Record | None:
    """What an asset last answered; None if there is nothing, or nothing that this version can read."""
    try:
        return TypeAdapter(kind).validate_json((folder / f"{asset}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
