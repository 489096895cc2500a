"""What each run published, for the message to the owners: one small JSON file a run.

A file for each run, since several runs may end between two ticks of the sensor that notifies the owners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from toko_core.files import keep_newest, whole_file

KEPT = 50
"""Of the newest runs. A sensor that stood still while more runs ended has nothing to say of the older ones."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A selling price that a new catalogue has otherwise; None where it is not filled in."""

    name: str
    unit: str
    before: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class Published:
    """What a successful sync changed."""

    products: int
    compared: bool
    """Whether there was a catalogue before that could be read; else the counts of changes mean nothing."""
    new: int
    gone: int
    prices_changed: int
    largest: Sequence[PriceChange]
    """The prices that changed by most rupiah, largest first."""
    data_time: datetime
    """When the backup was made."""
    kind: Literal["published"] = "published"

    @property
    def changes_nothing(self) -> bool:
        """Whether it is the same data as before."""
        return self.compared and not (self.new or self.gone or self.prices_changed)


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback serves."""

    products: int
    data_time: datetime
    refused_time: datetime | None
    """Of the data that is rejected now; None after a way back to newer ones."""
    kind: Literal["rolled_back"] = "rolled_back"


Publication = Published | RolledBack
_PUBLICATION: TypeAdapter[Publication] = TypeAdapter(Annotated[Publication, Field(discriminator="kind")])


def write_publication(folder: Path, run_id: str, publication: Publication) -> None:
    """Keep what a run published, in one step."""
    with whole_file(folder / f"{run_id}.json") as file:
        file.write_bytes(_PUBLICATION.dump_json(publication, indent=2))
    keep_newest(folder.glob("*.json"), KEPT)


def read_publication(folder: Path, run_id: str) -> Publication | None:
    """What a run published; None if it published nothing, or nothing that this version can read."""
    try:
        return _PUBLICATION.validate_json((folder / f"{run_id}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
