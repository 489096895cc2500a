"""The checks of a new catalogue's prices: each blocks above its limit, and warns above half of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from toko_assets.common.checks import Outcome, Override
from toko_assets.publishing.guards.limits import GROUP_ITEMS, LEAST_JUMPED, MEDIAN_CHANGE, NEARLY_ALL, Limits
from toko_assets.publishing.guards.measure import Group, Measured, measure, prepare, worst
from toko_assets.publishing.guards.returns import set_returned_apart
from toko_core.text import rupiah

BLOCKING = (
    "prices_not_replaced", "prices_not_jumped", "items_not_below_cost", "items_not_unpriced", "groups_not_at_zero",
)  # fmt: skip
WARNING = (
    "few_prices_changed", "few_prices_jumped", "few_items_below_cost", "few_items_unpriced", "groups_mostly_priced",
)  # fmt: skip
"""The warning that belongs to each blocking check."""
NOTHING = "No catalogue of this shop was served that this version can read, so there is nothing to compare."
ADVICE = "Check these prices in iPOS."
COLUMNS = ("kodeitem", "namaitem", "satuan", "before", "now", "hargapokok")
NAMED_GROUPS = 5
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Past:
    """Where to look up what was published in the last days."""

    history: Path
    published: Sequence[datetime]
    """The times of the published backups."""


@dataclass(frozen=True, slots=True)
class _Guard:
    """A measure that has a limit."""

    said: str
    """What was found, with the count but without the limit."""
    count: int
    total: int
    share: float
    """The share of `total` that may be reached."""
    default: float
    """The same without an override: the warning comes at half of it."""
    override: Override
    worst: str
    """The name of its rows in measure.WORST."""
    beyond: tuple[bool, bool] = (True, True)
    """Whether what else is needed for a block, and for a warning, is there."""
    also: tuple[str, str] = ("", "")
    """The words for that."""

    def blocks(self) -> bool:
        return self.beyond[0] and _over(self.count, self.total, _exact(self.share))

    def warns(self) -> bool:
        return self.beyond[1] and _over(self.count, self.total, _exact(self.default) * HALF)


def compared_with_nothing() -> Iterator[Outcome]:
    """Yield every check as passed, because there is no catalogue to compare with."""
    for blocking, names in ((True, BLOCKING), (False, WARNING)):
        yield from (Outcome(name, True, NOTHING, blocking=blocking) for name in names)


def check_prices(connection: duckdb.DuckDBPyConnection, limits: Limits, past: Past) -> list[Outcome]:
    """Check the prices of the two catalogues of `compare.paired`.

    What was published before is looked up only if it can matter: if a warning's limit is exceeded without it.
    """
    prepare(connection)
    found = measure(connection)
    many = _over(found.changed, found.prices, _exact(Limits().most_prices_changed) * HALF)
    if found.counts and (many or not all(outcome.passed for outcome in _outcomes(connection, found, limits))):
        set_returned_apart(connection, past.history, past.published)
        found = measure(connection)
    return list(_outcomes(connection, found, limits))


def _outcomes(connection: duckdb.DuckDBPyConnection, found: Measured, limits: Limits) -> Iterator[Outcome]:
    for place, guard in enumerate(_guards(found, limits)):
        yield from _results(connection, (BLOCKING[place], WARNING[place]), guard, applies=found.counts)
    yield from _groups(connection, found, allowed=limits.allow_zero_groups)


def _guards(found: Measured, limits: Limits) -> Iterator[_Guard]:
    defaults, median = Limits(), found.median or Fraction()
    limit = _exact(MEDIAN_CHANGE)
    yield _Guard(
        f"{_of(found.changed, found.prices, 'prices')} changed, in the median by {_percent(median)}",
        found.changed, found.prices, limits.most_prices_changed, defaults.most_prices_changed,
        Override("--most-changed 100", "most_prices_changed: 1.0"), "changed",
        (median > limit, median > limit * HALF), (_unless(limit), _unless(limit * HALF)),
    )  # fmt: skip
    yield _Guard(
        f"{_of(found.jumped, found.prices, 'prices')} are now threefold or more, or a third or less",
        found.jumped, found.prices, limits.most_prices_jumped, defaults.most_prices_jumped,
        Override("--most-jumped 100", "most_prices_jumped: 1.0"), "jumped",
        (found.jumped >= LEAST_JUMPED, found.jumped >= LEAST_JUMPED * HALF),
    )  # fmt: skip
    yield _Guard(
        f"{_of(found.below_cost, found.items, 'items')} had their price cut to their cost or below it",
        found.below_cost, found.items, limits.most_below_cost, defaults.most_below_cost,
        Override("--most-below-cost 100", "most_below_cost: 1.0"), "below cost",
    )  # fmt: skip
    yield _Guard(
        f"{_of(found.unpriced, found.items, 'items')} lost their price",
        found.unpriced, found.items, limits.most_unpriced, defaults.most_unpriced,
        Override("--most-unpriced 100", "most_unpriced: 1.0"), "unpriced",
    )  # fmt: skip


def _unless(median: Fraction) -> str:
    return f", unless the median is {_percent(median)} or less"


def _results(
    connection: duckdb.DuckDBPyConnection, names: tuple[str, str], guard: _Guard, *, applies: bool
) -> Iterator[Outcome]:
    """Yield the blocking check and the warning."""
    stops, warns = applies and guard.blocks(), applies and guard.warns()
    rows = _table(worst(connection, guard.worst)) if stops or warns else pd.DataFrame()
    share, half = _exact(guard.share), _exact(guard.default) * HALF
    few = "" if applies else " So few prices changed that it does not matter."
    yield Outcome(
        names[0], not stops, f"{guard.said}: at most {_percent(share)} may{guard.also[0]}.{few}",
        blocking=True, rows=rows, count=guard.count, limit=int(share * guard.total), override=guard.override,
    )  # fmt: skip
    yield Outcome(
        names[1], not warns, f"{guard.said}: the warning limit is {_percent(half)}{guard.also[1]}.{few}",
        rows=rows, count=guard.count, limit=int(half * guard.total), advice=ADVICE,
    )  # fmt: skip


def _groups(connection: duckdb.DuckDBPyConnection, found: Measured, *, allowed: bool) -> Iterator[Outcome]:
    """Yield the check of brands and categories without any price, and the warning of those with hardly any."""
    share, groups = _exact(NEARLY_ALL), found.groups if found.counts else ()
    empty = [group for group in groups if group.empty_now == group.items]
    nearly = [g for g in groups if g in empty or g.empty_now >= share * g.items > g.empty_before]
    yield Outcome(
        BLOCKING[-1], allowed or not empty,
        f"Brands and categories of {GROUP_ITEMS} items or more that lost all their prices: {_named(empty)}.",
        blocking=True, rows=_table(worst(connection, "groups", empty)) if empty else pd.DataFrame(), count=len(empty),
        override=Override("--allow-zero-groups", "allow_zero_groups: true"),
    )  # fmt: skip
    yield Outcome(
        WARNING[-1], not nearly,
        f"Brands and categories of {GROUP_ITEMS} items or more that lost {NEARLY_ALL:.0%} of their prices: "
        f"{_named(nearly)}.",
        rows=_table(worst(connection, "groups", nearly)) if nearly else pd.DataFrame(), count=len(nearly),
        advice=ADVICE,
    )  # fmt: skip


def _named(groups: Sequence[Group]) -> str:
    shown = [f"{group.kind} {group.name} ({group.items:,} items)" for group in groups[:NAMED_GROUPS]]
    more = len(groups) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "") or "none"


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return the rows with prices as people read them."""
    shown = [[rupiah(value) if isinstance(value, Decimal) else value for value in row] for row in rows]
    return pd.DataFrame(shown, columns=list(COLUMNS[: len(shown[0])]) if shown else None, dtype=object)


def _of(count: int, total: int, what: str) -> str:
    return f"{count:,} of {total:,} {what} ({_percent(Fraction(count, total or 1))})"


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:,.1f}".removesuffix(".0") + "%"


def _over(count: int, total: int, share: Fraction) -> bool:
    return count > share * total


def _exact(share: float) -> Fraction:
    """Return the share that was written: 0.29 × 100 is not 29 in floating point."""
    return Fraction(str(share))
