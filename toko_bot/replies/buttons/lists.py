"""The data of buttons that show a page of a list of products."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from telegram.constants import InlineKeyboardButtonLimit

from toko_core.catalog.product_hashes import HASH
from toko_core.state.watching.deliveries import Kind

MOST_BYTES = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
Label = Literal["merek", "jenis"]
LABELS: tuple[Label, Label] = ("merek", "jenis")
"""The columns by which results can be narrowed."""
LABEL_OF_LETTER: dict[str, Label] = {"m": "merek", "j": "jenis"}
LETTER_OF_LABEL = {label: letter for letter, label in LABEL_OF_LETTER.items()}

Way = Literal["naik", "turun"]
WAYS: tuple[Way, Way] = ("naik", "turun")
"""The directions in which prices moved, which are also the commands for them."""
WAY_OF_LETTER: dict[str, Way] = {"n": "naik", "t": "turun"}
LETTER_OF_WAY = {way: letter for letter, way in WAY_OF_LETTER.items()}

KIND_OF_LETTER = {"n": Kind.WATCHED, "m": Kind.MORNING}
LETTER_OF_KIND = {kind: letter for letter, kind in KIND_OF_LETTER.items()}
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of the results of a query. If `query` is None, the message contains it.

    `merek` and `jenis` are hashes of the brand and the category that the results are narrowed to. If `history` is set,
    the buttons of the results open the price history.
    """

    page: int
    query: str | None
    merek: str | None = None
    jenis: str | None = None
    history: bool = False

    DATA = re.compile(
        r"(?P<kind>[pq])(?P<page>\d{1,3})(?:m(?P<merek>[\w-]{4}))?(?:j(?P<jenis>[\w-]{4}))?(?::(?P<query>.*))?",
        re.DOTALL | re.ASCII,
    )

    def encode(self, before: str = "") -> str:
        """Return the data after `before`, with the query if all of it fits."""
        kept = "".join(
            f"{letter}{kept}" for letter, label in LABEL_OF_LETTER.items() if (kept := self.kept(label)) is not None
        )
        short = f"{before}{'q' if self.history else 'p'}{self.page}{kept}"
        whole = f"{short}:{self.query}"
        return whole if self.query is not None and len(whole.encode()) <= MOST_BYTES else short

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        return cls(int(found["page"]), found["query"], found["merek"], found["jenis"], found["kind"] == "q")

    def kept(self, label: Label) -> str | None:
        """Return the hash of the brand or category that the results are narrowed to."""
        return self.merek if label == "merek" else self.jenis

    def narrowed(self, label: Label, kept: str | None) -> "Results":
        """Return the first page of the results with another brand or category; None removes the narrowing."""
        first = replace(self, page=1)
        return replace(first, merek=kept) if label == "merek" else replace(first, jenis=kept)


@dataclass(frozen=True, slots=True)
class Report:
    """A page of an owners' list."""

    name: str
    page: int

    DATA = re.compile(r"r(?P<name>[a-z]+)\.(?P<page>\d{1,4})", re.ASCII)

    def encode(self, before: str = "") -> str:
        return f"{before}r{self.name}.{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(found["name"], int(found["page"])) if found else None


@dataclass(frozen=True, slots=True)
class Moves:
    """A page of the prices that rose or fell within the last `days` days, including today. `days` is 1 or 7."""

    way: Way
    days: int
    page: int

    DATA = re.compile(r"v(?P<way>[nt])(?P<days>[17])\.(?P<page>\d{1,4})", re.ASCII)

    def encode(self, before: str = "") -> str:
        return f"{before}v{LETTER_OF_WAY[self.way]}{self.days}.{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(WAY_OF_LETTER[found["way"]], int(found["days"]), int(found["page"])) if found else None


@dataclass(frozen=True, slots=True)
class Pictured:
    """The list of the products whose barcodes are in a photo."""

    products: tuple[str, ...]

    DATA = re.compile(r"b(?P<products>(?:[\w-]{8}){1,4})", re.ASCII)
    MOST = 4
    """The most products: more do not fit into a button that calculates and leads back here."""

    def encode(self, before: str = "") -> str:
        return f"{before}b{''.join(self.products)}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(tuple(HASH.findall(found["products"]))) if found else None


@dataclass(frozen=True, slots=True)
class MarkedList:
    """A page of the list of marked products."""

    page: int

    DATA = re.compile(r"wl(?P<page>\d{1,3})", re.ASCII)

    def encode(self, before: str = "") -> str:
        return f"{before}wl{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        return cls(int(found["page"])) if found else None


@dataclass(frozen=True, slots=True)
class ChangedList:
    """A page of the prices that changed after `since`, up to `until`: of watched products, or of all."""

    kind: Kind
    since: datetime
    until: datetime
    page: int

    DATA = re.compile(
        r"w(?P<kind>[nm])(?P<since>[0-9a-f]{1,13})\.(?P<until>[0-9a-f]{1,13})\.(?P<page>\d{1,4})", re.ASCII
    )

    def encode(self, before: str = "") -> str:
        since, until = ((time - EPOCH) // MICROSECOND for time in (self.since, self.until))
        return f"{before}w{LETTER_OF_KIND[self.kind]}{since:x}.{until:x}.{self.page}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        if found is None:
            return None
        since, until = (EPOCH + int(found[name], 16) * MICROSECOND for name in ("since", "until"))
        return cls(KIND_OF_LETTER[found["kind"]], since, until, int(found["page"]))


ProductList = Results | Report | Moves | Pictured | MarkedList | ChangedList

LISTS: dict[str, Callable[[str], ProductList | None]] = {
    "p": Results.decode, "q": Results.decode, "r": Report.decode, "v": Moves.decode,
    "w": lambda data: MarkedList.decode(data) or ChangedList.decode(data),
    "b": Pictured.decode,
}  # fmt: skip
"""The decoder of each kind of list, by the first letter of its data."""


def decode_list(data: str) -> ProductList | None:
    """Decode the list from which a product was opened. Returns None if the data names none."""
    decode = LISTS.get(data[:1])
    return decode(data) if decode else None
