"""Compares the prices that the till asked with ours: the best proof that we read prices as the shop means them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa

from toko_assets.common.checks import Outcome

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
        CASE WHEN is_few THEN since_either ELSE since_edit END AS counted, discounted
    FROM asked JOIN units USING (kodeitem, satuan) JOIN listed_units USING (kodeitem, satuan)
    WHERE counted > 0
"""  # noqa: S608 - a number
SHARES: Final = """
    SELECT sistem_harga, sum(counted)::BIGINT, coalesce(sum(counted) FILTER (WHERE same), 0)::BIGINT,
        sum(discounted)::BIGINT
    FROM compared GROUP BY sistem_harga ORDER BY sistem_harga
"""
WORST_ITEMS: Final = f"""
    SELECT kodeitem, namaitem, satuan, sistem_harga, published, asked_most, asked_lines, other_lines, all_lines FROM (
        SELECT kodeitem, satuan, any_value(sistem_harga) AS sistem_harga,
            list_sort(any_value(published)) AS published, sum(counted)::BIGINT AS all_lines,
            sum(counted) FILTER (WHERE NOT same)::BIGINT AS other_lines,
            arg_max(harga, counted) FILTER (WHERE NOT same) AS asked_most,
            max(counted) FILTER (WHERE NOT same)::BIGINT AS asked_lines
        FROM compared GROUP BY kodeitem, satuan
    ) JOIN names USING (kodeitem) WHERE other_lines > 0
    ORDER BY other_lines DESC, kodeitem, satuan LIMIT {WORST}
"""  # noqa: S608 - a number


SHOWN: Final = (
    "kodeitem", "namaitem", "satuan", "sistem_harga", "published", "asked", "asked_lines", "other_lines", "compared",
)  # fmt: skip


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


def check_agreement(agreement: Agreement, problem: str | None) -> Outcome:
    """Return the check. It passes if there is too little to compare."""
    share = agreement.share
    systems = ", ".join(f"{s.system} {s.matching / s.compared:.1%} of {s.compared:,}" for s in agreement.systems)
    rows = [
        (d.kodeitem, d.namaitem, d.satuan, d.system, " / ".join(f"{price:,.0f}" for price in d.published),
         f"{d.asked:,.0f}", d.asked_lines, d.other_lines, d.compared)
        for d in agreement.worst
    ]  # fmt: skip
    if share is None:
        summary = f"The sales cannot be compared: {problem or 'no line was sold since the prices changed'}."
    else:
        summary = (
            f"The till asked a published price in {share:.1%} of {agreement.compared:,} lines, by price system: "
            f"{systems}. At least {LEAST_AGREEING:.0%} should."
        )
    return Outcome(
        "till_agrees",
        share is None or share >= LEAST_AGREEING or agreement.compared < FEWEST_LINES,
        summary,
        rows=pd.DataFrame(rows, columns=list(SHOWN)),
        count=agreement.compared - agreement.matching,
        limit=int((1 - LEAST_AGREEING) * agreement.compared),
        advice="Compare the items below with the prices in iPOS: are they read as the shop means them?",
    )


def _disagreements(rows: Sequence[tuple[Any, ...]]) -> list[Disagreement]:
    return [
        Disagreement(code, name, unit, system, tuple(published), *counts)
        for code, name, unit, system, published, *counts in rows
    ]
