"""The keys with which programs use the API: what each one may read, and how many requests it made.

A key's secret is random and long, so that a plain SHA-256 of it can be stored: nobody can guess it from the hash.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Integer, Row, bindparam, delete, func, insert, select, update

from toko_core import PermanentError
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.people.store import HIGHEST_LEVEL
from toko_core.people.view import View
from toko_core.state.database import StateDatabase
from toko_core.state.tables import api_key_uses, api_keys

PREFIX = "toko_"
"""How every secret begins, so that people and programs that look for leaked secrets recognise one."""
SECRET_BYTES = 32
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Scope(StrEnum):
    """What a key may read. The values are stored, and are the words of the command line."""

    PRICES = "prices"
    STOCK = "stock"
    COST = "cost"
    """Cost, margin, supplier and minimum stock."""


class ApiKeyError(PermanentError):
    """A change of keys was rejected. The message is one English sentence."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the API."""

    name: str
    scopes: frozenset[Scope]
    level: int | None = None
    """The one price level that it reads; None: all."""
    added_at: datetime | None = None
    added_by: str = ""
    """The name of the owner who added it; empty for the command line."""

    @property
    def view(self) -> View:
        """What a program with this key is shown of a product."""
        return View(cost=Scope.COST in self.scopes, stock=Scope.STOCK in self.scopes, level=self.level)


class Keys:
    """The keys of one shop. All methods but `find` may take as long as the disk. All raise StateError."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state
        self._audit = Audit(state)
        self._cached: tuple[object, dict[str, Key]] = (None, {})

    def add(
        self, name: str, scopes: Iterable[Scope], level: int | None = None, by: Person | None = None
    ) -> tuple[Key, str]:
        """Add a key, and return it with its secret, which is not stored. `by` is None for the command line.

        Raises ApiKeyError if there is a key of that name, or if something is wrong with what is given.
        """
        key = Key(name, frozenset(scopes), level, datetime.now(UTC), by.label if by else "")
        _check(key)
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with self._state.write() as connection:
            known = select(api_keys.c.id).where(api_keys.c.shop == self._state.shop, api_keys.c.key_name == name)
            if connection.execute(known).first() is not None:
                raise ApiKeyError(f"There is a key {name} already: revoke it first, or choose another name.")
            connection.execute(insert(api_keys).values(
                shop=self._state.shop, key_name=name, hash=_hash(secret), scopes=_join(key.scopes), level=level,
                added_by_id=by and by.user_id, added_by_name=key.added_by, added_at=key.added_at,
            ))  # fmt: skip
            details = {"scopes": sorted(key.scopes), "level": level}
            self._audit.note("add_key", by, name, details, connection=connection)
        return key, secret

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret, or None if there is none. Raises StateError.

        A revoked key is of no use at once, whichever process revoked it. With SQLite, this asks each time whether
        anything has changed, in some microseconds; PostgreSQL is queried each time.
        """
        if not secret.startswith(PREFIX):
            return None
        version, (known_version, known) = self._state.version(), self._cached
        if version is None or version != known_version:
            with self._state.read(once=True) as connection:
                known = {row.hash: _key(row) for row in connection.execute(_ALL, {"shop": self._state.shop})}
            self._cached = (version, known)
        return known.get(_hash(secret))

    def all(self) -> list[Key]:
        """Return all keys by name."""
        with self._state.read() as connection:
            rows = connection.execute(_ALL, {"shop": self._state.shop}).all()
        return sorted((_key(row) for row in rows), key=lambda key: key.name.casefold())

    def revoke(self, name: str, by: Person | None = None) -> None:
        """Remove a key, and its counts. Raises ApiKeyError if there is none of that name."""
        with self._state.write() as connection:
            ours = (api_keys.c.shop == self._state.shop) & (api_keys.c.key_name == name)
            if connection.execute(delete(api_keys).where(ours)).rowcount == 0:
                raise ApiKeyError(f"There is no key {name}: `toko keys list` shows all.")
            counts = (api_key_uses.c.shop == self._state.shop) & (api_key_uses.c.key_name == name)
            connection.execute(delete(api_key_uses).where(counts))
            self._audit.note("revoke_key", by, name, {}, connection=connection)

    def count(self, uses: Mapping[str, int], day: date) -> None:
        """Add to how many requests each key made on a day of the shop, by the key's name. Unknown names are ignored."""
        with self._state.write() as connection:
            known = select(api_keys.c.key_name).where(api_keys.c.shop == self._state.shop)
            ours = (api_key_uses.c.shop == self._state.shop) & (api_key_uses.c.day == day)
            counted = set(connection.execute(select(api_key_uses.c.key_name).where(ours)).scalars())
            for name in uses.keys() & set(connection.execute(known).scalars()):
                if name in counted:
                    connection.execute(_ADD.where(ours), {"of": name, "more": uses[name]})
                else:
                    row = {"shop": self._state.shop, "day": day, "key_name": name, "uses": uses[name]}
                    connection.execute(insert(api_key_uses).values(row))

    def uses(self, since: date) -> dict[str, int]:
        """Return how many requests each key made since a day, by the key's name. Keys without any are left out."""
        ours = (api_key_uses.c.shop == self._state.shop) & (api_key_uses.c.day >= since)
        counts = select(api_key_uses.c.key_name, func.sum(api_key_uses.c.uses)).where(ours)
        with self._state.read() as connection:
            return {name: int(uses) for name, uses in connection.execute(counts.group_by(api_key_uses.c.key_name))}

    def prune(self, before: date) -> None:
        """Remove the counts of the days before a day."""
        old = (api_key_uses.c.shop == self._state.shop) & (api_key_uses.c.day < before)
        with self._state.write() as connection:
            connection.execute(delete(api_key_uses).where(old))


def _check(key: Key) -> None:
    if not NAME.fullmatch(key.name):
        raise ApiKeyError("A key's name has up to 40 letters without accents, digits, dots, hyphens and underscores.")
    if Scope.PRICES not in key.scopes:
        raise ApiKeyError("A key needs at least the scope prices.")
    if key.level is not None and not 1 <= key.level <= HIGHEST_LEVEL:
        raise ApiKeyError(f"A price level is a number from 1 to {HIGHEST_LEVEL}.")


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()


def _join(scopes: frozenset[Scope]) -> str:
    return ",".join(scope for scope in Scope if scope in scopes)


def _key(row: Row[tuple[str, str, str, int | None, datetime, str]]) -> Key:
    scopes = frozenset(Scope(scope) for scope in row.scopes.split(","))
    return Key(row.key_name, scopes, row.level, row.added_at, row.added_by_name)


_ALL = select(
    api_keys.c.hash, api_keys.c.key_name, api_keys.c.scopes, api_keys.c.level, api_keys.c.added_at,
    api_keys.c.added_by_name,
).where(api_keys.c.shop == bindparam("shop"))  # fmt: skip
_ADD = (
    update(api_key_uses)
    .where(api_key_uses.c.key_name == bindparam("of"))
    .values(uses=api_key_uses.c.uses + bindparam("more", type_=Integer))
)
