"""What the API shows of products, and that the figures are those of the bot."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from benchmarks.search.names import sample_names
from tests.toko_bot.bot.phone import busy_shop
from tests.toko_bot.bot.shop import publish_shop
from tests.toko_web.api.conftest import Get
from tests.toko_web.api.driving import InProcess, in_process
from tests.toko_web.api.shop import COFFEE, DOLLAR, FORMULA, ITEMS, OIL, SERVICE, SOAP, TEA
from toko_core.catalog.product_hashes import product_hash
from toko_core.prices.labels import label_unpriced
from toko_core.prices.shown import price_lines
from toko_core.text import rupiah
from toko_web.api.records import product_record


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """A shop with the names of the sample backup, prices of every kind, groups and discounts."""
    data = tmp_path_factory.mktemp("sample")
    items, reference = busy_shop(sample_names(300, seed=1))
    publish_shop(data, items, reference=reference)
    with in_process(data) as running:
        yield running


def by_code(get: Get, code: str, key: str = "all") -> dict[str, Any]:
    response = get(f"/products/by-code?{urlencode({'code': code})}", key)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_product_has_exact_and_shown_prices_as_decimal_texts(get: Get) -> None:
    prices = by_code(get, COFFEE.kodeitem)["prices"]
    assert prices[0] | {"discount": None} == {
        "unit": "PCS", "conversion": "1", "level": None, "up_to": None, "list_price": "10000.5", "price": "9000.45",
        "shown_price": "9000", "discount": None, "percents": [], "groups": prices[0]["groups"], "cost": "7000",
    }  # fmt: skip
    assert prices[0]["discount"]["percents"] == ["10"]
    assert prices[0]["discount"]["period"]["ends_at"] == "2100-01-01T00:00:00+07:00"
    assert [price["price"] for price in prices] == ["9000.45", "230000"]


def test_discounts_that_are_over_are_left_out_and_promotions_name_what_they_give(get: Get) -> None:
    tea = by_code(get, TEA.kodeitem)
    assert [(price["discount"], price["price"]) for price in tea["prices"]] == [(None, "8000")]
    (promotion,) = tea["promotions"]
    assert promotion["gift"] == {"id": product_hash(SOAP.kodeitem), "code": "SABUN1", "name": "SABUN BATANG"}
    assert (promotion["quantity"], promotion["gift_price"], promotion["repeats"]) == ("2", "0", True)


def test_a_code_with_slashes_spaces_and_percent_signs_is_found_by_code_and_by_id(get: Get) -> None:
    found = by_code(get, OIL.kodeitem)
    assert found["code"] == OIL.kodeitem
    assert get(f"/products/{found['id']}").json() == found
    assert get("/products/by-code?code=OLI").status_code == 404
    assert get("/products/AAAAAAAA").status_code == 404


def test_a_key_is_shown_what_its_scopes_name_and_nothing_else(get: Get) -> None:
    secret = {"stock": {"stock", "branches"}, "cost": {"supplier", "minimum_stock", "changed_at"}}
    shown = {key: by_code(get, OIL.kodeitem, key) for key in ("prices", "stock", "cost", "all")}
    for key, record in shown.items():
        missing = {name for scope, names in secret.items() if key not in (scope, "all") for name in names}
        assert shown["all"].keys() - record.keys() == missing
        assert all(("cost" in price) is (key in ("cost", "all")) for price in record["prices"])
    assert shown["all"]["supplier"] == "SUP1"
    assert shown["all"]["changed_at"] == "2026-11-20T09:15:00+07:00"
    assert shown["all"]["note"] == "Untuk bebek & matic"


def test_a_key_with_a_level_is_shown_the_prices_of_that_level(get: Get) -> None:
    prices = by_code(get, OIL.kodeitem, "level-2")["prices"]
    assert [(price["unit"], price["level"], price["list_price"], price["price"]) for price in prices] == [
        ("BTL", None, "48000", "38400"), ("DUS", None, "590000", "472000"),
    ]  # fmt: skip
    assert not any("groups" in price for price in prices)


def test_stock_is_shown_by_branch_and_a_service_has_none(get: Get) -> None:
    stock = get(f"/products/{product_hash(OIL.kodeitem)}/stock").json()
    assert (stock["stock"], stock["unit"], stock["minimum_stock"]) == ("22.5", "BTL", "6")
    assert stock["branches"] == [
        {"branch": "GUDANG", "name": "GUDANG", "stock": "24"},
        {"branch": "TOKO", "name": "Toko Depan", "stock": "-1.5"},
    ]  # fmt: skip
    service = get(f"/products/{product_hash(SERVICE.kodeitem)}/stock").json()
    assert (service["service"], service["stock"], service["branches"]) == (True, None, [])
    assert "minimum_stock" not in get(f"/products/{product_hash(OIL.kodeitem)}/stock", "stock").json()


def test_prices_in_another_currency_are_null(get: Get) -> None:
    found = by_code(get, DOLLAR.kodeitem)
    assert (found["currency"], found["prices"][0]["price"], found["prices"][0]["shown_price"]) == ("USD", None, None)


def test_names_are_shown_as_they_are(get: Get) -> None:
    assert by_code(get, FORMULA.kodeitem)["name"] == FORMULA.namaitem


def test_all_products_are_listed_once_in_pages(get: Get) -> None:
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = get(f"/products?limit=37{cursor and f'&cursor={cursor}'}").json()
        found += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(found) == len(set(found))
    assert set(found) == {item.kodeitem for item in ITEMS}


@pytest.mark.parametrize("rounding", [None, 100])
@pytest.mark.parametrize("level", [None, 1, 2, 3])
@pytest.mark.parametrize("shop", ["inside", "sample"])
def test_every_price_is_the_one_that_the_bot_shows(
    shop: str, rounding: int | None, level: int | None, request: pytest.FixtureRequest
) -> None:
    running: InProcess = request.getfixturevalue(shop)
    running.round_to(rounding)
    call = running.call(level=level)
    compared = 0
    for row in range(len(call.served.catalog.products)):
        product = call.product(row)
        lines = [line.amount for line in price_lines(product, rounding)]
        assert [amount(price, product.matauang) for price in product_record(call, row)["prices"]] == lines
        compared += len(lines)
    assert compared > len(call.served.catalog.products)


def amount(price: dict[str, Any], currency: str | None) -> str:
    shown = price["shown_price"]
    return label_unpriced(currency, short=True) if shown is None else rupiah(Decimal(shown))
