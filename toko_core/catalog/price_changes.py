"""Changes of selling prices between backups, read from the catalogue file on demand.

Prices are compared as people see them: PRICE_ROUNDING rounds them up, and two prices that are equal after rounding are
not a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from numpy.typing import NDArray

EXACT = Decimal("0.0001")
"""The step, in rupiah, without PRICE_ROUNDING: the smallest amount that the catalogue can hold."""
KEY = "product_id, satuan, level, jumlah_sampai"
MOST_KEPT = 16
"""How many lists of moved products are kept: many people ask for the same one in the morning."""
ORDINARY_LEVEL = 1
"""The level that customers without a group pay."""


def _shown(column: str) -> str:
    """Return SQL that rounds a column up to a multiple of `$step`.

    DuckDB divides DECIMAL as DOUBLE, but its remainder is exact.
    """
    step = "$step::DECIMAL(18,4)"
    return f"{column} + ({step} - {column} % {step}) % {step}"


OF_LEVEL = f"""
    ($level IS NULL OR t.level IS NULL OR t.level = $level OR (t.level = {ORDINARY_LEVEL} AND NOT EXISTS (
        FROM prices own WHERE own.product_id = t.product_id AND own.satuan = t.satuan
            AND (own.level IS NULL OR own.level = $level)
    )))
"""
"""The prices that customers of `$level` pay: of a unit without prices of that level, those of the ordinary one."""
HISTORY = f"SELECT {KEY}, before, after, seen_from FROM price_changes t WHERE product_id = $product_id"  # noqa: S608
"""Rounding and sorting the few rows in Python takes a fifth of the time that DuckDB takes to plan it."""
OWN_UNITS = "SELECT satuan FROM prices WHERE product_id = $product_id AND (level IS NULL OR level = $level)"
CHANGED_PRODUCTS = "SELECT DISTINCT product_id FROM price_changes ORDER BY product_id"


def _moves(of_products: str = "") -> str:
    """Return SQL for the prices that moved: of the products of a condition, or of all."""
    return f"""
    WITH stored AS (  -- several changes of a price become one
        SELECT {KEY}, first(t.before ORDER BY t.seen_from) AS before, last(t.after ORDER BY t.seen_from) AS after,
            max(t.seen_from) AS seen_from
        FROM price_changes t
        WHERE t.seen_from >= $since AND ($until IS NULL OR t.seen_from <= $until) AND {OF_LEVEL}
            AND product_id IN (SELECT product_id FROM products WHERE dijual) {of_products}
        GROUP BY {KEY}
    ), shown AS (
        SELECT {KEY}, {_shown("before")} AS before, {_shown("after")} AS after, seen_from FROM stored
    ), moves AS (  -- the share is for sorting only: it is infinite for a price that was 0
        SELECT *, coalesce(abs(after - before) / nullif(before, 0), 'inf'::DOUBLE) AS share
        FROM shown WHERE before <> after AND (after > before) = $rising
    )
    """  # noqa: S608 - column names


MOVED = f"{_moves()} SELECT product_id FROM moves GROUP BY product_id ORDER BY max(share) DESC, product_id"  # noqa: S608
MOVES_OF = f"""
    {_moves("AND product_id IN (SELECT unnest($rows))")} SELECT * EXCLUDE share FROM moves
    ORDER BY share DESC, satuan, level, jumlah_sampai
"""  # noqa: S608 - column names
BETWEEN = f"""
    WITH stored AS (
        SELECT {KEY}, first(t.before ORDER BY t.seen_from) AS before, last(t.after ORDER BY t.seen_from) AS after,
            max(t.seen_from) AS seen_from
        FROM price_changes t
        WHERE t.seen_from > $since AND t.seen_from <= $until AND {OF_LEVEL} AND product_id IN (SELECT unnest($rows))
        GROUP BY {KEY}
    ), shown AS (
        SELECT {KEY}, {_shown("before")} AS before, {_shown("after")} AS after, seen_from FROM stored
    )
    FROM shown WHERE before IS DISTINCT FROM after ORDER BY product_id, satuan, level, jumlah_sampai
"""  # noqa: S608 - column names
CHANGED = """
    SELECT kodeitem, max(seen_from) FROM price_changes JOIN products USING (product_id)
    WHERE seen_from > $since AND seen_from <= $until GROUP BY kodeitem
"""

PLACE = "t.seen_from, kodeitem, coalesce(t.satuan, ''), coalesce(t.level, -1), coalesce(t.jumlah_sampai, -1)"
"""The place of a change in the list of all changes. No two changes have the same."""
LISTED = f"""
    SELECT kodeitem, t.product_id, t.satuan, t.level, t.jumlah_sampai, t.before, t.after, t.seen_from
    FROM price_changes t JOIN products USING (product_id)
    WHERE t.seen_from >= $since AND ($until IS NULL OR t.seen_from < $until) AND {OF_LEVEL}
        AND ($code IS NULL OR ({PLACE}) > ($seen_from, $code, $unit, $place_level, $most))
    ORDER BY {PLACE} LIMIT $limit
"""  # noqa: S608 - column names


class PriceKey(NamedTuple):
    """The unit, level and quantity that a price of a product applies to."""

    satuan: str
    level: int | None
    jumlah_sampai: Decimal | None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A change of one price, in rupiah. A price is None if it was not shown or not filled in."""

    product_id: int
    key: PriceKey
    before: Decimal | None
    after: Decimal | None
    seen_from: datetime
    """The time of the first backup with `after`."""


class ChangePlace(NamedTuple):
    """The place of a change in the list of all changes, which is the same in every catalogue that has it."""

    seen_from: datetime
    kodeitem: str
    satuan: str
    level: int
    """-1 for a price without a level."""
    jumlah_sampai: Decimal
    """-1 for a price without a limit."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time since which prices moved, and a direction: the last price is compared with the first."""

    rising: bool
    since: datetime
    until: datetime | None = None
    """The end, or None for now."""


def start_of(days: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the start of a period of `days` days that ends today: a midnight in the shop's time zone."""
    return datetime.combine(now.astimezone(zone).date() - timedelta(days=days - 1), time(), zone)


class PriceChanges:
    """The price changes in an open catalogue. Its methods take a few milliseconds and are thread-safe.

    With a `level` they return only changes of prices that customers of that level pay. Their keys name no level.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._moved: dict[tuple[Period, int | None, int | None], list[int]] = {}
        self._history, self._own_units = (connection.extract_statements(sql)[0] for sql in (HISTORY, OWN_UNITS))
        self._changed: NDArray[np.int32] | None = None

    def keep_changed(self) -> None:
        """Remember which products have a change, so that `of` queries the file for no others."""
        found = self._connection.cursor().execute(CHANGED_PRODUCTS).fetchnumpy()["product_id"]
        self._changed = np.asarray(found, np.int32)

    def of(self, product_id: int, rounding: int | None, level: int | None = None) -> list[PriceChange]:
        """Return all changes of a product's prices, the oldest first."""
        if self._changed is not None:
            place = int(self._changed.searchsorted(product_id))
            if place == len(self._changed) or self._changed[place] != product_id:
                return []
        step = _step(rounding)
        found = []
        for row, unit, of_level, most, before, after, seen_from in self._of_level(product_id, level):
            before, after = _round_up(before, step), _round_up(after, step)
            if before != after:
                key = PriceKey(unit or "", of_level if level is None else None, most)
                found.append((unit, of_level, PriceChange(row, key, before, after, seen_from.replace(tzinfo=UTC))))
        found.sort(key=lambda each: (each[2].seen_from, *map(_nulls_last, (*each[:2], each[2].key.jumlah_sampai))))
        return [change for _, _, change in found]

    def moved(self, period: Period, rounding: int | None, level: int | None = None) -> Sequence[int]:
        """Return the products that are sold and have a price that moved, the largest relative change first."""
        wanted = (period, rounding, level)
        if (known := self._moved.get(wanted)) is None:
            if len(self._moved) >= MOST_KEPT:
                self._moved.clear()
            known = [int(row[0]) for row in self._rows(MOVED, _values(period, rounding, level))]
            self._moved[wanted] = known
        return known

    def moves_of(
        self, rows: Sequence[int], period: Period, rounding: int | None, level: int | None = None
    ) -> list[PriceChange]:
        """Return the moved prices of these products, the largest relative change first.

        Each has its first `before` and its last `after`.
        """
        return self._changes(MOVES_OF, {**_values(period, rounding, level), "rows": list(rows)})

    def listed(
        self, since: datetime, until: datetime | None, level: int | None, *, after: ChangePlace | None, most: int
    ) -> list[tuple[ChangePlace, PriceChange]]:
        """Return the changes seen from `since` until before `until`, the oldest first, with their exact prices.

        At most `most` are returned, of those that come after the place `after`.
        """
        last = ChangePlace(since, "", "", 0, Decimal(0)) if after is None else after
        values: dict[str, object] = {
            "since": _utc(since), "until": None if until is None else _utc(until), "level": level, "limit": most,
            "code": None if after is None else last.kodeitem, "seen_from": _utc(last.seen_from), "unit": last.satuan,
            "place_level": last.level, "most": last.jumlah_sampai,
        }  # fmt: skip
        found = []
        for code, row, unit, of_level, limit, before, now, seen in self._rows(LISTED, values):
            seen_from = seen.replace(tzinfo=UTC)
            place = ChangePlace(
                seen_from,
                code,
                unit or "",
                -1 if of_level is None else of_level,
                Decimal(-1) if limit is None else limit,
            )
            key = PriceKey(unit or "", of_level if level is None else None, limit)
            found.append((place, PriceChange(row, key, before, now, seen_from)))
        return found

    def changed(self, since: datetime, until: datetime) -> dict[str, datetime]:
        """Return the `kodeitem` of each product that changed after `since`, up to `until`, with the last change.

        That may be a change that a level, or PRICE_ROUNDING, hides.
        """
        rows = self._rows(CHANGED, {"since": _utc(since), "until": _utc(until)})
        return {code: seen_from.replace(tzinfo=UTC) for code, seen_from in rows}

    def between(
        self, rows: Sequence[int], since: datetime, until: datetime, rounding: int | None, level: int | None = None
    ) -> list[PriceChange]:
        """Return how prices of these products changed after `since`, up to `until`, by product.

        Several changes of a price become one, and none if the price came back. New and removed prices are changes.
        """
        times = {"since": _utc(since), "until": _utc(until)}
        return self._changes(BETWEEN, {**times, "rows": list(rows), "step": _step(rounding), "level": level})

    def _of_level(self, product_id: int, level: int | None) -> list[tuple[Any, ...]]:
        """Return the stored changes of a product's prices that customers of a level pay, as OF_LEVEL has them."""
        rows = self._rows(self._history, {"product_id": product_id})
        if level is None:
            return rows
        levels = {None, level}
        if all(row[2] in levels for row in rows):
            return rows
        own = {unit for (unit,) in self._rows(self._own_units, {"product_id": product_id, "level": level})} - {None}
        return [row for row in rows if row[2] in levels or (row[2] == ORDINARY_LEVEL and row[1] not in own)]

    def _changes(self, sql: str, values: dict[str, object]) -> list[PriceChange]:
        alike = values["level"] is not None
        return [
            PriceChange(
                row, PriceKey(unit or "", None if alike else level, most), before, after, seen_from.replace(tzinfo=UTC)
            )
            for row, unit, level, most, before, after, seen_from in self._rows(sql, values)
        ]

    def _rows(self, sql: str | duckdb.Statement, values: dict[str, object]) -> list[tuple[Any, ...]]:
        return self._connection.cursor().execute(sql, values).fetchall()


def _values(period: Period, rounding: int | None, level: int | None) -> dict[str, object]:
    until = None if period.until is None else _utc(period.until)
    times = {"since": _utc(period.since), "until": until}
    return {"rising": period.rising, **times, "step": _step(rounding), "level": level}


def _round_up(price: Decimal | None, step: Decimal) -> Decimal | None:
    """Return a price as `_shown` does."""
    return None if price is None else price + (step - price % step) % step


def _nulls_last(value: Any) -> tuple[bool, Any]:
    return value is None, 0 if value is None else value


def _utc(time: datetime) -> datetime:
    """Return a time as the catalogue stores it."""
    return time.astimezone(UTC).replace(tzinfo=None)


def _step(rounding: int | None) -> Decimal:
    return EXACT if rounding is None else Decimal(rounding)
