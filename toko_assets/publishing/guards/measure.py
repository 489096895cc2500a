"""Measures how far the prices of two catalogues differ, on the connection of `compare.paired`.

Money is compared as exact decimals. Ratios of money only order rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import duckdb

from toko_assets.common.checks import SHOWN_ROWS
from toko_assets.publishing.guards.limits import FEWEST, GROUP_ITEMS, GROUP_LOST, JUMP, LEAST_CHANGED, LEAST_SHARE

WIDE = "DECIMAL(28,4)"
"""Wide enough for a multiple of any price: DuckDB multiplies within the type of the price."""

MOVED = """
    INSERT INTO compared
    WITH moved AS (FROM items ANTI JOIN pairs USING (now_id)),
    old AS (SELECT before_id, now_id, satuan, coalesce(min(b.rowid) FILTER (hargajual > 0), min(b.rowid)) AS before_row
        FROM moved JOIN before_catalog.prices b ON product_id = before_id GROUP BY ALL),
    new AS (SELECT now_id, satuan, coalesce(min(n.rowid) FILTER (hargajual > 0), min(n.rowid)) AS now_row
        FROM moved JOIN now_catalog.prices n ON product_id = now_id GROUP BY ALL)
    SELECT before_id, old.now_id, before_row, now_row, new.satuan, b.hargajual, nullif(n.hargajual, 0)
    FROM old JOIN new ON old.now_id = new.now_id AND old.satuan IS NOT DISTINCT FROM new.satuan
    JOIN before_catalog.prices b ON b.rowid = before_row JOIN now_catalog.prices n ON n.rowid = now_row
    WHERE b.hargajual > 0
"""
"""An item all of whose keys changed has another price system. It is compared by unit, by the first price of each: that
of the lowest level and the smallest quantity, as catalogues are sorted."""
TABLES = (
    "CREATE TEMP TABLE compared AS SELECT * REPLACE (nullif(now, 0) AS now) FROM pairs WHERE before > 0",
    MOVED,
    "CREATE TEMP TABLE changed AS FROM compared WHERE before IS DISTINCT FROM now",
    "CREATE TEMP TABLE returned AS FROM changed LIMIT 0",
    """
    CREATE TEMP TABLE priced AS SELECT before_id, now_id, n.product_id IS NULL AS lost
    FROM items SEMI JOIN (FROM before_catalog.prices WHERE hargajual > 0) b ON b.product_id = before_id
    LEFT JOIN (SELECT DISTINCT product_id FROM now_catalog.prices WHERE hargajual > 0) n ON n.product_id = now_id
    """,
)
JUMPED = f"(now >= before::{WIDE} * {JUMP} OR now::{WIDE} * {JUMP} <= before)"
MIDDLE = """
    SELECT before, now FROM changed WHERE now IS NOT NULL ORDER BY abs(now - before) / before, now_row
    LIMIT {} OFFSET {}
"""
BELOW_COST = """
    SELECT c.*, n.hargapokok FROM changed c JOIN now_catalog.prices n ON n.rowid = now_row
    JOIN before_catalog.prices b ON b.rowid = before_row
    WHERE now < before AND now <= n.hargapokok AND (before > b.hargapokok OR b.hargapokok IS NULL)
"""
GROUPS = """
    SELECT '{kind}' AS kind, {column} AS name, count(*) AS items, count(*) FILTER (n.product_id IS NULL) AS empty_now,
        count(*) FILTER (p.before_id IS NULL) AS empty_before
    FROM items i JOIN before_catalog.products b ON b.product_id = i.before_id LEFT JOIN priced p USING (before_id)
    LEFT JOIN (SELECT DISTINCT product_id FROM now_catalog.prices WHERE hargajual > 0) n ON n.product_id = i.now_id
    WHERE {column} <> '' GROUP BY {column} HAVING count(*) >= {least} AND count(*) FILTER (lost) >= {lost}
"""
"""A group is that of the served catalogue."""
NAMED = "p.kodeitem, left(p.namaitem, 60)"
LOST = f"""
    SELECT {NAMED}, b.satuan, hargajual, NULL
    FROM (SELECT product_id, min(rowid) AS first FROM before_catalog.prices WHERE hargajual > 0 GROUP BY ALL) f
    JOIN priced ON f.product_id = before_id AND lost JOIN before_catalog.prices b ON b.rowid = first
    JOIN before_catalog.products p ON p.product_id = before_id
    {{}} ORDER BY hargajual DESC, now_id LIMIT {SHOWN_ROWS}
"""  # noqa: S608 - column names
WORST = {
    "changed": f"""
        SELECT {NAMED}, c.satuan, before, now FROM changed c JOIN now_catalog.products p ON product_id = now_id
        ORDER BY abs(now - before) / before DESC NULLS LAST, now_row LIMIT {SHOWN_ROWS}
    """,  # noqa: S608
    "jumped": f"""
        SELECT {NAMED}, c.satuan, before, now FROM changed c JOIN now_catalog.products p ON product_id = now_id
        WHERE {JUMPED} ORDER BY greatest(now / before, before / now) DESC, now_row LIMIT {SHOWN_ROWS}
    """,  # noqa: S608
    "below cost": f"""
        SELECT {NAMED}, c.satuan, before, now, hargapokok FROM ({BELOW_COST}) c
        JOIN now_catalog.products p ON product_id = now_id
        ORDER BY now / hargapokok, now_row LIMIT {SHOWN_ROWS}
    """,  # noqa: S608
    "unpriced": LOST.format(""),
    "groups": LOST.format("WHERE list_contains($brands, merek) OR list_contains($categories, jenis)"),
}
"""The worst rows of each measure: code, name, unit, price before, price now; below cost also the cost."""


@dataclass(frozen=True, slots=True)
class Group:
    """A brand or a category that lost most of its prices."""

    kind: str
    name: str
    items: int
    empty_now: int
    """Items without any price."""
    empty_before: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The differences between the prices of two catalogues."""

    prices: int
    """Prices in both catalogues that were filled in before."""
    items: int
    """Items in both catalogues that had a price before."""
    changed: int
    jumped: int
    median: Fraction | None
    """Of |new / old - 1| of the changed prices that are filled in; None without any."""
    below_cost: int
    unpriced: int
    groups: tuple[Group, ...]

    @property
    def counts(self) -> bool:
        """Whether so many prices changed that the limits apply."""
        return self.changed >= max(FEWEST, min(LEAST_CHANGED, LEAST_SHARE * self.prices))


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that the measures are read from."""
    for statement in TABLES:
        connection.execute(statement)


def measure(connection: duckdb.DuckDBPyConnection) -> Measured:
    """Count from the tables of `prepare`."""
    (prices,) = _row(connection, "SELECT count(*) FROM compared")
    changed, filled, jumped = _row(
        connection,
        f"SELECT count(*), count(now), count(*) FILTER ({JUMPED}) FROM changed",  # noqa: S608
    )
    items, unpriced = _row(connection, "SELECT count(*), count(*) FILTER (lost) FROM priced")
    (below_cost,) = _row(connection, f"SELECT count(DISTINCT now_id) FROM ({BELOW_COST})")  # noqa: S608
    groups = _groups(connection) if unpriced >= GROUP_LOST else ()
    return Measured(prices, items, changed, jumped, _median(connection, filled), below_cost, unpriced, groups)


def worst(connection: duckdb.DuckDBPyConnection, measure: str, groups: Sequence[Group] = ()) -> list[tuple[Any, ...]]:
    """Return the worst rows of one of the measures of WORST. `groups` are those of which `groups` returns the items."""
    names = {
        name: [group.name for group in groups if group.kind == kind]
        for name, kind in (("brands", "brand"), ("categories", "category"))
    }
    return connection.execute(WORST[measure], names if groups else None).fetchall()


def _median(connection: duckdb.DuckDBPyConnection, filled: int) -> Fraction | None:
    if not filled:
        return None
    middle = connection.execute(MIDDLE.format(2 - filled % 2, (filled - 1) // 2)).fetchall()
    return sum((abs(Fraction(now) / Fraction(before) - 1) for before, now in middle), Fraction()) / len(middle)


def _groups(connection: duckdb.DuckDBPyConnection) -> tuple[Group, ...]:
    kinds = (("brand", "merek"), ("category", "jenis"))
    query = " UNION ALL ".join(
        GROUPS.format(kind=kind, column=column, least=GROUP_ITEMS, lost=GROUP_LOST) for kind, column in kinds
    )
    return tuple(Group(*row) for row in connection.execute(f"{query} ORDER BY items DESC, kind, name").fetchall())


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    if row is None:
        raise LookupError(query)
    return row
