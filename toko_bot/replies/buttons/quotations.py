"""The data of buttons of quotations."""

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Quote:
    """A button of a quotation, or of the list of them.

    `action` is a letter of `replies/quotations/pages.py`, `quotation` its id in the state database, `place` names a
    line, and `value` is a product's hash, a quantity, or another short word.
    """

    action: str
    quotation: int = 0
    place: int = 0
    value: str = ""

    DATA = re.compile(
        r"k(?P<action>[a-z])(?P<quotation>\d{1,18})(?:\.(?P<place>\d{1,6})(?:\.(?P<value>[\w,-]{1,24}))?)?", re.ASCII
    )

    def encode(self) -> str:
        value = f".{self.value}" if self.value else ""
        place = f".{self.place}" if self.place or value else ""
        return f"k{self.action}{self.quotation}{place}{value}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        return cls(found["action"], int(found["quotation"]), int(found["place"] or 0), found["value"] or "")
