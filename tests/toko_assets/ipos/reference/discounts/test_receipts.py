"""Totals of random receipts in a shop of random discounts: the program's against the oracle's."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import discounts as oracle
from tests.oracle.discounts import Line
from toko_assets.postgres.server import PostgresServer
from toko_core.prices.payable import group_prices, price_in_force, total, unit_price

from .random_shop import FIRST_DAY, GROUPS, UNITS, random_tables
from .shop import Shop, database, group_of, publish, same_row

CODES = sorted(str(item["kodeitem"]) for item in random_tables()["tbl_item"])
LINES = st.builds(
    Line,
    kodeitem=st.sampled_from(CODES),
    satuan=st.sampled_from(UNITS),
    jumlah=st.decimals("0.001", "20000", places=3) | st.sampled_from([Decimal(1), Decimal(12), Decimal(13)]),
    group=st.sampled_from([None, *(group["kgrup"] for group in GROUPS)]),
)
MOMENTS = st.datetimes(FIRST_DAY, FIRST_DAY + timedelta(days=5)) | st.integers(0, 120).map(
    lambda hour: FIRST_DAY + timedelta(hours=hour)
)
ROUNDINGS = st.sampled_from([None, 50, 100, 500, 3])


@pytest.fixture(scope="module")
def random_shop(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with database(postgres, "random_discounts", random_tables()) as connection:
        yield publish(connection, tmp_path_factory.mktemp("random"))


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=8), moment=MOMENTS, rounding=ROUNDINGS)
def test_a_total_is_computed_exactly_and_rounded_once(
    random_shop: Shop, lines: Sequence[Line], moment: datetime, rounding: int | None
) -> None:
    priced: list[tuple[Decimal, Decimal]] = []
    for line in lines:
        product = random_shop.at(line.kodeitem, moment)
        price = unit_price(product, line.satuan, line.jumlah, group_of(product, line.group))
        assert (None if price is None else Fraction(price)) == oracle.unit_price(random_shop.offers, line, moment)
        priced += [] if price is None else [(line.jumlah, price)]
    assert total(priced, rounding) == oracle.total(random_shop.offers, lines, moment, rounding)


def test_the_random_shop_has_discounts_of_every_kind(random_shop: Shop) -> None:
    moment = FIRST_DAY + timedelta(hours=12)
    paid = [
        price_in_force(price, product.discounts, group)
        for code in CODES
        for product in [random_shop.at(code, moment)]
        for price in product.prices
        for group in product.groups
    ]
    assert sum(1 for way in paid if way and way.discount) > 50
    assert sum(1 for way in paid if way and not way.discount) > 50


@pytest.mark.parametrize("rounding", [None, 100])
def test_groups_are_shown_what_they_pay_if_it_is_not_what_everybody_pays(
    random_shop: Shop, rounding: int | None
) -> None:
    moment = FIRST_DAY + timedelta(hours=12)
    for code in CODES:
        product = random_shop.at(code, moment)
        for price in product.prices:
            row = same_row(price, random_shop.offers.prices[code])
            everybody = oracle.price_asked(random_shop.offers, code, row, None, moment)
            wanted = {}
            for group in product.groups:
                asked = oracle.price_asked(random_shop.offers, code, row, group.code, moment)
                if asked is not None and everybody is not None and price.level in (None, group.level):
                    wanted[group.name] = (asked.price == everybody.price, oracle.rounded(asked.price, rounding))
            shown = {
                name: paid.amount
                for paid in group_prices(price, product.groups, rounding, product.discounts)
                for name in paid.names
            }
            assert all(amount == wanted[name][1] for name, amount in shown.items())
            assert {name for name, (same, amount) in wanted.items() if not same and amount > 0} == shown.keys()


@pytest.mark.parametrize(
    ("lines", "rounding", "wanted"),
    [
        ([("1", "0.5")], None, "1"),
        ([("1", "0.4999")], None, "0"),
        ([("1", "0.4"), ("1", "0.4")], None, "1"),
        ([("3", "3333.3333")], None, "10000"),
        ([("3", "3333.3333")], 100, "10000"),
        ([("3", "3333.3334")], 100, "10100"),
        ([("3", "3333.3334")], 500, "10500"),
        ([("0.125", "8775.5")], None, "1097"),
        ([], 500, "0"),
    ],
)
def test_a_receipt_is_rounded_and_not_its_lines(
    lines: list[tuple[str, str]], rounding: int | None, wanted: str
) -> None:
    pairs = [(Decimal(quantity), Decimal(price)) for quantity, price in lines]
    assert total(pairs, rounding) == Decimal(wanted)
    exact = sum((Fraction(quantity) * Fraction(price) for quantity, price in pairs), Fraction())
    assert oracle.rounded(exact, rounding) == Decimal(wanted)
