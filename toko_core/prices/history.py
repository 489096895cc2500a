"""A product's prices over time, as the bot's chart and the pages' chart show them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from toko_core.catalog.price_changes import PriceChange, PriceKey
from toko_core.catalog.products import Product
from toko_core.prices.labels import label_key, label_prices
from toko_core.text import day

MOST_SERIES, MOST_UNITS = 5, 3
"""The most prices in a chart, and the most units, each of which has a plot of its own."""
PRICE_STEPS = 4
NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
ROOM = Decimal("0.08")
"""The margin above and below the prices, as a share of the distance between the lowest and the highest."""
MOST_DATES = 4
SHORT = timedelta(days=MOST_DATES)
"""In a chart of less than this, dates have a time of day."""

Histories = Mapping[PriceKey, Sequence[PriceChange]]
"""The changes of each price, the oldest first."""


@dataclass(frozen=True, slots=True)
class Series:
    """A price over time. Each applies from its time until that of the next one; None means that there was no price."""

    unit: str
    """Adjacent series of one unit share a plot. Each unit has its own, as a box costs many times what a piece does."""
    label: str
    prices: Sequence[tuple[datetime, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Span:
    """The period that the chart shows, from left to right."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def share(self, time: datetime) -> float:
        """Return the position of a time: 0 at the start, 1 at the end."""
        return (time - self.start) / (self.end - self.start) if self.end > self.start else 1.0


def price_labels(product: Product, changes: Sequence[PriceChange]) -> dict[PriceKey, str]:
    """Return the label of each price, in the order of the product page.

    Prices that changed and that the product no longer has come last.
    """
    labels = {
        PriceKey(price.satuan, price.level, price.jumlah_sampai): label
        for label, price in label_prices(product.prices, product.groups)
    }
    for change in changes:
        labels.setdefault(change.key, label_key(*change.key, product.groups))
    return labels


def group_changes(changes: Sequence[PriceChange], labels: Mapping[PriceKey, str]) -> Histories:
    """Group changes by price, in the order of the labels."""
    found: defaultdict[PriceKey, list[PriceChange]] = defaultdict(list)
    for change in changes:
        found[change.key].append(change)
    return {key: found[key] for key in labels if key in found}


def series_of(histories: Histories, labels: Mapping[PriceKey, str], since: datetime) -> list[Series]:
    """Return the series for the chart: the first few prices of the first few units, grouped by unit."""
    units = list(dict.fromkeys(key.satuan for key in histories))[:MOST_UNITS]
    shown = [key for key in histories if key.satuan in units][:MOST_SERIES]
    return [
        Series(
            key.satuan,
            labels[key],
            [(since, histories[key][0].before), *((change.seen_from, change.after) for change in histories[key])],
        )
        for key in sorted(shown, key=lambda key: units.index(key.satuan))
    ]


def price_axis(series: Sequence[Series]) -> list[Decimal]:
    """Return round prices at equal distances, from below the lowest price to above the highest."""
    prices = [price for line in series for _, price in line.prices if price is not None]
    low, high = min(prices), max(prices)
    room = (high - low) * ROOM or high / 10 or Decimal(1)
    low, high = max(low - room, Decimal(0)), high + room
    least = (high - low) / PRICE_STEPS
    power = Decimal(1).scaleb(least.adjusted())
    step = next(nice * power for nice in NICE if nice * power >= least)
    first = int((low / step).to_integral_value(ROUND_FLOOR))
    last = int((high / step).to_integral_value(ROUND_CEILING))
    return [number * step for number in range(first, last + 1)]


def date_axis(span: Span, number: int) -> list[tuple[float, str]]:
    """Return so many dates at equal distances, at least two: the position of each, from 0 to 1, and its text."""
    length, last = span.end - span.start, number - 1
    return [(place / last, label_date(span.start + length * place / last, span)) for place in range(number)]


def label_date(time: datetime, span: Span) -> str:
    """Return the text of a date on the axis."""
    text = day(time, span.zone)
    return text if span.end - span.start >= SHORT else f"{text[:-5]} {time.astimezone(span.zone):%H.%M}"
