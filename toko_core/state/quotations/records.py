"""What a quotation is: a number, the person who made it, and lines with the prices that were quoted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from toko_core.prices.receipts import Receipt, add_up

MOST_LINES = 100
MOST_NUMBER = Decimal(99_999)
"""The largest quantity of a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a quotation. It is priced if the product, its unit and a price are known, else it is open."""

    asked: str
    """What somebody typed; empty after that person's data were erased."""
    number: Decimal = Decimal(1)
    unit: str | None = None
    """The unit that was asked for, by its usual name, as long as it is not clear which of the product's units it is."""
    kodeitem: str | None = None
    namaitem: str = ""
    """The product's name as quoted."""
    satuan: str | None = None
    price: Decimal | None = None
    """The exact price of one unit as quoted. None: open, or the shop has no price."""
    choices: tuple[str, ...] = ()
    """The codes of the products that may be meant, the likeliest first."""
    place: int = 0
    """Names the line within its quotation, and is never used for another one. 0: not stored yet."""

    @property
    def is_priced(self) -> bool:
        return self.price is not None


class Changed(NamedTuple):
    """A line whose product has another price now. None: it cannot be bought any more."""

    line: Line
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation as it is stored."""

    id: int
    year: int
    number: int
    maker_id: int | None
    """The Telegram id of whoever made it; None after that person's data were erased."""
    maker_name: str
    level: int
    """The customer level whose prices are quoted."""
    created_at: datetime
    priced_at: datetime
    """When its prices were taken. It holds from then."""
    lines: tuple[Line, ...] = ()

    @property
    def label(self) -> str:
        """The number as people see it: `12/2026`."""
        return f"{self.number}/{self.year}"

    @property
    def priced(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_priced)

    @property
    def open(self) -> tuple[Line, ...]:
        """The lines of which the product, the unit or the price is not known."""
        return tuple(line for line in self.lines if not line.is_priced)

    def receipt(self, rounding: int | None) -> Receipt:
        """Return what the priced lines cost."""
        return add_up([(line.number, line.price) for line in self.lines if line.price is not None], rounding)

    def holds_until(self, days: int) -> datetime:
        return self.priced_at + timedelta(days=days)

    def line(self, place: int) -> Line | None:
        return next((line for line in self.lines if line.place == place), None)

    def with_line(self, changed: Line) -> "Quotation":
        lines = tuple(changed if line.place == changed.place else line for line in self.lines)
        return replace(self, lines=lines)
