"""Messages about changed prices, each sent once, by any of several processes.

A row of `deliveries` stands for one message: to whom, and the period of the changes. Its text is made when it is sent,
so that it shows what the person may see then. The row and what it is about are stored in one transaction, so that a
change leads to one row however many processes notice it.

A process begins a message right before it hands it to Telegram: the row's `begun_at` is set by an UPDATE that only one
process can win. If Telegram rejects it or the connection breaks, the row is free again. If the process is killed
between `begin` and `finish`, nobody can know whether Telegram has the message: Telegram has no way to ask. Nobody sends
such a message again, because it is nearly always there: it is lost only if the kill comes between `begin` and the
bytes' leaving the process, a fraction of a millisecond. `tidy` reports them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, select, union, update

from toko_core.state.database import StateDatabase
from toko_core.state.tables import OF_WATCHING, deliveries, watchers, watches

KEPT = timedelta(days=7)
"""A message that nobody could send for this time is dropped. Sent ones are removed after it."""
BEGUN_LONG_AGO = timedelta(minutes=10)
"""A message that was begun this long ago, and is neither finished nor free again, belongs to a killed process."""


class Kind(StrEnum):
    """What a message is about. The values are stored."""

    WATCHED = "watched"
    """Changed prices of the products that the person watches."""
    MORNING = "morning"
    """The morning message, about all products."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that waits."""

    id: int
    person_id: int
    kind: Kind
    since: datetime
    """Changes after this time are its subject,"""
    until: datetime
    """up to this one, by the time of the first backup with the new price."""
    written_at: datetime


class Deliveries:
    """The messages of one shop. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used.
    """

    def __init__(self, state: StateDatabase, zone: ZoneInfo) -> None:
        self._state = state
        self._zone = zone

    def notified_until(self, data_time: datetime) -> datetime | None:
        """Return since when somebody was not notified of changes; None if everybody was, up to `data_time`.

        `data_time` is that of a catalogue.
        """
        earliest = select(func.min(watchers.c.notified_until)).where(*self._behind(data_time))
        with self._state.read(once=True) as connection:
            return connection.execute(earliest).scalar()

    def plan_watched(self, changed: Mapping[str, datetime], since: datetime, until: datetime, now: datetime) -> int:
        """Store a message for each person who watches one of these products. Return how many these are.

        `changed` has the time of the last change of all products that changed after `since`, up to `until`. People who
        were told of changes up to `until` get none.
        """
        with self._state.write() as connection:
            behind = *self._behind(until), watchers.c.notified_until >= since
            known = select(watchers.c.person_id, watchers.c.notified_until).where(*behind)
            starts = {row.person_id: row.notified_until for row in connection.execute(known)}
            wanted = select(watches.c.person_id, watches.c.kodeitem).where(
                watches.c.shop == self._state.shop, watches.c.notify, watches.c.person_id.in_(starts)
            )
            rows = connection.execute(wanted).tuples()
            due = {person for person, code in rows if code in changed and changed[code] > starts[person]}
            for person in sorted(due):
                self._add(connection, person, Kind.WATCHED, starts[person], until, now)
            connection.execute(update(watchers).where(*behind).values(notified_until=until))
        return len(due)

    def plan_mornings(self, data_time: datetime, now: datetime) -> int:
        """Store a message for each person whose hour has come today. Return how many these are.

        Each lists the changes up to the end of yesterday since the last one. If the catalogue of `data_time` ends
        earlier, the next message lists what it lacks.
        """
        local = now.astimezone(self._zone)
        today = local.date().isoformat()
        until = min(data_time, datetime.combine(local.date(), time(), self._zone).astimezone(UTC))
        due = (watchers.c.shop == self._state.shop) & (watchers.c.morning_hour <= local.hour)
        due &= watchers.c.morning_day != today  # a later day is that of a clock that was wrong
        with self._state.read(once=True) as connection:
            if connection.execute(select(watchers.c.id).where(due).limit(1)).first() is None:
                return 0
        number = 0
        with self._state.write() as connection:
            for row in connection.execute(select(watchers).where(due)).all():
                values: dict[str, Any] = {"morning_day": today}
                if until > row.morning_until:
                    hour = datetime.combine(local.date(), time(row.morning_hour), self._zone)
                    self._add(connection, row.person_id, Kind.MORNING, row.morning_until, until, hour)
                    values["morning_until"] = until
                    number += 1
                connection.execute(update(watchers).where(watchers.c.id == row.id).values(values))
        return number

    def pick(self, data_time: datetime, without: Collection[int] = ()) -> Delivery | None:
        """Return the oldest message that waits for some person, who is drawn by lot so that processes seldom collide.

        A catalogue of `data_time` must have its changes, and it is for nobody of `without`. None: there is none.
        """
        c = deliveries.c
        waiting = c.shop == self._state.shop, c.begun_at.is_(None), c.until <= data_time
        person = select(c.person_id).where(*waiting, c.person_id.not_in(without)).order_by(func.random()).limit(1)
        with self._state.read() as connection:
            chosen = connection.execute(person).scalar()
            oldest = select(deliveries).where(*waiting, c.person_id == chosen).order_by(c.id).limit(1)
            row = None if chosen is None else connection.execute(oldest).one_or_none()
        if row is None:
            return None
        return Delivery(row.id, row.person_id, Kind(row.kind), row.since, row.until, row.written_at)

    def begin(self, delivery: Delivery, now: datetime) -> bool:
        """Take a message, right before it is sent. Return False if another process was faster, or it is gone."""
        free = deliveries.c.id == delivery.id, deliveries.c.begun_at.is_(None)
        with self._state.write() as connection:
            return connection.execute(update(deliveries).where(*free).values(begun_at=now)).rowcount == 1

    def release(self, delivery: Delivery) -> None:
        """Free a message that this process has begun, and that was not sent."""
        begun = deliveries.c.id == delivery.id, deliveries.c.sent_at.is_(None)
        with self._state.write() as connection:
            connection.execute(update(deliveries).where(*begun).values(begun_at=None))

    def finish(self, delivery: Delivery, now: datetime) -> None:
        """Store that the person has the message, cannot get it, or that it would say nothing."""
        with self._state.write() as connection:
            done = update(deliveries).where(deliveries.c.id == delivery.id)
            connection.execute(done.values(begun_at=func.coalesce(deliveries.c.begun_at, now), sent_at=now))

    def tidy(self, people: Collection[int], now: datetime) -> int:
        """Remove all of those who are not among `people`, who have access, and what is old.

        Returns how many messages were begun by a process that was killed, so that nobody knows whether they arrived.
        """
        shop, c = self._state.shop, deliveries.c
        lost = c.shop == shop, c.sent_at.is_(None), c.begun_at < now - BEGUN_LONG_AGO
        with self._state.read() as connection:
            stale = connection.execute(select(c.id).where(c.shop == shop, c.written_at < now - KEPT).limit(1)).first()
            each = [select(table.c.person_id).where(table.c.shop == shop) for table in OF_WATCHING]
            known = set(connection.execute(union(*each)).scalars())
            unclear = connection.execute(select(func.count()).where(*lost)).scalar() or 0
        gone = known - set(people)
        if not (stale or gone or unclear):
            return 0
        with self._state.write() as connection:
            for table in OF_WATCHING if gone else ():
                connection.execute(delete(table).where(table.c.shop == shop, table.c.person_id.in_(gone)))
            unclear = connection.execute(update(deliveries).where(*lost).values(sent_at=c.begun_at)).rowcount
            connection.execute(delete(deliveries).where(c.shop == shop, c.written_at < now - KEPT))
        return unclear

    def _behind(self, data_time: datetime) -> tuple[Any, ...]:
        """Return the condition for people who were not told of all changes up to a time."""
        return watchers.c.shop == self._state.shop, watchers.c.notified_until < data_time

    def _add(
        self, connection: Connection, person_id: int, kind: Kind, since: datetime, until: datetime, written_at: datetime
    ) -> None:
        c = deliveries.c
        same = c.shop == self._state.shop, c.person_id == person_id, c.kind == kind.value, c.until == until
        if connection.execute(select(c.id).where(*same)).first() is None:
            values = {
                "shop": self._state.shop, "person_id": person_id, "kind": kind.value, "since": since, "until": until,
                "written_at": written_at,
            }  # fmt: skip
            connection.execute(insert(deliveries).values(values))
