"""The browsers in which people are signed in. A browser holds a random id, and the database the hash of it."""

import secrets
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, or_, select, update

from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.state.database import StateDatabase
from toko_core.state.tables import OF_SIGN_IN, options, people, sign_ins

LIFE, IDLE = timedelta(days=30), timedelta(days=7)
"""A sign-in ends after this time, and if it was not used for that time."""
SEEN_EVERY = timedelta(minutes=10)
"""How often it is stored that a sign-in is used: each change of the database makes every process read it again."""
MOST_OF_A_PERSON = 20
"""The sign-ins of a person. The one that was not used for the longest time makes place for the next."""
MOST_KNOWN = 10_000
ID_BYTES = 32
KEY_OPTION = "web_key"
"""The option that holds the key of signed cookies."""


class Way(StrEnum):
    """How somebody has signed in. The values are stored."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in."""

    number: int
    person_id: int
    name: str
    """Of the person, as it was when they signed in."""
    way: Way
    device: str
    began_at: datetime
    seen_at: datetime
    """When it was last used, to SEEN_EVERY."""

    def is_valid(self, now: datetime) -> bool:
        """Return whether it has not ended by its age. The clock may have been wrong when it began."""
        return abs(now - self.began_at) < LIFE and abs(now - self.seen_at) < IDLE


class SignIns:
    """The sign-ins of one shop. All methods but `find` may take as long as the disk. All raise StateError."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state
        self._audit = Audit(state)
        self._cached: tuple[object, dict[str, SignIn | None]] = (None, {})
        self._key = b""

    def key(self) -> bytes:
        """Return the shop's key for signed cookies, which all processes share. The first one creates it."""
        if not self._key:
            where = (options.c.shop == self._state.shop) & (options.c.option == KEY_OPTION)
            stored = select(options.c.value).where(where)
            with self._state.read(once=True) as connection:
                value = connection.execute(stored).scalar()
            if value is None:
                with self._state.write() as connection:
                    value = connection.execute(stored).scalar()
                    if value is None:
                        value = secrets.token_hex(ID_BYTES)
                        row = {"shop": self._state.shop, "option": KEY_OPTION, "value": value}
                        connection.execute(insert(options).values(row))
            self._key = bytes.fromhex(str(value))
        return self._key

    def begin(self, person_id: int, name: str, way: Way, device: str) -> str:
        """Sign somebody in, and return the new id for the browser."""
        token, now = secrets.token_urlsafe(ID_BYTES), datetime.now(UTC)
        own, c = self._of(person_id), sign_ins.c
        with self._state.write() as connection:
            old = or_(c.began_at <= now - LIFE, c.seen_at <= now - IDLE)
            connection.execute(delete(sign_ins).where(c.shop == self._state.shop, old))
            newest = select(c.id).where(own).order_by(c.seen_at.desc(), c.id.desc()).limit(MOST_OF_A_PERSON - 1)
            kept = list(connection.execute(newest).scalars())
            connection.execute(delete(sign_ins).where(own, c.id.not_in(kept)))
            connection.execute(insert(sign_ins).values(
                shop=self._state.shop, person_id=person_id, person_name=name, hash=hash_token(token), way=way.value,
                device=device, began_at=now, seen_at=now,
            ))  # fmt: skip
        return token

    def find(self, token: str) -> SignIn | None:
        """Return the sign-in with this id; None if there is none, or if it has ended.

        Whichever process ends it, it ends at once: with SQLite this asks each time whether anything has changed, in
        some microseconds; PostgreSQL is queried each time.
        """
        hashed = hash_token(token)
        version, (known_version, known) = self._state.version(), self._cached
        if version is None or version != known_version or len(known) >= MOST_KNOWN:
            known = {}
            self._cached = (version, known)
        if hashed not in known:
            with self._state.read(once=True) as connection:
                row = connection.execute(_ONE, {"shop": self._state.shop, "hash": hashed}).one_or_none()
            known[hashed] = None if row is None else _sign_in(row)
        found = known[hashed]
        return found if found is not None and found.is_valid(datetime.now(UTC)) else None

    def see(self, number: int) -> None:
        """Store that a sign-in is used now."""
        now = datetime.now(UTC)
        with self._state.write() as connection:
            ours = (sign_ins.c.shop == self._state.shop) & (sign_ins.c.id == number)
            connection.execute(update(sign_ins).where(ours, sign_ins.c.seen_at < now).values(seen_at=now))

    def all(self, person_id: int | None = None) -> list[SignIn]:
        """Return the sign-ins of somebody, or of everybody, that have not ended: the last used one first."""
        rows = _ALL if person_id is None else _ALL.where(sign_ins.c.person_id == person_id)
        now = datetime.now(UTC)
        with self._state.read() as connection:
            found = [_sign_in(row) for row in connection.execute(rows, {"shop": self._state.shop})]
        return sorted((one for one in found if one.is_valid(now)), key=lambda one: one.seen_at, reverse=True)

    def end(
        self, numbers: Collection[int], by: Person | None, *, of: int | None = None, noted: bool = True
    ) -> int:  # fmt: skip
        """End sign-ins by their numbers: all of them, or only those of the person `of`. Return how many that were.

        Whoever ends the sign-ins of others gets an entry in the audit list, unless it is not to be `noted`. `by` is
        None for the command line.
        """
        c = sign_ins.c
        wanted = (c.shop == self._state.shop) & c.id.in_(numbers)
        if of is not None:
            wanted &= c.person_id == of
        with self._state.write() as connection:
            rows = connection.execute(select(c.person_id, c.person_name).where(wanted)).all()
            ended = connection.execute(delete(sign_ins).where(wanted)).rowcount
            for person_id in {row.person_id for row in rows if noted} - {by and by.user_id}:
                names = [row.person_name for row in rows if row.person_id == person_id]
                details = {"sign_ins": len(names)}
                self._audit.note(
                    "end_sign_ins", by, names[0], details, subject_id=person_id, connection=connection
                )  # fmt: skip
        return ended

    def prune(self, of_settings: AbstractSet[int]) -> None:
        """Delete passwords, sign-ins and links of people who have no access, and sign-ins that have ended.

        `of_settings` are the ids of the people whom `.env` names: nothing else notices that one of them is gone.
        """
        now = datetime.now(UTC)
        with self._state.write() as connection:
            stored = select(people.c.user_id).where(people.c.shop == self._state.shop)
            known = of_settings | set(connection.execute(stored).scalars())
            for table in OF_SIGN_IN:
                gone = or_(table.c.person_id.is_(None), table.c.person_id.not_in(known))
                connection.execute(delete(table).where(table.c.shop == self._state.shop, gone))
            old = or_(sign_ins.c.began_at <= now - LIFE, sign_ins.c.seen_at <= now - IDLE)
            connection.execute(delete(sign_ins).where(sign_ins.c.shop == self._state.shop, old))

    def _of(self, person_id: int) -> ColumnElement[bool]:
        return (sign_ins.c.shop == self._state.shop) & (sign_ins.c.person_id == person_id)


def hash_token(token: str) -> str:
    """Return the hash of a random id, as it is stored. Nobody can guess the id, so that a fast hash is enough."""
    return sha256(token.encode(errors="replace")).hexdigest()


_ALL = select(
    sign_ins.c.id, sign_ins.c.person_id, sign_ins.c.person_name, sign_ins.c.way, sign_ins.c.device, sign_ins.c.began_at,
    sign_ins.c.seen_at,
).where(sign_ins.c.shop == bindparam("shop"), sign_ins.c.person_id.is_not(None))  # fmt: skip
_ONE = _ALL.where(sign_ins.c.hash == bindparam("hash"))


def _sign_in(row: Row[tuple[int, int, str, str, str, datetime, datetime]]) -> SignIn:
    return SignIn(row.id, row.person_id, row.person_name, Way(row.way), row.device, row.began_at, row.seen_at)
