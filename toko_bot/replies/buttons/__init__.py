"""The data in buttons: at most 64 bytes, and nothing that depends on one catalogue or one replica.

Buttons exist as long as their message, so the format never changes. Its first letter names the kind, and each kind has
one `encode` and one `decode`. A product is a hash of its `kodeitem`. A page of results is its number, hashes of the
brand and category that the results are narrowed to, and the query. If the query is too long, the bot reads it from the
message that the button belongs to.

The data of some buttons is read elsewhere, by its first letter: `u` people, `d` decisions, `z` demand, `w` watching,
`s` sharing, each in the `buttons` module of its folder.
"""

from collections.abc import Callable
from typing import Protocol

from toko_bot.replies.buttons.lists import (
    LABELS,
    LISTS,
    MOST_BYTES,
    WAYS,
    ChangedList,
    Label,
    MarkedList,
    Moves,
    Pictured,
    ProductList,
    Report,
    Results,
)
from toko_bot.replies.buttons.products import Calculate, Choose, History, Open, Photo, short_hash, unit_hash
from toko_bot.replies.buttons.quotations import Quote

__all__ = [
    "LABELS",
    "MOST_BYTES",
    "NOTHING",
    "WAYS",
    "Button",
    "Calculate",
    "ChangedList",
    "Choose",
    "History",
    "Label",
    "MarkedList",
    "Moves",
    "Open",
    "Photo",
    "Pictured",
    "Pressable",
    "ProductList",
    "Quote",
    "Report",
    "Results",
    "data_of",
    "read_data",
    "short_hash",
    "unit_hash",
]

NOTHING = "-"
"""The data of a button that does nothing when pressed."""


class Pressable(Protocol):
    """A button of any kind, also of those that are read elsewhere."""

    def encode(self) -> str:
        """Return the button's callback_data."""


Button = ProductList | Open | Photo | History | Choose | Calculate | Quote

KINDS: dict[str, Callable[[str], Button | None]] = {
    **LISTS, "o": Open.decode, "f": Photo.decode, "h": History.decode, "c": Choose.decode,
    "j": Calculate.decode, "k": Quote.decode,
}  # fmt: skip
"""The decoder of each kind of button, by the first letter of its data."""


def data_of(button: Pressable) -> str:
    """Return the button's callback_data."""
    return button.encode()


def read_data(data: str) -> Button | None:
    """Decode the button that was pressed. Returns None if no version of the bot wrote this data."""
    decode = KINDS.get(data[:1])
    return decode(data) if decode else None
