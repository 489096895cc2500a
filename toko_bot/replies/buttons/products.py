"""The data of buttons about one product."""

import base64
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from toko_bot.replies.buttons.lists import (
    LABEL_OF_LETTER,
    LETTER_OF_LABEL,
    Label,
    ProductList,
    Results,
    decode_list,
)
from toko_core.catalog.product_hashes import HASH

SHORT_HASH_BYTES = 3
"""Of the hash of a brand, a category or a unit."""


@dataclass(frozen=True, slots=True)
class Open:
    """A button that opens a product, with the page to go back to."""

    product: str
    back: ProductList | None = None

    def encode(self) -> str:
        before = f"o{self.product}"
        return before if self.back is None else self.back.encode(before)

    @classmethod
    def decode(cls, data: str) -> Self | None:
        product, rest = data[1:9], data[9:]
        back = decode_list(rest)
        return cls(product, back) if HASH.fullmatch(product) and (back is not None or not rest) else None


@dataclass(frozen=True, slots=True)
class Photo:
    """A button that sends a product's photo."""

    product: str

    def encode(self) -> str:
        return f"f{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[1:]) if HASH.fullmatch(data[1:]) else None


@dataclass(frozen=True, slots=True)
class History:
    """A button that sends a product's price history."""

    product: str

    def encode(self) -> str:
        return f"h{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[1:]) if HASH.fullmatch(data[1:]) else None


@dataclass(frozen=True, slots=True)
class Choose:
    """A button that lists the brands or categories that results can be narrowed to."""

    label: Label
    results: Results

    def encode(self) -> str:
        return self.results.encode(f"c{LETTER_OF_LABEL[self.label]}")

    @classmethod
    def decode(cls, data: str) -> Self | None:
        label, results = LABEL_OF_LETTER.get(data[1:2]), Results.decode(data[2:])
        return cls(label, results) if label is not None and results is not None else None


@dataclass(frozen=True, slots=True)
class Calculate:
    """A button that shows what a quantity of a product costs.

    `unit` is a hash of the unit's name (`unit_hash`), and `level` the chosen price level; None is that of the viewer,
    or the ordinary one. `back` is the list from which the product was opened.
    """

    product: str
    unit: str
    number: Decimal
    level: int | None = None
    back: ProductList | None = None

    DATA = re.compile(
        r"j(?P<product>[\w-]{8})(?P<unit>[\w-]{4})(?P<number>\d{1,5}(?:\.\d{1,3})?)(?:l(?P<level>\d{1,4}))?"
        r"(?:b(?P<back>.*))?",
        re.DOTALL | re.ASCII,
    )

    def encode(self) -> str:
        number = f"{self.number.normalize():f}"
        level = "" if self.level is None else f"l{self.level}"
        before = f"j{self.product}{self.unit}{number}{level}"
        return before if self.back is None else self.back.encode(f"{before}b")

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        back = decode_list(found["back"] or "") if found else None
        if found is None or (back is None and found["back"] is not None) or not Decimal(found["number"]):
            return None
        level = None if found["level"] is None else int(found["level"])
        return cls(found["product"], found["unit"], Decimal(found["number"]), level, back)


def unit_hash(unit: str) -> str:
    """Return the hash by which a button names a unit of a product."""
    return short_hash(unit)


def short_hash(name: str) -> str:
    """Return a hash of a name, in four characters.

    Among the 50 brands in the hits of a search, two have the same hash in one of 14,000 searches. The bot then shows
    their products together.
    """
    digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=SHORT_HASH_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()
