"""The customer groups of a shop: which level of prices each pays, and which percents are taken off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from toko_core.catalog.reference.names import has_table

PERCENTS = ("pot1", "pot2", "pot3", "pot4")
THOUSANDTHS = 1000
ROWS_A_READ = 65_536


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A group of customers, with what it pays for one product."""

    name: str
    level: int
    """The level of the prices that it pays. A product without levels has the same prices for all groups."""
    percents: tuple[Decimal, ...] = ()
    """Taken off one after the other, each of what is left; all are above 0 and below 100."""
    code: str = ""
    """iPOS's `kgrup`."""


class CustomerGroups:
    """The groups in a catalogue, ordered by level. Thread-safe."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the tables `customer_groups` and `group_discounts`. A catalogue of an earlier version has none."""
        self._codes: list[str] = []
        self._groups: tuple[CustomerGroup, ...] = ()
        self._discounts: Mapping[str, NDArray[Any]] = {}
        if not has_table(connection, "customer_groups"):
            return
        rows = connection.execute("SELECT kgrup, grup, level, potongan FROM customer_groups ORDER BY rowid").fetchall()
        self._codes = [code or "" for code, *_ in rows]
        self._groups = tuple(
            CustomerGroup(name or code or "", level, _percents(own), code or "") for code, name, level, own in rows
        )
        if rows and has_table(connection, "group_discounts"):
            self._discounts = _discounts(connection, self._codes)

    @property
    def everywhere(self) -> tuple[CustomerGroup, ...]:
        """The groups with the percents that they get where no product has others."""
        return self._groups

    def with_percents(self, ordinary_level: int) -> NDArray[np.int32] | None:
        """Return the products for which a group of another level may get percents, ascending; None: it may be any."""
        others = [place for place, group in enumerate(self._groups) if group.level != ordinary_level]
        if any(self._groups[place].percents for place in others):
            return None
        if not self._discounts:
            return np.empty(0, np.int32)
        return np.unique(self._discounts["product_id"][np.isin(self._discounts["group"], others)])

    def of(self, product_id: int) -> tuple[CustomerGroup, ...]:
        """Return the groups with the percents that they get for a product."""
        if not self._discounts:
            return self._groups
        products = self._discounts["product_id"]
        start, end = (int(products.searchsorted(product_id, side)) for side in ("left", "right"))
        if start == end:
            return self._groups
        groups = list(self._groups)
        for place in range(start, end):
            group = int(self._discounts["group"][place])
            percents = [Decimal(int(self._discounts[name][place])) / THOUSANDTHS for name in PERCENTS]
            groups[group] = replace(groups[group], percents=_percents(*percents))
        return tuple(groups)


def _percents(*percents: Decimal | None) -> tuple[Decimal, ...]:
    return tuple(percent.normalize() for percent in percents if percent)


def _discounts(connection: duckdb.DuckDBPyConnection, codes: list[str]) -> Mapping[str, NDArray[Any]]:
    """Read the discounts as arrays, in the order of product ids: 24 bytes each. None if there are none."""
    numbers = ", ".join(f"(coalesce({name}, 0) * {THOUSANDTHS})::INTEGER AS {name}" for name in PERCENTS)
    query = f"""
        SELECT product_id, list_position($codes, kgrup)::INTEGER - 1 AS "group", {numbers} FROM group_discounts
        WHERE rowid >= $start AND rowid < $start + {ROWS_A_READ} AND list_contains($codes, kgrup)
    """  # noqa: S608 - column names and numbers
    ((count,),) = connection.execute("SELECT count(*) FROM group_discounts").fetchall()
    parts = [
        connection.execute(query, {"codes": codes, "start": start}).fetchnumpy()
        for start in range(0, count, ROWS_A_READ)
    ]
    if not parts:
        return {}
    return {name: np.concatenate([np.asarray(part[name], np.int32) for part in parts]) for name in parts[0]}
