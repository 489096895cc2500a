"""The data in the buttons about what people watch. It begins with `w`, and its format never changes.

A button marks a product for whoever presses it, and lists what they marked themselves.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from toko_bot.replies.buttons import ChangedList, MarkedList

Mark = Literal["favourite", "notify"]
MARK_OF_LETTER: dict[str, Mark] = {"f": "favourite", "k": "notify"}
LETTER_OF_MARK = {mark: letter for letter, mark in MARK_OF_LETTER.items()}


@dataclass(frozen=True, slots=True)
class SetMark:
    """A button that marks a product, given by its hash, or removes the mark."""

    mark: Mark
    on: bool
    product: str

    DATA = re.compile(r"w(?P<mark>[fk])(?P<on>[01])(?P<product>[\w-]{8})", re.ASCII)

    def encode(self) -> str:
        return f"w{LETTER_OF_MARK[self.mark]}{self.on:d}{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(MARK_OF_LETTER[found["mark"]], found["on"] == "1", found["product"]) if found else None


@dataclass(frozen=True, slots=True)
class MorningHour:
    """A button that sets the hour of the morning message; 0: none."""

    hour: int

    DATA = re.compile(r"wp(?P<hour>1?\d)", re.ASCII)

    def encode(self) -> str:
        return f"wp{self.hour}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(int(found["hour"])) if found else None


@dataclass(frozen=True, slots=True)
class RemoveGone:
    """A button that removes the marked products that the catalogue no longer has."""

    def encode(self) -> str:
        return "wx"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls() if data == "wx" else None


WatchButton = SetMark | MarkedList | ChangedList | MorningHour | RemoveGone


def decode_watching(data: str) -> WatchButton | None:
    """Decode a button about what people watch. Returns None if no version of the bot wrote this data."""
    kinds = (SetMark, MarkedList, ChangedList, MorningHour, RemoveGone)
    return next((found for kind in kinds if (found := kind.decode(data)) is not None), None)
