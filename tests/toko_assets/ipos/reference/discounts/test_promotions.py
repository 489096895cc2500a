"""Promotions: by hand, by the oracle, and by the program from the published catalogue."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.oracle.promotions import Gift, promotions_of
from toko_core.catalog.reference.discounts import Promotion
from toko_core.prices.payable import unit_price

from .promotion_cases import CUP, PROMOTIONS, SUGAR, TEA, idpromo_of
from .shop import Shop

NOON = datetime(2026, 11, 16, 12)


@pytest.mark.parametrize("number", range(len(PROMOTIONS)), ids=[case.title for case in PROMOTIONS])
@pytest.mark.parametrize("kodeitem", [TEA, SUGAR, CUP])
def test_a_purchase_brings(shop: Shop, number: int, kodeitem: str) -> None:
    idpromo = idpromo_of(number)
    wanted = [gift._replace(idpromo=idpromo) for gift in PROMOTIONS[number].gifts.get(kodeitem, [])]
    stated = promotions_of(shop.offers, kodeitem, NOON)
    assert [gift for gift in stated if gift.idpromo == idpromo] == wanted, "the oracle"
    found = shop.at(kodeitem, NOON).promotions
    assert [as_gift(shop, kodeitem, one) for one in found if one.code == idpromo] == wanted, "the program"


def test_a_promotion_changes_no_price(shop: Shop) -> None:
    product = shop.at(TEA, NOON)
    assert product.promotions
    assert unit_price(product, "KTK", Decimal(4)) == 8000


def as_gift(shop: Shop, kodeitem: str, promotion: Promotion) -> Gift:
    return Gift(
        promotion.code,
        promotion.bought,
        promotion.satuan or "",
        kodeitem if promotion.gift is None else shop.catalog.products.code(promotion.gift),
        promotion.given,
        promotion.given_unit or "",
        promotion.repeats,
        promotion.price,
    )
