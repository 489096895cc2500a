"""Records what each run published, or why it was blocked, for the message to the owners: one small JSON file per run.

Each run has its own file, because several runs may end between two ticks of the sensor that notifies the owners.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from toko_assets.common.records import BackupFile
from toko_core.files import keep_newest, whole_file

KEPT = 50
"""The number of runs whose files are kept. If more runs end while the sensor is stopped, it skips the older ones."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A selling price that differs in the new catalogue. None means that the price is not filled in."""

    name: str
    unit: str
    before: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class Published:
    """The changes of a successful sync."""

    products: int
    compared: bool
    """Whether there was a readable catalogue before. If not, the counts of changes are meaningless."""
    new: int
    gone: int
    prices_changed: int
    largest: Sequence[PriceChange]
    """The largest price changes in rupiah, largest first."""
    data_time: datetime
    """When the backup was made."""
    kind: Literal["published"] = "published"

    @property
    def changes_nothing(self) -> bool:
        """Whether the data are the same as before."""
        return self.compared and not (self.new or self.gone or self.prices_changed)


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The catalogue that a rollback serves."""

    products: int
    data_time: datetime
    refused_time: datetime | None
    """The time of the data that are rejected now; None after a rollback to newer data."""
    kind: Literal["rolled_back"] = "rolled_back"


@dataclass(frozen=True, slots=True)
class WorstRow:
    """A row that a check found, as people read it. What the check does not compare is empty."""

    name: str
    unit: str = ""
    before: str = ""
    now: str = ""
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A backup that the checks blocked, and that an owner may let pass."""

    backup: BackupFile
    served: str
    """The SHA-256 of the backup that was served then; empty if there was none."""
    served_revision: str
    limits: Mapping[str, float]
    """The config fields that let it pass: of the checks that failed, and those that this run was given."""
    adopted: str
    """The database that this run was to adopt; empty if none."""
    rows: Sequence[WorstRow]
    kind: Literal["blocked"] = "blocked"


Publication = Published | RolledBack | Blocked
_PUBLICATION: TypeAdapter[Publication] = TypeAdapter(Annotated[Publication, Field(discriminator="kind")])


def write_publication(folder: Path, run_id: str, publication: Publication) -> None:
    """Record what a run published, in one step."""
    with whole_file(folder / f"{run_id}.json") as file:
        file.write_bytes(_PUBLICATION.dump_json(publication, indent=2))
    keep_newest(folder.glob("*.json"), KEPT)


def read_publication(folder: Path, run_id: str) -> Publication | None:
    """Return what a run published; None if it published nothing, or if this version cannot read the record."""
    try:
        return _PUBLICATION.validate_json((folder / f"{run_id}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
