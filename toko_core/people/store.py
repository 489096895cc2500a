"""Who has access: the people of `.env` and those of the state database.

People whom `.env` names count first: they have access even if the database cannot be used, and only `.env` changes
them. Everybody else has access only while the database says so: if it cannot be read, they have none.
"""

import logging
import secrets
import time
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import EllipsisType

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from toko_core import PermanentError
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.view import Role
from toko_core.state.database import StateDatabase, StateError
from toko_core.state.tables import forget, forget_own, people, requests
from toko_core.text import drop_controls

log = logging.getLogger(__name__)

ORDINARY_LEVEL = 1
HIGHEST_LEVEL = 99
REQUEST_AGAIN = timedelta(days=1)
"""Somebody may ask for access again after this time, unless an owner rejected it."""
MOST_REQUESTS = 50
"""The requests that may wait at once: more would only bury the owners in messages."""
REQUEST_KEPT = timedelta(days=30)
"""After this time a request that nobody decided is removed."""
LARGEST_ID = 1 << 53
"""Numbers of requests are random: after a restore, an old button must not decide about somebody else."""
LOG_SECONDS = 60.0
LONGEST_NAME = 100
MOST_KNOWN = 10_000
"""How many people, strangers among them, are remembered until something changes."""


class Problem(StrEnum):
    """Why a change of people was rejected. The bot has a sentence of its own for each."""

    FROM_SETTINGS = "from_settings"
    HAS_ACCESS = "has_access"
    LAST_OWNER = "last_owner"
    NOT_OWNER = "not_owner"
    UNKNOWN = "unknown"
    WRONG_LEVEL = "wrong_level"


class PeopleError(PermanentError):
    """A change of people was rejected. The message is one English sentence."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Request:
    """A stranger asks for access."""

    id: int
    user_id: int
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The one decision about a request."""

    done: bool
    """Whether this call made it; False if it was made before."""
    by: str
    """The name of the owner who made it."""
    role: Role | None
    """The role that was given; None if the request was rejected."""
    when: datetime
    request: Request


class People:
    """The people of one shop. All methods but `find` may take as long as the disk, and raise StateError."""

    def __init__(self, state: StateDatabase, owners: AbstractSet[int], staff: AbstractSet[int]) -> None:
        """`owners` and `staff` are those of `.env`; owners may be in both."""
        self._state = state
        self._audit = Audit(state)
        self._settings_owners, self._settings_staff = frozenset(owners), frozenset(staff)
        self._logged = -LOG_SECONDS
        self._cached: tuple[object, dict[int, Person | None]] = (None, {})
        self._anybody: tuple[object, bool] = (None, False)

    def find(self, user_id: int) -> Person | None:
        """Return the person, or None if they have no access. Raises nothing.

        A removed person loses access at once, whichever process removed them. With SQLite, this asks each time whether
        anything has changed, in some microseconds, and reads the person again if so; PostgreSQL is queried each time.
        If the database cannot be read, this logs a line a minute and returns None for all but the people of `.env`, for
        whom it reads nothing. `StateDatabase.problem` says why.
        """
        if (person := self._of_settings(user_id)) is not None:
            return person
        try:
            version, (known_version, known) = self._state.version(), self._cached
            if version is None or version != known_version or len(known) >= MOST_KNOWN:
                known = {}
                self._cached = (version, known)
            if user_id not in known:
                with self._state.read(once=True) as connection:
                    known[user_id] = self._find(connection, user_id)
            return known[user_id]
        except StateError as error:
            if time.monotonic() - self._logged >= LOG_SECONDS:
                self._logged = time.monotonic()
                log.error("Only the people of .env have access: %s", error)
            return None

    def exist(self) -> bool:
        """Return whether anybody has access. As `find`, it sees a change of any process at once. Raises StateError."""
        if self._settings_owners or self._settings_staff:
            return True
        version = self._state.version()
        if version is None or version != self._anybody[0]:
            anybody = select(people.c.user_id).where(people.c.shop == self._state.shop).limit(1)
            with self._state.read(once=True) as connection:
                self._anybody = (version, connection.execute(anybody).first() is not None)
        return self._anybody[1]

    def everybody(self) -> list[Person]:
        """Return all people, owners first, then staff, then customers, each by name."""
        stored = self._stored()
        for user_id in self._settings_owners | self._settings_staff:
            known, person = stored.get(user_id), self._of_settings(user_id)
            if person is not None:
                stored[user_id] = replace(person, name=known.name, username=known.username) if known else person
        roles = list(Role)
        return sorted(stored.values(), key=lambda p: (roles.index(p.role), p.label.casefold(), p.user_id))

    def owners(self) -> list[Person]:
        """Return the owners of `.env` and of the database."""
        return [person for person in self.everybody() if person.role is Role.OWNER]

    def request(self, user_id: int, name: str, username: str) -> Request | None:
        """Store that somebody asks for access. Return None if there is nothing to ask the owners.

        That is so for people who have access, who asked less than a day ago, or whom an owner rejected, and while too
        many requests wait.
        """
        now = datetime.now(UTC)
        name, username = _cleaned(name), _cleaned(username)
        if self._of_settings(user_id) is not None:
            return None
        ours, c = requests.c.shop == self._state.shop, requests.c
        with self._state.write() as connection:
            connection.execute(delete(requests).where(ours, c.decided_at.is_(None), c.asked_at < now - REQUEST_KEPT))
            rejected = c.decided_at.is_not(None) & c.role.is_(None)
            lately = c.asked_at.between(now - REQUEST_AGAIN, now + REQUEST_AGAIN)  # the clock may have been wrong
            earlier = select(c.id).where(ours, c.user_id == user_id, or_(lately, rejected))
            waiting = select(func.count()).where(ours, c.decided_at.is_(None))
            if (
                self._find(connection, user_id) is not None
                or connection.execute(earlier).first() is not None
                or connection.execute(waiting).scalar_one() >= MOST_REQUESTS
            ):
                return None
            # A decision of a previous day stays; only one request of a person waits.
            connection.execute(delete(requests).where(ours, c.user_id == user_id, c.decided_at.is_(None)))
            request = Request(secrets.randbelow(LARGEST_ID), user_id, name, username)
            values = {"shop": self._state.shop, "asked_at": now, **asdict(request)}
            connection.execute(insert(requests).values(values))
        return request

    def decide(self, request_id: int, by: Person, role: Role | None, level: int = ORDINARY_LEVEL) -> Decision:
        """Give access to whoever asked, or reject it if `role` is None. The first decision about a request counts.

        `level` is for customers. Raises PeopleError if there is no such request, if `by` is no owner any more, or if
        whoever asked got access in another way meanwhile, which stays as it is.
        """
        now = datetime.now(UTC)
        ours = (requests.c.shop == self._state.shop) & (requests.c.id == request_id)
        decided = {
            "decided_at": now, "decided_by_id": by.user_id, "decided_by_name": by.label, "role": role and role.value,
        }  # fmt: skip
        with self._state.write() as connection:
            self._check_owner(connection, by)
            undecided = update(requests).where(ours, requests.c.decided_at.is_(None)).values(decided)
            done = connection.execute(undecided).rowcount == 1
            row = connection.execute(select(requests).where(ours)).one_or_none()
            if row is None:
                raise PeopleError(Problem.UNKNOWN, f"There is no request {request_id}: ask the person to write again.")
            asked = Request(row.id, row.user_id, row.name, row.username)
            has_access = (self._of_settings(asked.user_id) or self._find(connection, asked.user_id)) is not None
            if done and has_access:
                connection.execute(delete(requests).where(ours))
            elif done and role is not None:
                given = level if role is Role.CUSTOMER else None
                person = _checked(Person(asked.user_id, role, given, asked.name, asked.username, stock=False))
                self._put(connection, person)
                self._note(connection, "approve", by, person, role=role.value, level=person.level)
            elif done:
                subject = Person(asked.user_id, Role.CUSTOMER, None, asked.name, asked.username)
                self._note(connection, "reject", by, subject)
        if done and has_access:
            raise PeopleError(Problem.HAS_ACCESS, f"{asked.user_id} has access already, which stays as it is.")
        return Decision(done, row.decided_by_name, Role(row.role) if row.role else None, row.decided_at, asked)

    def add(
        self, user_id: int, by: Person | None, role: Role, *, level: int | None = None, stock: bool | None = None,
        name: str = "", username: str = "",
    ) -> Person:  # fmt: skip
        """Give somebody access, or replace what they have. `by` is None for the command line. Raises PeopleError."""
        self._check_not_of_settings(user_id)
        person = _checked(Person(user_id, role, level, _cleaned(name), _cleaned(username), bool(stock)))
        with self._state.write() as connection:
            self._check_owner(connection, by)
            before = self._find(connection, user_id)
            if before is not None and before.role is Role.OWNER and role is not Role.OWNER:
                self._check_not_last(connection, user_id)
            self._put(connection, person)
            waiting = (requests.c.shop == self._state.shop) & requests.c.decided_at.is_(None)
            connection.execute(delete(requests).where(waiting, requests.c.user_id == user_id))
            self._note(connection, "add", by, person, role=role.value, level=person.level, stock=person.stock)
        return person

    def change(
        self, user_id: int, by: Person | None, *, role: Role | None = None, level: int | EllipsisType | None = ...,
        stock: bool | None = None, name: str | None = None,
    ) -> Person:  # fmt: skip
        """Change what is given and leave the rest. A level of None is all levels, which customers cannot have.

        A new customer gets the ordinary level, and sees no stock. Raises PeopleError.
        """
        self._check_not_of_settings(user_id)
        with self._state.write() as connection:
            self._check_owner(connection, by)
            before = self._known(connection, user_id)
            new = replace(before, role=role or before.role)
            if new.role is not before.role:
                new = replace(new, level=None, stock=False)
                if before.role is Role.OWNER:
                    self._check_not_last(connection, user_id)
            if not isinstance(level, EllipsisType):
                new = replace(new, level=level)
            if stock is not None:
                new = replace(new, stock=stock)
            if name is not None:
                new = replace(new, name=_cleaned(name))
            new = _checked(new)
            if new != before:
                self._put(connection, new)
                changes = {
                    field: (getattr(before, field), getattr(new, field))
                    for field in ("role", "level", "stock") if getattr(before, field) != getattr(new, field)
                }  # fmt: skip
                self._note(connection, "change", by, new, **changes)
        return new

    def remove(self, user_id: int, by: Person | None) -> Person:
        """Take the access away, and return who that was. What they did stays in the audit list. Raises PeopleError."""
        self._check_not_of_settings(user_id)
        with self._state.write() as connection:
            self._check_owner(connection, by)
            before = self._known(connection, user_id)
            if before.role is Role.OWNER:
                self._check_not_last(connection, user_id)
            self._delete(connection, user_id)
            forget_own(connection, self._state.shop, user_id)
            self._note(connection, "remove", by, before, role=before.role.value)
        return before

    def erase(self, user_id: int, by: Person | None) -> None:
        """Take the access away and erase the id and the names everywhere; the entries themselves stay.

        It also erases people who were removed before, or only asked. Raises PeopleError, also for an unknown id: with a
        typo in it, nobody would be erased.
        """
        self._check_not_of_settings(user_id)
        with self._state.write() as connection:
            self._check_owner(connection, by)
            before = self._find(connection, user_id)
            if before is not None and before.role is Role.OWNER:
                self._check_not_last(connection, user_id)
            self._delete(connection, user_id)
            asked = (requests.c.shop == self._state.shop) & (requests.c.user_id == user_id)
            erased = connection.execute(delete(requests).where(asked)).rowcount
            erased += forget(connection, self._state.shop, user_id)
            if before is None and not erased:
                raise PeopleError(Problem.UNKNOWN, f"{user_id} is nowhere in the database: nothing was erased.")
            by = None if by is not None and by.user_id == user_id else by
            self._audit.note("erase", by, "", {}, connection=connection)
        self._state.overwrite_erased()

    def _stored(self) -> dict[int, Person]:
        with self._state.read() as connection:
            return {row.user_id: _person(row) for row in connection.execute(_ALL, {"shop": self._state.shop})}

    def _of_settings(self, user_id: int) -> Person | None:
        if user_id in self._settings_owners:
            return Person(user_id, Role.OWNER, from_settings=True)
        if user_id in self._settings_staff:
            return Person(user_id, Role.STAFF, from_settings=True)
        return None

    def _find(self, connection: Connection, user_id: int) -> Person | None:
        row = connection.execute(_ONE, {"shop": self._state.shop, "user_id": user_id}).one_or_none()
        return None if row is None else _person(row)

    def _known(self, connection: Connection, user_id: int) -> Person:
        if (person := self._find(connection, user_id)) is None:
            raise PeopleError(Problem.UNKNOWN, f"{user_id} has no access: there is nothing to change.")
        return person

    def _check_not_of_settings(self, user_id: int) -> None:
        if self._of_settings(user_id) is not None:
            raise PeopleError(
                Problem.FROM_SETTINGS, f"{user_id} is named in .env: change ALLOWED_USERS or OWNER_USERS there."
            )

    def _check_owner(self, connection: Connection, by: Person | None) -> None:
        """Raise PeopleError unless `by` is an owner now. They may have been removed since their message was sent."""
        if by is None or by.user_id in self._settings_owners:
            return
        known = None if self._of_settings(by.user_id) else self._find(connection, by.user_id)
        if known is None or known.role is not Role.OWNER:
            raise PeopleError(Problem.NOT_OWNER, f"{by.user_id} is not an owner.")

    def _check_not_last(self, connection: Connection, user_id: int) -> None:
        """Raise PeopleError if nobody else is an owner. Nobody else writes meanwhile."""
        owners = select(people.c.user_id).where(people.c.shop == self._state.shop, people.c.role == Role.OWNER.value)
        stored = set(connection.execute(owners).scalars()) - self._settings_staff
        if not (self._settings_owners | stored) - {user_id}:
            raise PeopleError(Problem.LAST_OWNER, f"{user_id} is the last owner: make somebody else an owner first.")

    def _put(self, connection: Connection, person: Person) -> None:
        since = connection.execute(
            select(people.c.since).where(people.c.shop == self._state.shop, people.c.user_id == person.user_id)
        ).scalar()
        self._delete(connection, person.user_id)
        values = {
            "shop": self._state.shop, "user_id": person.user_id, "role": person.role.value, "level": person.level,
            "stock": person.stock, "name": person.name, "username": person.username,
            "since": since or datetime.now(UTC),
        }  # fmt: skip
        connection.execute(insert(people).values(values))

    def _delete(self, connection: Connection, user_id: int) -> None:
        connection.execute(delete(people).where(people.c.shop == self._state.shop, people.c.user_id == user_id))

    def _note(self, connection: Connection, action: str, by: Person | None, subject: Person, **details: object) -> None:
        self._audit.note(action, by, subject.label, details, subject_id=subject.user_id, connection=connection)


def _cleaned(name: str) -> str:
    """Return a name as it can be stored and shown: on one line, without characters that command."""
    return drop_controls(name).strip()[:LONGEST_NAME]


def _checked(person: Person) -> Person:
    """Return the person with the level and stock that their role has. Raises PeopleError for a level that is none."""
    if person.level is not None and not 1 <= person.level <= HIGHEST_LEVEL:
        raise PeopleError(Problem.WRONG_LEVEL, f"A price level is a number from 1 to {HIGHEST_LEVEL}.")
    if person.role is Role.CUSTOMER:
        return replace(person, level=person.level or ORDINARY_LEVEL)
    return replace(person, level=None if person.role is Role.OWNER else person.level, stock=True)


_COLUMNS = select(
    people.c.user_id, people.c.role, people.c.level, people.c.name, people.c.username, people.c.stock
).where(people.c.shop == bindparam("shop"))  # fmt: skip
_ALL = _COLUMNS
_ONE = _COLUMNS.where(people.c.user_id == bindparam("user_id"))


def _person(row: Row[tuple[int, str, int | None, str, str, bool]]) -> Person:
    return Person(row.user_id, Role(row.role), row.level, row.name, row.username, row.stock)
