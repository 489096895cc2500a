"""What customers pay: by hand, by the oracle, and by the program from the published catalogue."""

from fractions import Fraction

import pytest

from tests.oracle.discounts import price_asked
from toko_core.catalog.products import Price, Product
from toko_core.prices.payable import price_in_force

from .rows import Ask, code_of, iddiskon_of
from .shop import Shop, group_of, same_row
from .time_cases import CASES

ASKS = [
    pytest.param(number, ask, id=f"{case.title} {ask.moment} {ask.kodeitem} {ask.group or ''}")
    for number, case in enumerate(CASES)
    for ask in case.asks
]


@pytest.mark.parametrize(("case", "ask"), ASKS)
def test_a_customer_pays(shop: Shop, case: int, ask: Ask) -> None:
    kodeitem = ask.kodeitem or code_of(case)
    wanted = (Fraction(ask.price), None if ask.head is None else iddiskon_of(case, ask.head))
    product = shop.at(kodeitem, ask.time)
    price = price_of(product, ask)
    stated = price_asked(shop.offers, kodeitem, same_row(price, shop.offers.prices[kodeitem]), ask.group, ask.time)
    assert stated == wanted, "the oracle"
    paid = price_in_force(price, product.discounts, group_of(product, ask.group))
    assert price.hargajual is not None
    amount, code = (paid.amount, paid.discount and paid.discount.code) if paid else (price.hargajual, None)
    assert (Fraction(amount), code) == wanted, "the program"


def price_of(product: Product, ask: Ask) -> Price:
    key = (ask.satuan, ask.level, ask.limit)
    return next(price for price in product.prices if (price.satuan, price.level, price.jumlah_sampai) == key)
