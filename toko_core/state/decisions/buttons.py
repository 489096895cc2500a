"""The buttons of questions, which the chain sends and the bot answers. Their data begins with `d` and never changes.

Whoever presses is checked when the button is pressed: a button gives nobody a right.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from toko_core.state.decisions.records import NO, YES, Decision, Kind
from toko_core.text import shorten

LONGEST_LABEL = 40

Action = Literal["ask", "sure", "cancel"]
ACTION_OF_LETTER: dict[str, Action] = {"a": "ask", "y": "sure", "b": "cancel"}
LETTER_OF_ACTION = {action: letter for letter, action in ACTION_OF_LETTER.items()}


@dataclass(frozen=True, slots=True)
class Press:
    """A button of a question: `ask` asks once more about a choice, `sure` makes it, and `cancel` goes back."""

    action: Action
    decision: int
    choice: int = NO

    DATA = re.compile(r"d(?P<action>[ayb])(?P<decision>\d{1,18})\.(?P<choice>\d{1,2})", re.ASCII)

    def encode(self) -> str:
        return f"d{LETTER_OF_ACTION[self.action]}{self.decision}.{self.choice}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        return cls(ACTION_OF_LETTER[found["action"]], int(found["decision"]), int(found["choice"]))


def choices(decision: Decision) -> dict[int, str]:
    """Return the labels of the choices that owners have, in Indonesian; none for a kind of a later version."""
    match decision.kind:
        case Kind.PUBLISH:
            return {YES: "Tetap pakai", NO: "Biarkan"}
        case Kind.ADOPT:
            names = decision.details.get("databases", [])
            if len(names) == 1:
                return {YES: "Pakai ini", NO: "Toko lain"}
            return {number: shorten(f"Pakai {name}", LONGEST_LABEL) for number, name in enumerate(names, YES)}
        case Kind.SYNC:
            return {YES: "🔄 Sinkron sekarang"}
    return {}


def buttons_of(decision: Decision) -> tuple[tuple[str, str], ...]:
    """Return the label and the data of each button below the question; none once it is decided."""
    if not decision.is_open:
        return ()
    return tuple((label, Press("ask", decision.id, choice).encode()) for choice, label in choices(decision).items())
