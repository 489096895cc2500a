"""What quantities cost: any tiers, units, levels, discounts and rounding, against the oracle; and worked cases."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.discount_tables import DiscountLine, Goods, Group, Head, OfferTables, Times
from tests.oracle.discounts import PERCENT, RUPIAH, Offers
from tests.oracle.quantities import quantity_asked
from tests.oracle.rules import PriceRow
from tests.oracle.tables import Item
from toko_core.catalog.products import Price, Product
from toko_core.catalog.reference.discounts import Discount
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.prices.payable import Calculation, calculate, of_level, prices_of_level

NOW = datetime(2026, 11, 30, 12)
CODE, UNITS, LEVELS = "1001", ("PCS", "DUS"), (1, 2, 3)
ALWAYS = Times(True, "1", None, None, None, None, (None,) * 7)
ANY_GOODS = Goods(None, None, None, None)

amounts = st.none() | st.decimals("0.0001", "200000", places=4)
percents = st.decimals("0.001", "99.999", places=3)
limits = st.decimals("1", "60", places=1) | st.integers(1, 60).map(Decimal)


@st.composite
def shops(draw: st.DrawFn) -> tuple[Offers, Product]:
    """Draw a shop of one item, as the oracle and as the program know it."""
    rows = [row for unit in UNITS for row in draw(_rows(unit))]
    groups = [
        Group(f"G{number}", level, Fraction(percent))
        for number, (level, percent) in enumerate(
            sorted(draw(st.lists(st.tuples(st.sampled_from(LEVELS), st.just(Decimal(0)) | percents), max_size=4)))
        )
    ]
    heads, lines, found = [], {}, []
    codes: st.SearchStrategy[str | None] = st.sampled_from([None, *(group.kgrup for group in groups)])
    for number in range(draw(st.integers(0, 3))):
        unit, group, priority = draw(st.none() | st.sampled_from(UNITS)), draw(codes), draw(st.integers(0, 2))
        rupiah, taken = draw(st.just(Decimal(0)) | st.decimals("1", "5000", places=2)), draw(percents)
        identity = f"D{number}"
        heads.append(Head(identity, ALWAYS, ANY_GOODS, priority))
        kind = (RUPIAH, (Fraction(rupiah), Fraction(taken))) if rupiah else (PERCENT, (Fraction(taken),))
        lines[identity] = [DiscountLine(CODE, unit, group, *kind)]
        found.append(Discount(identity, unit, group, priority, rupiah, (taken,)))
    offers = Offers({CODE: Item(CODE)}, {CODE: rows}, OfferTables(heads, lines, [], [], groups, {}))
    return offers, _product(rows, groups, found)


@st.composite
def _rows(draw: st.DrawFn, unit: str) -> list[PriceRow]:
    """Draw the price rows of a unit: one, or by level, or by quantity; or none."""
    size = Decimal(1) if unit == UNITS[0] else Decimal(40)
    match draw(st.sampled_from(["one", "levels", "tiers", "none"])):
        case "one":
            keys: Sequence[tuple[int | None, Decimal | None]] = [(None, None)]
        case "levels":
            keys = [(level, None) for level in sorted(draw(st.sets(st.sampled_from(LEVELS), min_size=1)))]
        case "tiers":
            ends = sorted(draw(st.sets(limits, min_size=1, max_size=4)))
            keys = [(None, end) for end in ends] + ([(None, None)] if draw(st.booleans()) else [])
        case _:
            keys = []
    return [PriceRow(CODE, unit, size, level, end, None, draw(amounts)) for level, end in keys]


def _product(rows: Sequence[PriceRow], groups: Sequence[Group], discounts: Sequence[Discount]) -> Product:
    prices = [
        Price(row.satuan, row.konversi, row.level, row.jumlah_sampai, row.hargapokok, row.hargajual) for row in rows
    ]
    known = [
        CustomerGroup(group.kgrup, group.levelharga or 1, _percents(group.potongan), group.kgrup) for group in groups
    ]
    return Product(CODE, "X", None, None, True, tuple(prices), tuple(known), discounts=tuple(discounts))


def _percents(percent: Fraction) -> tuple[Decimal, ...]:
    return (Decimal(percent.numerator) / Decimal(percent.denominator),) if percent else ()


@settings(max_examples=250, deadline=None)
@given(
    shop=shops(),
    unit=st.sampled_from(UNITS),
    number=st.decimals("0.001", "100", places=3) | st.integers(1, 70).map(Decimal),
    level=st.sampled_from(LEVELS),
    rounding=st.sampled_from([None, 50, 100, 500, 3]),
)
def test_what_a_quantity_costs_and_what_the_next_tier_saves_are_those_of_the_oracle(
    shop: tuple[Offers, Product], unit: str, number: Decimal, level: int, rounding: int | None
) -> None:
    offers, product = shop
    wanted = quantity_asked(offers, CODE, unit, number, level, NOW, rounding)
    for asked in (product, of_level(product, level)):
        found = calculate(asked, unit, number, rounding, level)
        if wanted is None:
            assert found is None
            continue
        assert found is not None
        assert (Fraction(found.price), found.total) == (wanted.price, wanted.total)
        following = found.next_tier
        assert (following and (following.quantity, Fraction(following.price), following.saved)) == (
            wanted.cheaper and tuple(wanted.cheaper)
        )


def a_product(*prices: tuple[str, int | None, str | None, str], **more: object) -> Product:
    rows = tuple(
        Price(unit, Decimal(1), level, Decimal(end) if end else None, None, Decimal(amount))
        for unit, level, end, amount in prices
    )
    return Product("1", "X", None, None, True, rows, **more)  # type: ignore[arg-type]


TIERS = a_product(("PCS", None, "11", "3000"), ("PCS", None, "39", "2900"), ("PCS", None, None, "2700"))


@pytest.mark.parametrize(
    ("number", "price", "total", "following"),
    [
        ("1", "3000", "3000", ("12", "2900", "1200")),
        ("11", "3000", "33000", ("12", "2900", "1200")),
        ("11.5", "2900", "33350", ("40", "2700", "8000")),
        ("12", "2900", "34800", ("40", "2700", "8000")),
        ("40", "2700", "108000", None),
    ],
)
def test_the_next_tier_begins_at_a_whole_quantity(
    number: str, price: str, total: str, following: tuple[str, str, str] | None
) -> None:
    found = calculate(TIERS, "PCS", Decimal(number), None)
    assert found is not None
    assert (found.price, found.total) == (Decimal(price), Decimal(total))
    assert _next(found) == (following and tuple(map(Decimal, following)))


def test_a_tier_that_is_dearer_is_passed_over() -> None:
    product = a_product(("PCS", None, "5", "100"), ("PCS", None, "9", "120"), ("PCS", None, None, "90"))
    found = calculate(product, "PCS", Decimal(2), None)
    assert found is not None
    assert _next(found) == (Decimal(10), Decimal(90), Decimal(100))


def test_a_level_sees_its_own_prices_and_of_other_units_the_ordinary_ones() -> None:
    product = a_product(
        ("PCS", 1, None, "50"), ("PCS", 2, None, "40"), ("DUS", 1, None, "900"), ("PAK", None, None, "7")
    )
    seen = prices_of_level(product.prices, 2)
    assert [(price.satuan, price.hargajual) for price in seen] == [
        ("PCS", Decimal(40)), ("DUS", Decimal(900)), ("PAK", Decimal(7)),
    ]  # fmt: skip
    assert {price.level for price in of_level(product, 2).prices} == {None}
    assert of_level(of_level(product, 2), 1) == of_level(product, 2), "one level never becomes another"


def _next(found: Calculation) -> tuple[Decimal, Decimal, Decimal] | None:
    following = found.next_tier
    return (following.quantity, following.price, following.saved) if following else None
