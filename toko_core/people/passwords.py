"""The passwords with which people sign in outside Telegram. They are stored as scrypt hashes.

The parameters are those of OWASP's Password Storage Cheat Sheet that need the least memory: N=2^14, r=8, p=5 take 16 MB
and a fifth of a second. They are stored with each hash, so that later versions can raise them.
"""

import gzip
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import scrypt
from hmac import compare_digest
from pathlib import Path

from sqlalchemy import ColumnElement, delete, insert, select, update

from toko_core import PermanentError
from toko_core.people.audit import Audit
from toko_core.people.person import Person
from toko_core.state.database import StateDatabase
from toko_core.state.tables import passwords, sign_ins

SHORTEST, LONGEST = 8, 128
"""Characters, as OWASP's ASVS 5.0 wants it (6.2.1 and 6.2.9). It recommends 15."""
COST, BLOCK, PARALLEL = 14, 8, 5
"""The logarithm of N, r and p."""
SALT_BYTES, HASH_BYTES = 16, 32
MOST_MEMORY = 64 << 20
SIGN_IN_NAME = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9._-]{1,39}")
"""At least one letter, so that no name is also the Telegram id of somebody."""
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""The digits and signs around the word of a password such as `rahasia123!`."""
COMMON = Path(__file__).with_name("common_passwords.txt.gz")
COMMON_HERE = """
    admin adminadmin akucintakamu akusayangkamu alhamdulillah assalamualaikum bandung bismillah bukalapak cantik
    cintaku doraemon duitbanyak ganteng gantengbanget hargatoko indomie indonesia indonesiaku indonesiaraya ipos
    jakarta kamukamu kasir katasandi keluarga keluargaku kopi kucing kucingku mamapapa manager master merdeka
    minimarket muhammad naruto owner pancasila password pelanggan pemilik persija rahasia rahasiaku sandi sandiku
    sayang sayangku semangat sembako staf staff sukses suksesselalu supermarket surabaya swalayan telegram
    terserah toko tokoku tokopedia tokosaya warung warungku
"""
"""Passwords of Indonesian shops that no list of the world's has high up, without the digits around them."""


class Problem(StrEnum):
    """Why a password was rejected. The pages have a sentence of their own for each."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    LIKE_NAME = "like_name"
    WRONG_NAME = "wrong_name"
    NAME_TAKEN = "name_taken"
    NONE = "none"


class PasswordError(PermanentError):
    """A password, or a name for signing in, was rejected. The message is one English sentence."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class HasPassword:
    """Somebody who has a password."""

    person_id: int
    sign_in_name: str
    """With which they can sign in, besides their Telegram id; empty for none."""
    set_at: datetime


class Passwords:
    """The passwords of one shop. All methods may take as long as the disk, and raise StateError."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state
        self._audit = Audit(state)

    def set(
        self, person: Person, password: str, by: Person | None, *, sign_in_name: str | None = None,
        like: Iterable[str] = (), keep: int | None = None,
    ) -> None:  # fmt: skip
        """Set somebody's password, and end their sign-ins, except for that of the number `keep`.

        `sign_in_name` of None leaves the name as it is, and an empty one removes it. `like` are words that the password
        must not consist of, such as the shop's name. `by` is None for the command line. Takes a fifth of a second.
        Raises PasswordError.
        """
        name = None if sign_in_name is None else sign_in_name.strip().casefold()
        if name and not SIGN_IN_NAME.fullmatch(name):
            raise PasswordError(
                Problem.WRONG_NAME,
                "A name for signing in has 2 to 40 letters without accents, digits, dots, hyphens and underscores, "
                "and at least one letter.",
            )
        with self._state.read() as connection:
            stored = connection.execute(select(passwords.c.sign_in_name).where(self._of(person.user_id))).scalar()
        names = (person.name, person.username, name if name is not None else stored or "")
        check_password(password, [*like, *names])
        hashed = hash_password(password)
        with self._state.write() as connection:
            if name:
                other = (passwords.c.sign_in_name == name) & (passwords.c.person_id != person.user_id)
                if connection.execute(select(passwords.c.id).where(self._ours, other)).first() is not None:
                    raise PasswordError(Problem.NAME_TAKEN, f"Somebody else signs in as {name}.")
            values = {"hash": hashed, "set_at": datetime.now(UTC), "person_name": person.label}
            if name is not None:
                values["sign_in_name"] = name or None
            if connection.execute(update(passwords).where(self._of(person.user_id)).values(values)).rowcount == 0:
                row = {"shop": self._state.shop, "person_id": person.user_id, **values}
                connection.execute(insert(passwords).values(row))
            signed_in = (sign_ins.c.shop == self._state.shop) & (sign_ins.c.person_id == person.user_id)
            connection.execute(delete(sign_ins).where(signed_in, sign_ins.c.id != (keep or 0)))
            self._audit.note(
                "set_password", by, person.label, {}, subject_id=person.user_id, connection=connection
            )  # fmt: skip

    def remove(self, person: Person, by: Person | None) -> None:
        """Remove somebody's password, and end the sign-ins that it made. Raises PasswordError if they have none."""
        with self._state.write() as connection:
            if connection.execute(delete(passwords).where(self._of(person.user_id))).rowcount == 0:
                raise PasswordError(Problem.NONE, f"{person.label} has no password.")
            signed_in = (sign_ins.c.shop == self._state.shop) & (sign_ins.c.person_id == person.user_id)
            connection.execute(delete(sign_ins).where(signed_in, sign_ins.c.way == "password"))
            self._audit.note(
                "remove_password", by, person.label, {}, subject_id=person.user_id, connection=connection
            )  # fmt: skip

    def all(self) -> list[HasPassword]:
        """Return who has a password, the oldest first."""
        columns = select(passwords.c.person_id, passwords.c.sign_in_name, passwords.c.set_at)
        with self._state.read() as connection:
            rows = connection.execute(columns.where(self._ours).order_by(passwords.c.set_at)).all()
        return [HasPassword(row.person_id, row.sign_in_name or "", row.set_at) for row in rows]

    def find(self, who: str) -> HasPassword | None:
        """Return who signs in with this name or Telegram id; None if nobody does."""
        found = self._named(who)
        columns = select(passwords.c.person_id, passwords.c.sign_in_name, passwords.c.set_at)
        with self._state.read(once=True) as connection:
            row = connection.execute(columns.where(self._ours, found)).one_or_none()
        return None if row is None else HasPassword(row.person_id, row.sign_in_name or "", row.set_at)

    def check(self, who: str, password: str) -> int | None:
        """Return the Telegram id of the person if the password is theirs; else None.

        `who` is a name for signing in, or a Telegram id. It takes as long for people who do not exist. The hash is
        replaced if this version uses other parameters.
        """
        with self._state.read(once=True) as connection:
            columns = select(passwords.c.person_id, passwords.c.hash).where(self._ours, self._named(who))
            row = connection.execute(columns).one_or_none()
        if not verify_password(password[: LONGEST + 1], NOBODY if row is None else row.hash) or row is None:
            return None
        if not row.hash.startswith(_prefix()):
            with self._state.write() as connection:
                same = (passwords.c.person_id == row.person_id) & (passwords.c.hash == row.hash)
                new = update(passwords).where(self._ours, same).values(hash=hash_password(password))
                connection.execute(new)
        return int(row.person_id)

    @property
    def _ours(self) -> ColumnElement[bool]:
        return passwords.c.shop == self._state.shop

    def _of(self, user_id: int) -> ColumnElement[bool]:
        return self._ours & (passwords.c.person_id == user_id)

    def _named(self, who: str) -> ColumnElement[bool]:
        who = who.strip().casefold()
        if who.isascii() and who.isdecimal() and len(who) < 17:
            return passwords.c.person_id == int(who)
        return passwords.c.sign_in_name == (who if SIGN_IN_NAME.fullmatch(who) else "")


def hash_password(password: str) -> str:
    """Return the hash, with its salt and its parameters. Takes a fifth of a second."""
    salt = secrets.token_bytes(SALT_BYTES)
    hashed = _scrypt(password, salt, COST, BLOCK, PARALLEL)
    return f"{_prefix()}{b64encode(salt).decode()}${b64encode(hashed).decode()}"


def verify_password(password: str, stored: str) -> bool:
    """Return whether a hash is that of the password."""
    _, cost, block, parallel, salt, hashed = stored.split("$")
    found = _scrypt(password, b64decode(salt), int(cost), int(block), int(parallel))
    return compare_digest(found, b64decode(hashed))


def check_password(password: str, like: Iterable[str]) -> None:
    """Raise PasswordError if a new password is too short, too long, common, or mainly one of the words in `like`."""
    if len(password) < SHORTEST:
        raise PasswordError(Problem.TOO_SHORT, f"A password has at least {SHORTEST} characters; 15 are better.")
    if len(password) > LONGEST:
        raise PasswordError(Problem.TOO_LONG, f"A password has at most {LONGEST} characters.")
    lower = password.casefold()
    word = EDGES.sub("", lower)
    known = set(COMMON_HERE.split()).union(gzip.decompress(COMMON.read_bytes()).decode().splitlines())
    if lower in known or word in known or len(set(lower)) < 3:
        raise PasswordError(
            Problem.COMMON, "That password is one of the first that somebody would try: choose another."
        )
    letters = _letters(lower)
    if letters and letters in {_letters(part) for name in like for part in (name, *name.split())}:
        reason = "That password is a name with digits around it, which is easy to guess: choose another."
        raise PasswordError(Problem.LIKE_NAME, reason)


def _letters(text: str) -> str:
    """Return only the letters, in lower case."""
    return "".join(filter(str.isalpha, text.casefold()))


def _prefix() -> str:
    return f"scrypt${COST}${BLOCK}${PARALLEL}$"


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    secret = password.encode(errors="surrogatepass")
    return scrypt(secret, salt=salt, n=1 << cost, r=block, p=parallel, maxmem=MOST_MEMORY, dklen=HASH_BYTES)


NOBODY = f"{_prefix()}{b64encode(bytes(SALT_BYTES)).decode()}${b64encode(bytes(HASH_BYTES)).decode()}"
"""A hash that no password has, so that a name that does not exist takes as long as a wrong password."""
