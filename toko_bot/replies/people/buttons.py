"""The data in the buttons about people. It begins with `u`, and its format never changes.

Whoever presses is checked when the button is pressed: a button gives nobody a right.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from toko_core.people import Role

ROLE_OF_LETTER = {"m": Role.OWNER, "s": Role.STAFF, "p": Role.CUSTOMER}
LETTER_OF_ROLE = {role: letter for letter, role in ROLE_OF_LETTER.items()}

Subject = Literal["open", "role", "level", "stock", "remove"]
SUBJECT_OF_LETTER: dict[str, Subject] = {"o": "open", "r": "role", "h": "level", "g": "stock", "x": "remove"}
LETTER_OF_SUBJECT = {subject: letter for letter, subject in SUBJECT_OF_LETTER.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """A button that shows a request for access, with the buttons that decide it."""

    request: int

    DATA = re.compile(r"uk(?P<request>\d{1,18})", re.ASCII)

    def encode(self) -> str:
        return f"uk{self.request}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(int(found["request"])) if found else None


@dataclass(frozen=True, slots=True)
class Decide:
    """A button that decides a request for access. Without a role it is rejected.

    A customer without a level is the question for the level, if the shop has several.
    """

    request: int
    role: Role | None
    level: int | None = None

    DATA = re.compile(r"ua(?P<request>\d{1,18})(?P<role>[mspt])(?P<level>\d{1,3})?", re.ASCII)

    def encode(self) -> str:
        letter = "t" if self.role is None else LETTER_OF_ROLE[self.role]
        return f"ua{self.request}{letter}{'' if self.level is None else self.level}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        level = int(found["level"]) if found["level"] else None
        return cls(int(found["request"]), ROLE_OF_LETTER.get(found["role"]), level)


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A page of the list of people."""

    page: int

    DATA = re.compile(r"ul(?P<page>\d{1,4})", re.ASCII)

    def encode(self) -> str:
        return f"ul{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(int(found["page"])) if found else None


@dataclass(frozen=True, slots=True)
class OnPerson:
    """A button of somebody's page, or one that opens it. `page` is that of the list to go back to.

    Without a value, `level` shows the choices and `remove` asks once more. The value is the letter of a role, a level,
    or 0 or 1.
    """

    subject: Subject
    user_id: int
    page: int
    value: str = ""

    DATA = re.compile(
        r"u(?P<subject>[orhgx])(?P<user>\d{1,16})\.(?P<page>\d{1,4})(?:\.(?P<value>[msp]|\d{1,3}))?", re.ASCII
    )

    def encode(self) -> str:
        value = f".{self.value}" if self.value else ""
        return f"u{LETTER_OF_SUBJECT[self.subject]}{self.user_id}.{self.page}{value}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        return cls(SUBJECT_OF_LETTER[found["subject"]], int(found["user"]), int(found["page"]), found["value"] or "")


@dataclass(frozen=True, slots=True)
class AuditList:
    """A page of the audit list: the entries before the one with this number, or the newest ones."""

    before: int | None = None

    DATA = re.compile(r"uc(?P<before>\d{1,15})?", re.ASCII)

    def encode(self) -> str:
        return f"uc{'' if self.before is None else self.before}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(int(found["before"]) if found["before"] else None) if found else None


PeopleButton = Request | Decide | PeopleList | OnPerson | AuditList


def decode_people(data: str) -> PeopleButton | None:
    """Decode a button about people. Returns None if no version of the bot wrote this data."""
    kinds = (Request, Decide, PeopleList, OnPerson, AuditList)
    return next((found for kind in kinds if (found := kind.decode(data)) is not None), None)
