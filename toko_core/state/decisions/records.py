"""A question to the owners, and the decision about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

NO, YES, LATE = 0, 1, -1
"""Choices: nothing is done; the first thing to do, of which there may be more, counted from YES on; it was too late."""


DECISION = "toko/decision"
"""The tag of a run that follows from a decision: its number."""


class Kind(StrEnum):
    """What is decided. The values are stored."""

    PUBLISH = "publish"
    """Whether a backup is published that the checks have blocked."""
    ADOPT = "adopt"
    """Which database is the shop's."""
    ROLLBACK = "rollback"
    """Whether an earlier catalogue is served again."""
    SYNC = "sync"
    """Whether a sync begins now."""
    QUIET = "quiet"
    """At which hours owners get no messages."""


LAUNCHING = frozenset({Kind.PUBLISH, Kind.ADOPT, Kind.ROLLBACK, Kind.SYNC})
"""The kinds from which a run of Dagster follows."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to decide."""

    key: str
    """`kind:occasion`. Two questions with the same key are the same one."""
    kind: Kind
    text: str
    """What it is about, HTML in Indonesian. It stays in the message after the decision."""
    details: Mapping[str, Any]
    """What is needed to do it, as JSON, and the `prompt`. It must not hold names of people."""

    @property
    def message(self) -> str:
        """The message that asks."""
        return _message(self.text, self.details)


@dataclass(frozen=True, slots=True)
class Decision:
    """A question as it is stored, decided or not."""

    id: int
    key: str
    kind: str
    """A `Kind`, or one of a later version."""
    text: str
    details: Mapping[str, Any]
    asked_at: datetime
    choice: int | None = None
    """None until it is decided."""
    decided_at: datetime | None = None
    by: str = ""
    """The name of the owner who decided; empty if it was too late."""
    run_id: str | None = None
    """The run that was launched for it."""
    problem: str = ""
    """Why no run was launched, in English, if that is not tried again."""

    @property
    def message(self) -> str:
        """The message that asks."""
        return _message(self.text, self.details)

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it."""
        return self.choice is None

    def database(self, choice: int) -> str:
        """Return the name of the database that a choice is about; empty if it is about none."""
        names = self.details.get("databases", [])
        place = max(choice, YES) - YES
        return str(names[place]) if place < len(names) else ""

    @property
    def lacks_run(self) -> bool:
        """Whether a run follows from it that was not launched yet."""
        wanted = self.choice is not None and self.choice >= YES and self.kind in LAUNCHING
        return wanted and self.run_id is None and not self.problem


def _message(text: str, details: Mapping[str, Any]) -> str:
    """Return the text with the prompt, which says what to press until it is decided."""
    prompt = details.get("prompt", "")
    return f"{text}\n{prompt}" if prompt else text
