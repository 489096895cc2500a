"""Links that sign somebody in once. The bot sends them; the database holds only the hash of each."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, or_, select

from toko_core.people.sign_ins import hash_token
from toko_core.state.database import StateDatabase
from toko_core.state.tables import sign_in_links

VALID_FOR = timedelta(minutes=10)
MOST_OF_A_PERSON = 5
"""The links of a person that wait at once. The oldest one makes place for the next."""
TOKEN_BYTES = 32
PATH = "/masuk/tautan/"
"""Where a link leads, below CATALOG_URL. The token follows."""


@dataclass(frozen=True, slots=True)
class LinkOf:
    """Whom a link signs in."""

    person_id: int
    name: str


class SignInLinks:
    """The links of one shop. All methods may take as long as the disk, and raise StateError."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def make(self, person_id: int, name: str) -> str:
        """Return the token of a new link, which is valid for VALID_FOR. `name` is shown before the link is used."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), datetime.now(UTC)
        c = sign_in_links.c
        own = (c.shop == self._state.shop) & (c.person_id == person_id)
        with self._state.write() as connection:
            connection.execute(delete(sign_in_links).where(c.shop == self._state.shop, _is_past(now)))
            newest = select(c.id).where(own).order_by(c.id.desc()).limit(MOST_OF_A_PERSON - 1)
            kept = list(connection.execute(newest).scalars())
            connection.execute(delete(sign_in_links).where(own, c.id.not_in(kept)))
            connection.execute(insert(sign_in_links).values(
                shop=self._state.shop, person_id=person_id, person_name=name, hash=hash_token(token),
                until=now + VALID_FOR,
            ))  # fmt: skip
        return token

    def find(self, token: str) -> LinkOf | None:
        """Return whom a link would sign in, without using it; None if it is used, expired or unknown."""
        c = sign_in_links.c
        wanted = select(c.person_id, c.person_name).where(self._valid(token))
        with self._state.read(once=True) as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else LinkOf(row.person_id, row.person_name)

    def use(self, token: str) -> LinkOf | None:
        """Use a link up, and return whom it signs in; None if it is used, expired or unknown.

        However many processes use a link at once, one gets the person.
        """
        c = sign_in_links.c
        with self._state.write() as connection:
            valid = self._valid(token)
            row = connection.execute(select(c.person_id, c.person_name).where(valid)).one_or_none()
            connection.execute(delete(sign_in_links).where(valid))
        return None if row is None else LinkOf(row.person_id, row.person_name)

    def _valid(self, token: str) -> ColumnElement[bool]:
        c, now = sign_in_links.c, datetime.now(UTC)
        ours = (c.shop == self._state.shop) & (c.hash == hash_token(token))
        return ours & c.person_id.is_not(None) & ~_is_past(now)


def _is_past(now: datetime) -> ColumnElement[bool]:
    """Whether a link has expired, or was made by a clock that was far ahead."""
    return or_(sign_in_links.c.until <= now, sign_in_links.c.until > now + 2 * VALID_FOR)
