"""The chart of a price history can be drawn for any prices, and stays within its frame."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from toko_core.prices.history import Series, Span
from toko_web.pages.drawing.chart import HEIGHT, WIDTH, Plot, place_chart

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Span(START, START + timedelta(days=300), ZoneInfo("Asia/Jakarta"))
NUMBERS = re.compile(r"[\d.]+")


def chart(*prices: int | None, unit: str = "PCS") -> Plot:
    """Return the chart of a price that changes every hundred days."""
    (plot,) = place_chart([series(*map(_decimal, prices), unit=unit)], YEAR)
    return plot


def series(*prices: Decimal | None, unit: str = "PCS") -> Series:
    return Series(unit, unit, [(START + timedelta(days=100 * place), price) for place, price in enumerate(prices)])


def _decimal(price: int | None) -> Decimal | None:
    return None if price is None else Decimal(price)


def test_a_price_is_a_step_to_the_next_one_and_a_missing_price_is_a_gap() -> None:
    (line,) = chart(1000, 1100, 1050).lines
    assert re.fullmatch(r"M\S+ \S+?H\S+?V\S+?H\S+?V\S+?H\S+", line.path)
    assert line.end is not None
    (broken,) = chart(1000, None, 1050).lines
    assert re.fullmatch(r"M\S+ \S+?H\S+?M\S+ \S+?H\S+", broken.path)
    (ended,) = chart(1000, 1100, None).lines
    assert ended.end is None


def test_a_higher_price_stands_higher_and_a_later_one_further_right() -> None:
    (line,) = chart(1000, 1100).lines
    left, low, middle, high, right = map(float, NUMBERS.findall(line.path))
    assert left < middle < right
    assert high < low
    assert line.end == (right, high)


def test_each_unit_has_a_plot_of_its_own() -> None:
    plots = place_chart([series(Decimal(1), Decimal(2)), series(Decimal(40), Decimal(44), unit="DUS")], YEAR)
    assert [plot.unit for plot in plots] == ["PCS", "DUS"]
    assert all(len(plot.prices) >= 3 and len(plot.dates) == 3 for plot in plots)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | st.decimals(0, 10**14, places=4), min_size=1, max_size=4).filter(any))
def test_any_prices_stay_within_the_frame(prices: list[Decimal | None]) -> None:
    (plot,) = place_chart([series(*prices)], YEAR)
    for line in plot.lines:
        numbers = list(map(float, NUMBERS.findall(line.path)))
        assert all(0 <= number <= WIDTH for number in numbers)
    heights = [height for height, _ in plot.prices]
    assert all(0 <= height <= HEIGHT for height in heights)
    assert heights == sorted(heights, reverse=True)
