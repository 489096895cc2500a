"""Keeps the products that each person opened last, in the state database."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select

from toko_core.state.database import StateDatabase
from toko_core.state.tables import opened_products, people

MOST_KEPT = 10
"""The products that are kept of a person. The next ones take the place of those that left the catalogue."""
KEPT_FOR = timedelta(days=90)


class RecentProducts:
    """The products that people of one shop opened. All methods touch the disk: do not call them in the event loop.

    They raise StateError if the database cannot be used.
    """

    def __init__(self, state: StateDatabase, of_settings: AbstractSet[int]) -> None:
        """`of_settings` are the ids of the people whom `.env` names."""
        self._state = state
        self._of_settings = frozenset(of_settings)

    def add(self, opened: Mapping[int, Sequence[str]], now: datetime) -> None:
        """Store which products people opened, by `kodeitem`, the last one at the end. Who has no access has none."""
        with self._state.write() as connection:
            for user_id in opened.keys() & self._find_people(connection):
                self._add(connection, user_id, list(dict.fromkeys(reversed(opened[user_id])))[:MOST_KEPT], now)

    def newest(self, user_id: int) -> list[str]:
        """Return the products that somebody opened, the last one first."""
        own = [opened_products.c.shop == self._state.shop, opened_products.c.viewer_id == user_id]
        found = select(opened_products.c.kodeitem).where(*own).order_by(opened_products.c.id.desc()).limit(MOST_KEPT)
        with self._state.read() as connection:
            return list(connection.execute(found).scalars())

    def prune(self, now: datetime) -> None:
        """Remove what is older than KEPT_FOR, and what people opened whom `.env` no longer names."""
        with self._state.write() as connection:
            gone = opened_products.c.viewer_id.not_in(self._find_people(connection))
            unknown = opened_products.c.viewer_id.is_(None)
            old = opened_products.c.opened_at < now - KEPT_FOR
            ours = opened_products.c.shop == self._state.shop
            connection.execute(delete(opened_products).where(ours, or_(gone, unknown, old)))

    def _find_people(self, connection: Connection) -> AbstractSet[int]:
        """Return who has access. Nobody is removed before the caller's transaction ends."""
        stored = connection.execute(select(people.c.user_id).where(people.c.shop == self._state.shop)).scalars()
        return self._of_settings | set(stored)

    def _add(self, connection: Connection, user_id: int, newest: Sequence[str], now: datetime) -> None:
        table = opened_products
        own = (table.c.shop == self._state.shop) & (table.c.viewer_id == user_id)
        connection.execute(delete(table).where(own, table.c.kodeitem.in_(newest)))
        row = {"shop": self._state.shop, "viewer_id": user_id, "opened_at": now}
        connection.execute(insert(table), [row | {"kodeitem": code} for code in reversed(newest)])
        kept = connection.execute(select(table.c.id).where(own).order_by(table.c.id.desc()).limit(MOST_KEPT)).scalars()
        connection.execute(delete(table).where(own, table.c.id.not_in(list(kept))))
