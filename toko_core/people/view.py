"""The roles of people, and what somebody is shown."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the shop. The values are stored and shown."""

    OWNER = "pemilik"
    STAFF = "staf"
    CUSTOMER = "pelanggan"


@dataclass(frozen=True, slots=True)
class View:
    """What somebody is shown of a product. By default what staff see."""

    cost: bool = False
    """Cost, margin, supplier and minimum stock."""
    stock: bool = True
    level: int | None = None
    """The one price level that is shown; None: all of them."""
