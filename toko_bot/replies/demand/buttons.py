"""The data in the buttons about searches and opened products. It begins with `z`, and its format never changes."""

import re
from dataclasses import dataclass
from typing import Self

from toko_core.catalog.product_hashes import HASH
from toko_core.state.demand.store import Kind

LETTER_OF_KIND = {Kind.MISSING: "n", Kind.UNOPENED: "t"}
KIND_OF_LETTER = {letter: kind for kind, letter in LETTER_OF_KIND.items()}
PERIODS = (7, 30, 90)
"""The days that a list may be of."""


@dataclass(frozen=True, slots=True)
class DemandList:
    """A page of a list of queries of the last days."""

    kind: Kind
    days: int = PERIODS[0]
    page: int = 1

    DATA = re.compile(r"z(?P<kind>[nt])(?P<days>7|30|90)\.(?P<page>\d{1,4})", re.ASCII)

    def encode(self) -> str:
        return f"z{LETTER_OF_KIND[self.kind]}{self.days}.{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(KIND_OF_LETTER[found["kind"]], int(found["days"]), int(found["page"])) if found else None


@dataclass(frozen=True, slots=True)
class SearchAgain:
    """A button that searches for a query that was counted. Those are so short that they fit."""

    query: str

    def encode(self) -> str:
        return f"zs{self.query}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[2:]) if data.startswith("zs") and data[2:].strip() else None


@dataclass(frozen=True, slots=True)
class OpenAgain:
    """A button under /start, which sends the page of a product."""

    product: str

    def encode(self) -> str:
        return f"zo{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[2:]) if data.startswith("zo") and HASH.fullmatch(data[2:]) else None


DemandButton = DemandList | SearchAgain | OpenAgain


def decode_demand(data: str) -> DemandButton | None:
    """Decode such a button. Returns None if no version of the bot wrote this data."""
    kinds = (DemandList, SearchAgain, OpenAgain)
    return next((found for kind in kinds if (found := kind.decode(data)) is not None), None)
