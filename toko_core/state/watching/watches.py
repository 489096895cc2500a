"""The products that people marked, and when they want the morning message."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from toko_core.state.database import StateDatabase
from toko_core.state.tables import watchers, watches

MOST_WATCHES = 100
"""How many products one person can mark."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Marks:
    """What somebody wants of one product."""

    favourite: bool = False
    notify: bool = False
    """Whether they are notified when its price changes."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A product that somebody marked."""

    kodeitem: str
    marks: Marks


class Watches:
    """What the people of one shop watch. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used.
    """

    def __init__(self, state: StateDatabase, zone: ZoneInfo) -> None:
        self._state = state
        self._zone = zone

    def marks(self, person_id: int, kodeitem: str) -> Marks:
        """Return what somebody wants of a product."""
        wanted = select(watches.c.favourite, watches.c.notify).where(*self._one(person_id, kodeitem))
        with self._state.read(once=True) as connection:
            row = connection.execute(wanted).one_or_none()
        return Marks() if row is None else Marks(row.favourite, row.notify)

    def mark(self, person_id: int, kodeitem: str, marks: Marks, data_time: datetime) -> bool:
        """Store what somebody wants of a product. Return False, and store nothing, if they marked too many.

        `data_time` is that of the catalogue that they see: they are notified of later changes.
        """
        own = self._own(watches, person_id)
        with self._state.write() as connection:
            before = select(watches.c.id).where(*self._one(person_id, kodeitem))
            known = connection.execute(before).scalar()
            if marks == Marks():
                connection.execute(delete(watches).where(watches.c.id == known))
                return True
            values = {"favourite": marks.favourite, "notify": marks.notify}
            if known is not None:
                connection.execute(update(watches).where(watches.c.id == known).values(values))
            elif (connection.execute(select(func.count()).where(*own)).scalar() or 0) >= MOST_WATCHES:
                return False
            else:
                key = {"shop": self._state.shop, "person_id": person_id, "kodeitem": kodeitem}
                connection.execute(insert(watches).values(key | values))
            if marks.notify:
                self._know(connection, person_id, data_time)
        return True

    def of(self, person_id: int) -> list[Watch]:
        """Return what somebody marked, in the order in which they did."""
        marked = select(watches).where(*self._own(watches, person_id)).order_by(watches.c.id)
        with self._state.read() as connection:
            rows = connection.execute(marked).all()
        return [Watch(row.kodeitem, Marks(row.favourite, row.notify)) for row in rows]

    def remove(self, person_id: int, codes: Collection[str]) -> None:
        """Remove all marks of these products."""
        marked = watches.c.kodeitem.in_(codes)
        with self._state.write() as connection:
            connection.execute(delete(watches).where(*self._own(watches, person_id), marked))

    def morning_hour(self, person_id: int) -> int | None:
        """Return the hour at which somebody gets the morning message; None: they do not."""
        wanted = select(watchers.c.morning_hour).where(*self._own(watchers, person_id))
        with self._state.read(once=True) as connection:
            return connection.execute(wanted).scalar()

    def set_morning_hour(self, person_id: int, hour: int | None, now: datetime, data_time: datetime) -> None:
        """Store the hour at which somebody gets the morning message. If it is over today, it begins tomorrow.

        The first message lists the changes of the day before, and no day has two messages.
        """
        today = now.astimezone(self._zone).date()
        with self._state.write() as connection:
            self._know(connection, person_id, data_time)
            own = self._own(watchers, person_id)
            row = connection.execute(select(watchers).where(*own)).one()
            values: dict[str, Any] = {"morning_hour": hour}
            if hour is not None:
                last = today if now.astimezone(self._zone).hour >= hour else today - timedelta(days=1)
                values["morning_day"] = max(row.morning_day, last.isoformat())
                if row.morning_hour is None:
                    start = datetime.combine(last, time(), self._zone).astimezone(UTC)
                    values["morning_until"] = max(row.morning_until, start)
            connection.execute(update(watchers).where(*own).values(values))

    def _know(self, connection: Connection, person_id: int, data_time: datetime) -> None:
        """Store that somebody is notified of changes after `data_time`, unless they are notified already."""
        if connection.execute(select(watchers.c.id).where(*self._own(watchers, person_id))).first() is None:
            values = {
                "shop": self._state.shop, "person_id": person_id, "notified_until": data_time, "morning_day": "",
                "morning_until": NEVER,
            }  # fmt: skip
            connection.execute(insert(watchers).values(values))

    def _own(self, table: Table, person_id: int) -> tuple[ColumnElement[bool], ...]:
        return table.c.shop == self._state.shop, table.c.person_id == person_id

    def _one(self, person_id: int, kodeitem: str) -> tuple[ColumnElement[bool], ...]:
        return *self._own(watches, person_id), watches.c.kodeitem == kodeitem
