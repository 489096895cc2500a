"""The data in buttons: at most 64 bytes, and nothing that depends on one catalogue or one replica.

Buttons exist as long as their message, so the format never changes. Its first letter names the kind, and each kind has
one `encode` and one `decode`. A product is a hash of its `kodeitem`. A page of results is its number, hashes of the
brand and category that the results are narrowed to, and the query. If the query is too long, the bot reads it from the
message that the button belongs to.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol, Self

from telegram.constants import InlineKeyboardButtonLimit

from toko_core.state.watching.deliveries import Kind

MOST_BYTES = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
NOTHING = "-"
"""The data of a button that does nothing when pressed."""
HASH = re.compile(r"[\w-]{8}", re.ASCII)
"""The hash of a product."""
SHORT_HASH_BYTES = 3
"""Of the hash of a brand, a category or a unit."""

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


class Pressable(Protocol):
    """A button of any kind, also those that `people.buttons` and `watching.buttons` read."""

    def encode(self) -> str:
        """Return the button's callback_data."""


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


@dataclass(frozen=True, slots=True)
class Open:
    """A button that opens a product, with the page to go back to."""

    product: str
    back: ProductList | None = None

    def encode(self) -> str:
        before = f"o{self.product}"
        return before if self.back is None else self.back.encode(before)

    @classmethod
    def decode(cls, data: str) -> Self | None:
        product, rest = data[1:9], data[9:]
        back = decode_list(rest)
        return cls(product, back) if HASH.fullmatch(product) and (back is not None or not rest) else None


@dataclass(frozen=True, slots=True)
class Photo:
    """A button that sends a product's photo."""

    product: str

    def encode(self) -> str:
        return f"f{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[1:]) if HASH.fullmatch(data[1:]) else None


@dataclass(frozen=True, slots=True)
class History:
    """A button that sends a product's price history."""

    product: str

    def encode(self) -> str:
        return f"h{self.product}"

    @classmethod
    def decode(cls, data: str) -> Self | None:
        return cls(data[1:]) if HASH.fullmatch(data[1:]) else None


@dataclass(frozen=True, slots=True)
class Choose:
    """A button that lists the brands or categories that results can be narrowed to."""

    label: Label
    results: Results

    def encode(self) -> str:
        return self.results.encode(f"c{LETTER_OF_LABEL[self.label]}")

    @classmethod
    def decode(cls, data: str) -> Self | None:
        label, results = LABEL_OF_LETTER.get(data[1:2]), Results.decode(data[2:])
        return cls(label, results) if label is not None and results is not None else None


@dataclass(frozen=True, slots=True)
class Calculate:
    """A button that shows what a quantity of a product costs.

    `unit` is a hash of the unit's name (`unit_hash`), and `level` the chosen price level; None is that of the viewer,
    or the ordinary one. `back` is the list from which the product was opened.
    """

    product: str
    unit: str
    number: Decimal
    level: int | None = None
    back: ProductList | None = None

    DATA = re.compile(
        r"j(?P<product>[\w-]{8})(?P<unit>[\w-]{4})(?P<number>\d{1,5}(?:\.\d{1,3})?)(?:l(?P<level>\d{1,4}))?"
        r"(?:b(?P<back>.*))?",
        re.DOTALL | re.ASCII,
    )

    def encode(self) -> str:
        number = f"{self.number.normalize():f}"
        level = "" if self.level is None else f"l{self.level}"
        before = f"j{self.product}{self.unit}{number}{level}"
        return before if self.back is None else self.back.encode(f"{before}b")

    @classmethod
    def decode(cls, data: str) -> Self | None:
        found = cls.DATA.fullmatch(data)
        back = decode_list(found["back"] or "") if found else None
        if found is None or (back is None and found["back"] is not None) or not Decimal(found["number"]):
            return None
        level = None if found["level"] is None else int(found["level"])
        return cls(found["product"], found["unit"], Decimal(found["number"]), level, back)


def unit_hash(unit: str) -> str:
    """Return the hash by which a button names a unit of a product."""
    return short_hash(unit)


def short_hash(name: str) -> str:
    """Return a hash of a name, in four characters.

    Among the 50 brands in the hits of a search, two have the same hash in one of 14,000 searches. The bot then shows
    their products together.
    """
    digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=SHORT_HASH_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


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


Button = ProductList | Open | Photo | History | Choose | Calculate | Quote

LISTS: dict[str, Callable[[str], ProductList | None]] = {
    "p": Results.decode, "q": Results.decode, "r": Report.decode, "v": Moves.decode,
    "w": lambda data: MarkedList.decode(data) or ChangedList.decode(data),
    "b": Pictured.decode,
}  # fmt: skip
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


def decode_list(data: str) -> ProductList | None:
    """Decode the list from which a product was opened. Returns None if the data names none."""
    decode = LISTS.get(data[:1])
    return decode(data) if decode else None
