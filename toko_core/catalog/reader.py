"""Reads the published catalogue: opens the DuckDB file that CURRENT names, and searches in it.

The file is the contract with the chain that writes it: the tables, and `schema_version` in `catalog_info`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import duckdb

from toko_core import CatalogError
from toko_core.catalog.arrays import read_arrays
from toko_core.catalog.open_file import Config, open_file, unreadable
from toko_core.catalog.products import Product, Products
from toko_core.catalog.reference.popularity import read_prior
from toko_core.catalog.reference.sales import Sales
from toko_core.catalog.schema import SCHEMA_VERSION
from toko_core.catalog.store import current_file
from toko_core.search import SearchIndex

WEAK = 0.65
"""A best hit with a lower score is a guess."""


class OtherSchemaError(CatalogError):
    """The catalogue has the tables of another version of toko."""

    def __init__(self, file: Path, version: int) -> None:
        self.is_newer = version > SCHEMA_VERSION
        which, do = (
            (f"a newer version of toko (schema {version}, this one reads {SCHEMA_VERSION})", "upgrade this one, or run")
            if self.is_newer
            else ("another version of toko", "run")
        )
        super().__init__(f"The catalogue {file.name} was written by {which}: {do} `toko sync` with this version.")


@dataclass(frozen=True, slots=True)
class Found:
    """A product that a search found, and its score: 1 means that its name is exactly the query."""

    product: Product
    score: float
    product_id: int


class PublishedCatalog:
    """One published file, read into memory. Each published catalogue needs an object of its own."""

    def __init__(self, file: Path) -> None:
        """Read the file. Raises CatalogError if it is damaged or has another schema version."""
        self.file = file
        with _readable(file):
            with open_file(file, READING) as connection:
                self.info = _info(connection, file)
                self.products = Products(connection)
                self.sales = Sales(connection, self.info)
                prior = read_prior(connection)
            with open_file(file, READING_ARRAYS) as connection:
                arrays = read_arrays(connection)
            self.index = SearchIndex.from_arrays(arrays, prior)

    @classmethod
    def open_current(cls, folder: Path) -> Self:
        """Open the catalogue that CURRENT names in the folder. Raises CatalogError."""
        file = current_file(folder)
        if file is None:
            raise CatalogError(f"No catalogue is published in {folder} yet: run `toko sync` (or `toko demo`) first.")
        return cls(file)

    def search(self, text: str, limit: int = 10, at: datetime | None = None) -> list[Found]:
        """Return the products that match a text best, the best first.

        They have the discounts that apply at a moment of the shop's wall clock; None means without discounts.
        """
        hits = self.index.search(text, limit)
        return [
            Found(self.products.at(hit.row, at) if at else self.products[hit.row], hit.score, hit.row) for hit in hits
        ]

    def suggestion(self, text: str) -> str | None:
        """Return the query that was probably meant, if the best hit is a guess that uses other words; else None."""
        hits = self.index.search(text, 1)
        return self.index.suggestion(text, hits[0].row) if hits and hits[0].score < WEAK else None


def read_info(file: Path) -> dict[str, str]:
    """Read the file's catalog_info. Raises CatalogError if it is damaged, missing, or has another schema version."""
    with _readable(file), open_file(file, READING) as connection:
        return _info(connection, file)


READING: Config = {"threads": 1, "memory_limit": "24MB"}
"""One thread reads rows in the order in which they were written. Everything is read once and kept in memory of our own:
what DuckDB keeps of it, until the connection is closed, is of no use."""
READING_ARRAYS: Config = READING | {"memory_limit": "8MB"}
"""Half of that would be enough: no part of an array is larger than `arrays.PART_BYTES`."""


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Raise CatalogError if reading the file fails."""
    try:
        yield
    except (duckdb.Error, LookupError, ValueError) as error:  # a damaged file, or an index that lacks something
        raise unreadable(file, error) from error


def _info(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    info = dict(connection.execute("SELECT key, value FROM catalog_info").fetchall())
    if (version := info.get("schema_version", "")) != str(SCHEMA_VERSION):
        raise OtherSchemaError(file, int(version) if version.isdecimal() else 0)
    return info
