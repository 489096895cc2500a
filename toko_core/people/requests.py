"""Requests for access that wait for a decision, and the messages that show them to the owners."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from toko_core.people.store import REQUEST_AGAIN, Decision, Request
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase
from toko_core.state.tables import audit, request_messages, requests

GIVES_OR_TAKES = ("approve", "add", "remove")
"""The actions of the audit list that begin or end somebody's access."""


class Requests:
    """The requests of one shop. All methods may take as long as the disk, and raise StateError."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def waiting(self) -> list[Request]:
        """Return the requests that nobody has decided, the oldest first."""
        undecided = select(requests).where(requests.c.shop == self._state.shop, requests.c.decided_at.is_(None))
        with self._state.read() as connection:
            return [_request(row) for row in connection.execute(undecided.order_by(requests.c.asked_at))]

    def find(self, request_id: int) -> Request | Decision | None:
        """Return a request that waits, or the decision about it; None if there is no such request."""
        ours = select(requests).where(requests.c.shop == self._state.shop, requests.c.id == request_id)
        with self._state.read() as connection:
            row = connection.execute(ours).one_or_none()
        if row is None or row.decided_at is None:
            return None if row is None else _request(row)
        return Decision(
            False, row.decided_by_name, Role(row.role) if row.role else None, row.decided_at, _request(row)
        )  # fmt: skip

    def note_message(self, request_id: int, owner_id: int, message_id: int) -> None:
        """Store which message shows a request in the private chat of an owner."""
        shop, c = self._state.shop, request_messages.c
        with self._state.write() as connection:
            gone = c.request.not_in(select(requests.c.id).where(requests.c.shop == shop))
            connection.execute(delete(request_messages).where(c.shop == shop, gone))
            values = {"shop": shop, "request": request_id, "owner_id": owner_id, "message": message_id}
            connection.execute(insert(request_messages).values(values))

    def take_messages(self, request_id: int) -> list[tuple[int, int]]:
        """Return the owner and the number of each message that shows a request, and forget them."""
        c = request_messages.c
        ours = (c.shop == self._state.shop) & (c.request == request_id)
        with self._state.write() as connection:
            rows = connection.execute(select(c.owner_id, c.message).where(ours)).all()
            connection.execute(delete(request_messages).where(ours))
        return [(owner, message) for owner, message in rows if owner is not None]

    def ended_lately(self, user_id: int) -> bool:
        """Return whether an owner took somebody's access away less than a day ago. Later they may ask again."""
        c = audit.c
        last = (
            select(c.action, c.at)
            .where(c.shop == self._state.shop, c.subject_id == user_id, c.action.in_(GIVES_OR_TAKES))
            .order_by(c.id.desc())
            .limit(1)
        )
        with self._state.read() as connection:
            row = connection.execute(last).one_or_none()
        return row is not None and row.action == "remove" and abs(datetime.now(UTC) - row.at) < REQUEST_AGAIN


def _request(row: Row[Any]) -> Request:
    return Request(row.id, row.user_id, row.name, row.username)
