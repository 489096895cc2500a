"""What a quotation shows adds up to its total, which is rounded once."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.discounts import rounded
from toko_core.prices.receipts import add_up, shown_unit_price

AMOUNTS = st.decimals(min_value="0.0001", max_value="99999999", places=4)
QUANTITIES = st.decimals(min_value="0.001", max_value="99999", places=3)
ROUNDINGS = st.sampled_from([None, 1, 50, 100, 500, 1000])


@given(st.lists(st.tuples(QUANTITIES, AMOUNTS), max_size=30), ROUNDINGS)
def test_a_receipt_is_rounded_once_and_its_rounded_lines_and_the_rounding_add_up(
    lines: list[tuple[Decimal, Decimal]], rounding: int | None
) -> None:
    receipt = add_up(lines, rounding)
    exact = [Fraction(number) * Fraction(price) for number, price in lines]
    assert receipt.total == rounded(sum(exact, Fraction()), rounding)
    assert list(receipt.subtotals) == [rounded(amount, rounding) for amount in exact]
    assert sum(receipt.subtotals) + receipt.rounding == receipt.total


def test_a_unit_price_is_shown_exactly_to_the_hundredth_and_rounded_up_where_the_shop_rounds() -> None:
    assert shown_unit_price(Decimal("3050.5"), None) == Decimal("3050.50")
    assert shown_unit_price(Decimal("8252.8875"), None) == Decimal("8252.89")
    assert shown_unit_price(Decimal("3412.5"), 500) == 3500
