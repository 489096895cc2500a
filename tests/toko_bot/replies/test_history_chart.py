"""The chart of a price history can be drawn for any prices, and shows them."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from toko_bot.replies.history_chart import COLORS, WIDTH, draw_chart
from toko_core.prices.history import MOST_SERIES, MOST_UNITS, Series, Span

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Span(START, START + timedelta(days=300), ZoneInfo("Asia/Jakarta"))
NEAR = 12
"""The largest difference of a colour channel: a PNG with few colours shows each colour as a similar one."""
PRICES = st.decimals(0, 10**14, places=4)


def series(*prices: int | None, unit: str = "PCS") -> Series:
    """Return a series with a new price every hundred days."""
    return Series(unit, f"{unit}×12 é", [
        (START + timedelta(days=100 * number), None if price is None else Decimal(price))
        for number, price in enumerate(prices)
    ])  # fmt: skip


def picture(shown: Sequence[Series], span: Span = YEAR) -> Image.Image:
    png = draw_chart(shown, span)
    assert len(png) < 30_000
    with Image.open(io.BytesIO(png)) as image:
        assert (image.format, image.width) == ("PNG", WIDTH)
        return image.convert("RGB")


def columns(image: Image.Image, color: str) -> set[int]:
    """Return the x positions at which any pixel has this colour."""
    far = np.abs(np.asarray(image, int) - ImageColor.getrgb(color)).max(axis=2)
    return set((far <= NEAR).any(axis=0).nonzero()[0].tolist())


def test_a_price_is_a_line_up_to_the_end_and_a_missing_price_is_a_gap() -> None:
    whole = columns(picture([series(1000, 1100, 1050)]), COLORS[0])
    assert whole == set(range(min(whole), max(whole) + 1))
    broken = columns(picture([series(1000, None, 1050)]), COLORS[0])
    assert min(broken) == min(whole)
    assert max(broken) == max(whole)
    assert len(whole) * 0.6 < len(broken) < len(whole) * 0.75
    ended = columns(picture([series(1000, 1100, None)]), COLORS[0])
    assert len(ended) < len(whole) * 0.7


def test_several_prices_have_a_legend_and_each_unit_a_plot_of_its_own() -> None:
    one = picture([series(1000, 1100)])
    same_unit = picture([series(1000, 1100), series(900, 950)])
    other_unit = picture([series(1000, 1100), series(40_000, 44_000, unit="DUS")])
    assert one.height < same_unit.height < other_unit.height
    for image in (same_unit, other_unit):
        assert all(columns(image, color) for color in COLORS[:2])
        assert not columns(image, COLORS[2])


@pytest.mark.parametrize("length", [timedelta(), timedelta(seconds=1), timedelta(hours=20), timedelta(days=9000)])
def test_any_length_of_time_can_be_drawn(length: timedelta) -> None:
    span = Span(START, START + length, ZoneInfo("Asia/Jayapura"))
    line = Series("PCS", "PCS", [(START, None), (START + length, Decimal(5))])
    assert columns(picture([line], span), COLORS[0])


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(1, MOST_UNITS), st.text(max_size=60), st.lists(PRICES | st.none(), max_size=20), PRICES),
        min_size=1, max_size=MOST_SERIES,
    )
)  # fmt: skip
def test_any_prices_and_labels_can_be_drawn(
    drawn: list[tuple[int, str, list[Decimal | None], Decimal]],
) -> None:
    shown = [
        Series(str(unit), label, [(START + timedelta(days=day), price) for day, price in enumerate([*prices, last])])
        for unit, label, prices, last in sorted(drawn, key=lambda parts: parts[0])
    ]
    picture(shown)
