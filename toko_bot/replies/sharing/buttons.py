"""The data in the buttons that share a product. It begins with `s`, and its format never changes."""

import re
from dataclasses import dataclass
from typing import Literal, Self

Action = Literal["share", "level", "picture", "link"]
ACTION_OF_LETTER: dict[str, Action] = {"o": "share", "h": "level", "i": "picture", "t": "link"}
LETTER_OF_ACTION = {action: letter for letter, action in ACTION_OF_LETTER.items()}


@dataclass(frozen=True, slots=True)
class Share:
    """A button that shares a product, the hash of its code.

    `share` sends the text, `level` changes the text to the prices of another level, `picture` sends a picture, and
    `link` a link for colleagues. Without a level the prices are those of the viewer, or the ordinary ones.
    """

    action: Action
    product: str
    level: int | None = None

    DATA = re.compile(r"s(?P<action>[ohit])(?P<product>[\w-]{8})(?:\.(?P<level>\d{1,4}))?", re.ASCII)

    def encode(self) -> str:
        level = "" if self.level is None else f".{self.level}"
        return f"s{LETTER_OF_ACTION[self.action]}{self.product}{level}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        """Return the button, or None if no version of the bot wrote this data."""
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        level = None if found["level"] is None else int(found["level"])
        return cls(ACTION_OF_LETTER[found["action"]], found["product"], level)
