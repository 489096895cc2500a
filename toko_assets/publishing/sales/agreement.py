"""Rule 11: does the till ask what we publish? It is the proof that the prices are read as the shop means them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import duckdb
import pyarrow as pa

FEWEST_LINES: Final = 30
"""With fewer lines since iPOS wrote a unit's prices, the lines since a backup showed them count, too."""
LEAST_AGREEING: Final = 0.90
"""The share of the lines below which the check warns. Discounts and haggling keep it below 1 in any shop."""
WORST: Final = 20

COMPARED: Final = f"""
    WITH units AS (
        SELECT kodeitem, satuan, sum(since_edit) < {FEWEST_LINES} AS is_few FROM asked GROUP BY ALL
    ), listed_units AS (
        SELECT kodeitem, satuan, any_value(sistem_harga) AS sistem_harga, list(DISTINCT hargajual) AS published
        FROM listed GROUP BY kodeitem, satuan
    )
    SELECT kodeitem, satuan, sistem_harga, published, harga, list_contains(published, harga) AS same,
        CASE WHEN is_few THEN since_either ELSE since_edit END AS lines, discounted
    FROM asked JOIN units USING (kodeitem, satuan) JOIN listed_units USING (kodeitem, satuan)
    WHERE lines > 0
"""  # noqa: S608 - a number
SHARES: Final = """
    SELECT sistem_harga, sum(lines)::BIGINT, coalesce(sum(lines) FILTER (WHERE same), 0)::BIGINT,
        sum(discounted)::BIGINT
    FROM compared GROUP BY sistem_harga ORDER BY sistem_harga
"""
WORST_ITEMS: Final = f"""
    SELECT kodeitem, namaitem, satuan, sistem_harga, published, asked_most, asked_lines, other_lines, all_lines FROM (
        SELECT kodeitem, satuan, any_value(sistem_harga) AS sistem_harga,
            list_sort(any_value(published)) AS published, sum(lines)::BIGINT AS all_lines,
            sum(lines) FILTER (WHERE NOT same)::BIGINT AS other_lines,
            arg_max(harga, lines) FILTER (WHERE NOT same) AS asked_most,
            max(lines) FILTER (WHERE NOT same)::BIGINT AS asked_lines
        FROM compared GROUP BY kodeitem, satuan
    ) JOIN names USING (kodeitem) WHERE other_lines > 0
    ORDER BY other_lines DESC, kodeitem, satuan LIMIT {WORST}
"""  # noqa: S608 - a number


@dataclass(frozen=True, slots=True)
class SystemShare:
    """How many lines of the items of one price system agree."""

    system: str
    """sistem_harga: O, S, L or J."""
    compared: int
    matching: int
    discounted: int
    """Lines with a discount of the line in the 90 days, matching or not."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A unit that the till sold at other prices than the published ones."""

    kodeitem: str
    namaitem: str
    satuan: str
    system: str
    published: tuple[Decimal, ...]
    asked: Decimal
    """The price that was asked most among those."""
    asked_lines: int
    other_lines: int
    """Lines at any price that is not published."""
    compared: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The lines of the till since the last change of each price, compared with the published prices."""

    systems: tuple[SystemShare, ...]
    worst: tuple[Disagreement, ...]
    """At most WORST, the most lines first."""

    @property
    def compared(self) -> int:
        """Lines that were compared."""
        return sum(share.compared for share in self.systems)

    @property
    def matching(self) -> int:
        """Lines at a price that is published for the unit."""
        return sum(share.matching for share in self.systems)

    @property
    def share(self) -> float | None:
        """The share of the lines that match, 0 to 1; None if there is nothing to compare."""
        return self.matching / self.compared if self.compared else None


def compare_prices(
    asked: pa.Table, listed: pa.Table, names: pa.Table, connection: duckdb.DuckDBPyConnection
) -> Agreement:
    """Compare what the till asked (`Sales.asked`) with the published prices."""
    tables = {"asked": asked, "listed": listed, "names": names}
    for name, table in tables.items():
        connection.register(name, table)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {COMPARED}")
        systems = connection.execute(SHARES).fetchall()
        worst = connection.execute(WORST_ITEMS).fetchall()
    finally:
        for name in tables:
            connection.unregister(name)
    return Agreement(tuple(SystemShare(*row) for row in systems), tuple(_disagreements(worst)))


def _disagreements(rows: Sequence[tuple[Any, ...]]) -> list[Disagreement]:
    return [
        Disagreement(code, name, unit, system, tuple(published), *counts)
        for code, name, unit, system, published, *counts in rows
    ]
