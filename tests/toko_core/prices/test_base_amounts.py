"""The prices that filters use are those that lists show."""

import itertools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.toko_bot.bot.shop import Item, PriceRow, publish_shop
from toko_core.catalog.products import Products
from toko_core.catalog.reader import PublishedCatalog
from toko_core.prices.base_amounts import NO_PRICE, BaseAmounts, to_number
from toko_core.prices.payable import of_level
from toko_core.prices.summary import summarize

NOON = datetime(2026, 11, 30, 12)
UNITS: Sequence[tuple[str, str | None]] = (("PCS", "1"), ("PAK", "6"), ("DUS", "40"), ("IKAT", None), ("BKS", "1"))


def random_item(chance: random.Random, number: int) -> Item:
    """Return an item with any units, levels, tiers and gaps."""
    prices: list[PriceRow] = []
    for unit, conversion in chance.sample(UNITS, chance.randint(1, 3)):
        levels = chance.choice([(None,), (1, 2), (1, 2, 3), (2,), (1, 3)])
        for level, most in itertools.product(levels, chance.choice([(None,), ("11", None)])):
            price = chance.choice([None, "0", str(chance.randint(1, 99_999)), f"{chance.randint(1, 9999)}.25"])
            prices.append((unit, conversion, level, most, "1", price))
    return Item(f"B{number}", f"BARANG {number}", prices)


@pytest.fixture(scope="module", params=["percents of a level", "percents of a product"])
def products(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Products:
    chance = random.Random(7)
    items = [random_item(chance, number) for number in range(300)]
    everywhere = Decimal(7) if request.param == "percents of a level" else None
    period = {"dari": NOON - timedelta(days=1), "sebelum": NOON + timedelta(hours=1)}
    reference: dict[str, list[dict[str, object]]] = {
        "customer_groups": [
            {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
            {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": everywhere},
            {"kgrup": "AG", "grup": "Agen", "level": 3, "potongan": None},
        ],
        "group_discounts": [{"kodeitem": "B3", "kgrup": "AG", "pot1": Decimal(3)}],
        "discounts": [
            {"kodeitem": f"B{number}", "iddiskon": "D", "pot1": Decimal(10), "rupiah": Decimal(0)} | period
            for number in range(0, 300, 7)
        ],
    }  # fmt: skip
    return PublishedCatalog(publish_shop(Path(tmp_path_factory.mktemp("prices")), items, reference=reference)).products


@pytest.mark.parametrize("rounding", [None, 500])
def test_an_amount_is_what_a_list_shows_of_the_base_unit(products: Products, rounding: int | None) -> None:
    amounts = BaseAmounts(products, rounding, NOON)
    for level in (None, 1, 2, 3):
        shown = [summarize(of_level(products.at(row, NOON), level), rounding) for row in range(len(products))]
        expected = [NO_PRICE if each is None else to_number(each.base.amount) for each in shown]
        assert amounts.of_level(level).tolist() == expected


def test_a_discount_that_ends_is_in_the_amounts_no_more_after_an_update(products: Products) -> None:
    amounts, later = BaseAmounts(products, None, NOON), NOON + timedelta(hours=2)
    before = amounts.of_level(1).tolist()
    amounts.update(NOON)
    assert amounts.of_level(1).tolist() == before
    amounts.update(later)
    assert amounts.of_level(1).tolist() == BaseAmounts(products, None, later).of_level(1).tolist()
    assert amounts.of_level(1).tolist() != before
