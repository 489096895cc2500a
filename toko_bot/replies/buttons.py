"""What buttons carry: at most 64 bytes, and nothing that only one catalogue, or one replica, knows.

A product is a hash of its `kodeitem`. A page of results is its number, hashes of the brand and category that they are
narrowed to, and the query; where the query is too long, it is read from the message that the button stands under.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

MOST_BYTES = 64
NOTHING = "-"
"""Of a button that only shows something."""
DATA = re.compile(
    r"(?:o(?P<product>[\w-]{8})|f(?P<photo>[\w-]{8})|h(?P<history>[\w-]{8})|c(?P<choose>[mj]))?"
    r"(?:(?:(?P<kind>[pq])(?P<page>\d{1,3})(?:m(?P<merek>[\w-]{4}))?(?:j(?P<jenis>[\w-]{4}))?(?::(?P<query>.*))?)"
    r"|(?:r(?P<report>[a-z]+)\.(?P<report_page>\d{1,4}))"
    r"|(?:v(?P<moves>[nt])(?P<days>[17])\.(?P<moves_page>\d{1,4})))?",
    re.DOTALL | re.ASCII,
)

Label = Literal["merek", "jenis"]
LABELS: tuple[Label, Label] = ("merek", "jenis")
"""What results can be narrowed by; in a button, the first letter of each."""

Way = Literal["naik", "turun"]
WAYS: tuple[Way, Way] = ("naik", "turun")
"""Which way prices moved, and the command that asks for it; in a button, the first letter of each."""


@dataclass(frozen=True, slots=True)
class Results:
    """A page of the results of a query; None: the query stands in the message.

    `merek` and `jenis` are hashes of the brand and the category that they are narrowed to; `history`: their buttons
    open the price history.
    """

    page: int
    query: str | None
    merek: str | None = None
    jenis: str | None = None
    history: bool = False

    def kept(self, label: Label) -> str | None:
        """What they are narrowed to."""
        return self.merek if label == "merek" else self.jenis

    def narrowed(self, label: Label, kept: str | None) -> "Results":
        """Their first page, narrowed to something else; None: not by this label."""
        first = replace(self, page=1)
        return replace(first, merek=kept) if label == "merek" else replace(first, jenis=kept)


@dataclass(frozen=True, slots=True)
class Report:
    """A page of an owners' list."""

    name: str
    page: int


@dataclass(frozen=True, slots=True)
class Moves:
    """A page of the prices that rose, or fell, within so many days: 1 or 7, today among them."""

    way: Way
    days: int
    page: int


ProductList = Results | Report | Moves


@dataclass(frozen=True, slots=True)
class Open:
    """A product, and the page to go back to."""

    product: str
    back: ProductList | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    product: str


@dataclass(frozen=True, slots=True)
class History:
    """A product's price history."""

    product: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Brands or categories to narrow results to."""

    label: Label
    results: Results


Button = ProductList | Open | Photo | History | Choose


def data_of(button: Button) -> str:
    """The callback_data."""
    match button:
        case Results():
            return _results("", button)
        case Report(name, page):
            return f"r{name}.{page}"
        case Moves(way, days, page):
            return f"v{way[0]}{days}.{page}"
        case Photo(product):
            return f"f{product}"
        case History(product):
            return f"h{product}"
        case Choose(label, results):
            return _results(f"c{label[0]}", results)
        case Open(product, None):
            return f"o{product}"
        case Open(product, Results() as results):
            return _results(f"o{product}", results)
        case Open(product, (Report() | Moves()) as back):
            return f"o{product}{data_of(back)}"
    raise AssertionError(button)


def read_data(data: str) -> Button | None:
    """What was pressed; None for what no version of the bot has made."""
    found = DATA.fullmatch(data)
    if found is None or not data:
        return None
    back: ProductList | None = None
    if found["page"] is not None:
        back = Results(int(found["page"]), found["query"], found["merek"], found["jenis"], found["kind"] == "q")
    elif found["report"] is not None:
        back = Report(found["report"], int(found["report_page"]))
    elif found["moves"] is not None:
        back = Moves(WAYS["nt".index(found["moves"])], int(found["days"]), int(found["moves_page"]))
    if found["photo"] is not None:
        return Photo(found["photo"])
    if found["history"] is not None:
        return History(found["history"])
    if found["product"] is not None:
        return Open(found["product"], back)
    if found["choose"] is not None:
        return Choose(LABELS["mj".index(found["choose"])], back) if isinstance(back, Results) else None
    return back


def _results(start: str, results: Results) -> str:
    """With the query, if it fits."""
    kept = "".join(f"{label[0]}{results.kept(label)}" for label in LABELS if results.kept(label) is not None)
    start = f"{start}{'q' if results.history else 'p'}{results.page}{kept}"
    whole = f"{start}:{results.query}"
    return whole if results.query is not None and len(whole.encode()) <= MOST_BYTES else start
