"""What buttons carry: at most 64 bytes, and nothing that only one catalogue, or one replica, knows.

A product is a hash of its `kodeitem`. A page of results is its number and the query; where the query is too long, it is
read from the message that the button stands under.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

import numpy as np

from toko_bot.catalog import CatalogError
from toko_bot.products import Products

MOST_BYTES = 64
HASH_BYTES = 6
"""Two of 100,000 codes are alike once in 50,000 shops; that catalogue would be refused."""
NOTHING = "-"
"""Of a button that only shows something."""
DATA = re.compile(
    r"(?:o(?P<product>[\w-]{8})|f(?P<photo>[\w-]{8}))?"
    r"(?:(?:p(?P<page>\d{1,3})(?::(?P<query>.*))?)|(?:r(?P<report>[a-z]+)\.(?P<report_page>\d{1,4})))?",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of the results of a query; None: the query stands in the message."""

    page: int
    query: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A page of an owners' list."""

    name: str
    page: int


@dataclass(frozen=True, slots=True)
class Open:
    """A product, and the page to go back to."""

    product: str
    back: Results | Report | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    product: str


Button = Results | Report | Open | Photo


def data_of(button: Button) -> str:
    """The callback_data."""
    match button:
        case Results(page, query):
            return _if_it_fits(f"p{page}", query)
        case Report(name, page):
            return f"r{name}.{page}"
        case Photo(product):
            return f"f{product}"
        case Open(product, None):
            return f"o{product}"
        case Open(product, Report() as report):
            return f"o{product}{data_of(report)}"
        case Open(product, Results(page, query)):
            return _if_it_fits(f"o{product}p{page}", query)
    raise AssertionError(button)


def read_data(data: str) -> Button | None:
    """What was pressed; None for what no version of the bot has made."""
    found = DATA.fullmatch(data)
    if found is None or not data:
        return None
    back: Results | Report | None = None
    if found["page"] is not None:
        back = Results(int(found["page"]), found["query"])
    elif found["report"] is not None:
        back = Report(found["report"], int(found["report_page"]))
    if found["photo"] is not None:
        return Photo(found["photo"])
    if found["product"] is not None:
        return Open(found["product"], back)
    return back


def button_hash(code: str) -> str:
    """Eight characters for a `kodeitem`."""
    return base64.urlsafe_b64encode(_digest(code)).decode()


class ProductHashes:
    """Which product of a catalogue a hash means."""

    def __init__(self, products: Products) -> None:
        """Raises CatalogError if two products have the same hash."""
        numbers = [int.from_bytes(_digest(products.code(row)), "big") for row in range(len(products))]
        hashes = np.array(numbers, np.uint64)
        self._rows = hashes.argsort(kind="stable").astype(np.int32)
        self._hashes = hashes[self._rows]
        if (self._hashes[1:] == self._hashes[:-1]).any():
            raise CatalogError("Two products of the catalogue have one code, or codes that buttons cannot tell apart.")

    def find(self, product: str) -> int | None:
        """Its product_id, or None if it is gone."""
        wanted = np.uint64(int.from_bytes(base64.urlsafe_b64decode(product), "big"))
        place = int(self._hashes.searchsorted(wanted))
        if place == len(self._hashes) or self._hashes[place] != wanted:
            return None
        return int(self._rows[place])


def _digest(code: str) -> bytes:
    return hashlib.blake2b(code.encode(errors="replace"), digest_size=HASH_BYTES).digest()


def _if_it_fits(start: str, query: str | None) -> str:
    whole = f"{start}:{query}"
    return whole if query is not None and len(whole.encode()) <= MOST_BYTES else start
