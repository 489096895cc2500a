"""The records that assets pass to each other, as JSON files in TOKO_DATA_DIR/records.

A file names its fields, so that a run in another container, or of a later version, can read it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from toko_core.catalog.demo import is_demo_backup
from toko_core.files import whole_file

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, order=True)
class Order:
    """Orders backups: by the time of the dump, then of the file, then by name."""

    time: datetime
    """When the backup was dumped. A time in the future counts as the time at which the file was first seen."""
    modified: datetime
    name: str


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A whole iPOS backup, kept under data/backups."""

    path: Path
    sha256: str
    size: int
    """Bytes."""
    name: str
    """The name that the shop gave the file."""
    revision: str
    """A text that changes when the file does: its size and time of change in a folder, its revision in Dropbox."""
    dumped_at: datetime
    """The time in the dump's header, in the shop's time zone."""
    encoding: str
    archive_version: str
    server_version: str
    database: str = ""
    """The name of the dumped database; empty in records of before 0.3.0."""
    modified: datetime | None = None
    """When the file was last changed, UTC. None in records of before 0.3.0, as `first_seen`."""
    first_seen: datetime | None = None
    """When the file was first listed, UTC."""

    @property
    def order(self) -> Order:
        """The backup's place in the order of backups."""
        time = min(self.dumped_at, self.first_seen) if self.first_seen else self.dumped_at
        return Order(time, self.modified or datetime.min.replace(tzinfo=UTC), self.name)

    @property
    def id(self) -> str:
        """A short and stable identifier of the backup's content."""
        return backup_id(self.sha256)

    @property
    def is_demo(self) -> bool:
        """Whether this is the backup of `toko demo`, not a shop's."""
        return is_demo_backup(self.name)


def backup_id(sha256: str) -> str:
    """Return the first twelve digits."""
    return sha256[:12]


@dataclass(frozen=True, slots=True)
class RestoredDatabase:
    """The needed tables of a backup, in a separate PostgreSQL database."""

    backup: BackupFile
    database: str
    tables: dict[str, int]
    """Rows of each restored table."""


@dataclass(frozen=True, slots=True)
class ProductExport:
    """products, prices, barcodes, stock and photos as Parquet, from which the catalogue is made."""

    backup: BackupFile
    folder: Path
    counts: dict[str, int]
    """Rows of each Parquet table."""
    csv: Path


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The prices that all backups so far showed, over time."""

    backup: BackupFile
    """The backup that was added last."""
    folder: Path
    backups: int
    periods: int
    """Rows. Each is a price and the unbroken run of backups that showed it."""
    since: datetime
    """The time of the oldest backup, UTC."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The published DuckDB file."""

    file: Path
    counts: dict[str, int]
    published_at: datetime
    """UTC."""
    backup: BackupFile
    is_new: bool
    """False if the catalogue that was served before was already made from this backup."""


def write_record(folder: Path, asset: str, record: object) -> None:
    """Write the record that an asset returned, in one step."""
    with whole_file(folder / f"{asset}.json") as file:
        file.write_bytes(TypeAdapter(type(record)).dump_json(record, indent=2))


def read_record(folder: Path, asset: str, kind: type[Record]) -> Record | None:
    """Return the last record of an asset; None if there is none, or if this version cannot read it."""
    try:
        return TypeAdapter(kind).validate_json((folder / f"{asset}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
