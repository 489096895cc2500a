"""Changes of selling prices between backups, read from the catalogue's file when they are asked for.

Prices are as people are told them: PRICE_ROUNDING rounds them up, and what it makes equal has not changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

EXACT = Decimal("0.0001")
"""Rupiah: rounding up to a multiple of what the catalogue can hold changes nothing."""
KEY = "product_id, satuan, level, jumlah_sampai"


def _shown(column: str) -> str:
    """SQL: rounded up to a multiple of `$step`. DuckDB divides DECIMAL as DOUBLE, but its remainder is exact."""
    step = "$step::DECIMAL(18,4)"
    return f"{column} + ({step} - {column} % {step}) % {step}"


HISTORY = f"""
    WITH shown AS (
        SELECT {KEY}, {_shown("before")} AS before, {_shown("after")} AS after, seen_from
        FROM price_changes WHERE product_id = $product_id
    )
    FROM shown WHERE before IS DISTINCT FROM after ORDER BY seen_from, satuan, level, jumlah_sampai
"""  # noqa: S608 - column names
MOVES = f"""
    WITH stored AS (  -- several changes of a price are one
        SELECT {KEY}, first(t.before ORDER BY t.seen_from) AS before, last(t.after ORDER BY t.seen_from) AS after,
            max(t.seen_from) AS seen_from
        FROM price_changes t
        WHERE t.seen_from >= $since AND product_id IN (SELECT product_id FROM products WHERE dijual) GROUP BY {KEY}
    ), shown AS (
        SELECT {KEY}, {_shown("before")} AS before, {_shown("after")} AS after, seen_from FROM stored
    ), moves AS (  -- a share is good for sorting only: of nothing, it is endless
        SELECT *, coalesce(abs(after - before) / nullif(before, 0), 'inf'::DOUBLE) AS share
        FROM shown WHERE before <> after AND (after > before) = $rising
    )
"""  # noqa: S608 - column names
MOVED = MOVES + "SELECT product_id FROM moves GROUP BY product_id ORDER BY max(share) DESC, product_id"  # noqa: S608
MOVES_OF = f"""
    {MOVES} SELECT * EXCLUDE share FROM moves WHERE product_id IN (SELECT unnest($rows))
    ORDER BY share DESC, satuan, level, jumlah_sampai
"""  # noqa: S608


class PriceKey(NamedTuple):
    """What a price of a product applies to."""

    satuan: str
    level: int | None
    jumlah_sampai: Decimal | None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Rupiah; None where the price was not shown, or not filled in."""

    product_id: int
    key: PriceKey
    before: Decimal | None
    after: Decimal | None
    seen_from: datetime
    """When the first backup with `after` was made."""


@dataclass(frozen=True, slots=True)
class Period:
    """What moved one way since a time, before against after: `rising`, or falling."""

    rising: bool
    since: datetime


class PriceChanges:
    """Of an open catalogue. Its methods take a few milliseconds and may be called from many threads."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def of(self, product_id: int, rounding: int | None) -> list[PriceChange]:
        """All changes of a product's prices, the oldest first."""
        return self._changes(HISTORY, {"product_id": product_id, "step": _step(rounding)})

    def moved(self, period: Period, rounding: int | None) -> list[int]:
        """The products that are sold and of which a price moved, the largest relative change first."""
        return [int(row[0]) for row in self._rows(MOVED, _values(period, rounding))]

    def moves_of(self, rows: Sequence[int], period: Period, rounding: int | None) -> list[PriceChange]:
        """The prices of these products that moved, each with its first `before` and last `after`, largest first."""
        return self._changes(MOVES_OF, {**_values(period, rounding), "rows": list(rows)})

    def _changes(self, sql: str, values: dict[str, object]) -> list[PriceChange]:
        return [
            PriceChange(row, PriceKey(unit or "", level, most), before, after, seen_from.replace(tzinfo=UTC))
            for row, unit, level, most, before, after, seen_from in self._rows(sql, values)
        ]

    def _rows(self, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        return self._connection.cursor().execute(sql, values).fetchall()


def _values(period: Period, rounding: int | None) -> dict[str, object]:
    since = period.since.astimezone(UTC).replace(tzinfo=None)
    return {"rising": period.rising, "since": since, "step": _step(rounding)}


def _step(rounding: int | None) -> Decimal:
    return EXACT if rounding is None else Decimal(rounding)
