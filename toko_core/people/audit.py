"""The audit list: what people changed, the newest first. Owners can read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from toko_core.people.person import Person
from toko_core.state.database import StateDatabase
from toko_core.state.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the audit list."""

    number: int
    at: datetime
    action: str
    by_id: int | None
    """Who did it; None for the command line, and for people whose data were erased."""
    by: str
    """Their name at that time; empty for the command line."""
    subject_id: int | None
    subject: str
    """Whom or what it concerns."""
    details: Mapping[str, Any]


class Audit:
    """The audit list of one shop."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def note(
        self,
        action: str,
        by: Person | None,
        subject: str,
        details: Mapping[str, Any],
        *,
        subject_id: int | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Add an entry. Raises StateError.

        `by` is None for the command line and the program itself. `subject_id` is the person whom it concerns, so that
        the entry can be erased of the name. `details` must be JSON, and must not hold names of people. `connection` is
        that of `StateDatabase.write`, so that a change and its entry are stored together.
        """
        values = {
            "shop": self._state.shop, "at": datetime.now(UTC), "action": action,
            "by_id": by and by.user_id, "by_name": by.label if by else "",
            "subject_id": subject_id, "subject_name": subject, "details": dict(details),
        }  # fmt: skip
        if connection is not None:
            connection.execute(insert(audit).values(values))
            return
        with self._state.write() as connection:
            connection.execute(insert(audit).values(values))

    def last(self, limit: int, before: int | None = None) -> list[Entry]:
        """Return the newest entries, or the newest with a number below `before`. Raises StateError."""
        columns = audit.c
        rows = select(
            columns.id, columns.at, columns.action, columns.by_id, columns.by_name, columns.subject_id,
            columns.subject_name, columns.details,
        ).where(columns.shop == self._state.shop)  # fmt: skip
        if before is not None:
            rows = rows.where(columns.id < before)
        with self._state.read() as connection:
            found = connection.execute(rows.order_by(columns.id.desc()).limit(limit)).all()
        return [Entry(*row) for row in found]
