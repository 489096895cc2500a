"""Keeps the counts of searches in the state database. Replicas add to the same counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import Enum, auto

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, delete, func, insert, select, update

from toko_core.state.database import StateDatabase
from toko_core.state.demand.counts import Count
from toko_core.state.tables import searches

DAYS_KEPT = 90
MOST_A_DAY = 2_000
"""The different queries that are kept of a day. What is asked first that day stays, so nothing is counted in part."""


class Kind(Enum):
    """What became of searches."""

    MISSING = auto()
    """The shop may lack it: nothing was found, or nothing that is exactly it."""
    UNOPENED = auto()
    """There was a list, and nobody opened a product of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, and how often that became of it."""

    query: str
    times: int


class Demand:
    """The counts of one shop. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used.
    """

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def add(self, counts: Iterable[Count]) -> None:
        """Add to what is counted: all of it, or nothing if it raises."""
        by_day: defaultdict[date, list[Count]] = defaultdict(list)
        for count in counts:
            by_day[count.day].append(count)
        with self._state.write() as connection:
            for day, of_day in by_day.items():
                self._add(connection, day, of_day)

    def prune(self, today: date) -> None:
        """Remove the counts of more than DAYS_KEPT days ago."""
        old = searches.c.day <= today - timedelta(days=DAYS_KEPT)
        with self._state.write() as connection:
            connection.execute(delete(searches).where(searches.c.shop == self._state.shop, old))

    def most(self, kind: Kind, since: date, limit: int, offset: int = 0) -> tuple[int, list[Wanted]]:
        """Return how many queries there are of a kind since a day, and a part of them, the most frequent first."""
        times = _TIMES[kind]
        grouped = (
            select(searches.c.query, times.label("times"), func.max(searches.c.day).label("last"))
            .where(searches.c.shop == self._state.shop, searches.c.day >= since)
            .group_by(searches.c.query)
            .having(times > 0)
        )
        found = grouped.order_by(times.desc(), func.max(searches.c.day).desc(), searches.c.query)
        with self._state.read() as connection:
            number = connection.execute(select(func.count()).select_from(grouped.subquery())).scalar_one()
            rows = connection.execute(found.limit(limit).offset(offset)).all()
        return number, [Wanted(row.query, row.times) for row in rows]

    def _add(self, connection: Connection, day: date, counts: Sequence[Count]) -> None:
        """Add the counts of one day. Other writers wait meanwhile, so a row is not made twice."""
        where = (searches.c.shop == self._state.shop) & (searches.c.day == day)
        known = set(connection.execute(select(searches.c.query).where(where)).scalars())
        if old := [_added(count) for count in counts if count.query in known]:
            connection.execute(_ADD.where(where), old)
        new = [{"shop": self._state.shop, **asdict(count)} for count in counts if count.query not in known]
        if new := new[: max(MOST_A_DAY - len(known), 0)]:
            connection.execute(insert(searches), new)


def _added(count: Count) -> dict[str, object]:
    return {"of": count.query, **{f"add_{name}": getattr(count, name) for name in _COUNTED}}


def _at_least_zero(number: ColumnElement[int]) -> ColumnElement[int]:
    return case((number > 0, number), else_=0)


_COUNTED = ("searched", "missed", "opened")
_ADD = (
    update(searches)
    .where(searches.c.query == bindparam("of"))
    .values({name: searches.c[name] + bindparam(f"add_{name}", type_=Integer) for name in _COUNTED})
)
_SEARCHED, _MISSED, _OPENED = (func.sum(searches.c[name]) for name in _COUNTED)
_TIMES: dict[Kind, ColumnElement[int]] = {
    # Who opened a product of a list without the exact one has found it, though that list counts as nothing found.
    Kind.MISSING: case((_MISSED > _SEARCHED - _OPENED, _at_least_zero(_SEARCHED - _OPENED)), else_=_MISSED),
    Kind.UNOPENED: _at_least_zero(_SEARCHED - _MISSED - _OPENED),
}
"""How often something became of a query, from the sums of its days."""
