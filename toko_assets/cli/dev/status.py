"""What is known of a supervised program."""

from dataclasses import dataclass
from typing import Literal

State = Literal["off", "waiting", "starting", "ready", "not ready"]
"""It cannot run; it is about to be started; it has not begun to work; it works; it runs and does not work."""


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a program at one moment."""

    name: str
    state: State
    pid: int | None
    restarts: int
    """How often it was started again."""
    since: float
    """The Unix time since which it has this state."""
    address: str
    problem: str
    """Why it does not work, in one line."""
