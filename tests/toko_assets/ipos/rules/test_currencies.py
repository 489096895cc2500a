"""Selling prices in other currencies become rupiah, exactly; without a rate none is shown as rupiah."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tests.toko_assets.ipos.test_pricing import frame
from toko_assets.ipos import source_tables as tables
from toko_assets.ipos.pricing import PricedShop, price_shop
from toko_assets.ipos.reference.item_checks import check_currencies

IDR: dict[str, Any] = {"matauang": "IDR", "rate": Decimal(1), "utama": "t"}


def shop(items: list[dict[str, Any]], currencies: list[dict[str, Any]], **hj: Any) -> PricedShop:
    """Items of system O with a price of 12.50, and cost 100.000; `hj` has price rows by kodeitem."""
    base = {"satuan": "PCS", "sistemhargajual": "O", "hargapokok": Decimal(100000), "hargajual1": Decimal("12.50")}
    rows = [{"iddetail": code, "kodeitem": code, "satuan": "PCS", "hargajual": price} for code, price in hj.items()]
    return price_shop(
        tables.SourceTables(
            frame(tables.ITEMS, [{**base, "namaitem": item["kodeitem"], **item} for item in items]),
            frame(tables.UNITS, []),
            frame(tables.PRICES, rows),
            frame(tables.STOCK, []),
            pd.DataFrame(),
            frame(tables.CURRENCIES, currencies),
        )
    )


def priced(
    matauang: str | None, *currencies: dict[str, Any], price: str = "12.50"
) -> tuple[Decimal | None, str | None]:
    """The published price of one item, and the currency that it is said to be in."""
    found = shop([{"kodeitem": "A", "matauang": matauang, "hargajual1": Decimal(price)}], list(currencies))
    amount, currency = found.prices["hargajual"].iloc[0], found.products["matauang"].iloc[0]
    return None if pd.isna(amount) else amount, None if pd.isna(currency) else currency


def usd(rate: Any, code: str = "USD") -> dict[str, Any]:
    return {"matauang": code, "rate": None if rate is None else Decimal(rate), "utama": "f"}


@pytest.mark.parametrize("code", ["USD", "usd ", " Usd"])
def test_a_price_in_another_currency_is_converted_by_its_rate(code: str) -> None:
    assert priced(code, IDR, usd(16000)) == (Decimal(200000), None)


@pytest.mark.parametrize(
    ("price", "rate", "rupiah"),
    [
        ("0.001", "0.05", "0.0001"), ("0.001", "0.0499999", "0"), ("12.345", "16234.56789", "200415.7406"),
        ("99999999.999", "16789.12345678901234567890", "1678912345662.1121"),
    ],
)  # fmt: skip
def test_the_result_is_exact_and_rounded_half_up_to_four_places(price: str, rate: str, rupiah: str) -> None:
    expected = Decimal(rupiah)
    assert priced("USD", IDR, usd(rate), price=price) == (expected if expected else None, None)


def test_price_rows_are_converted_and_costs_are_rupiah_already() -> None:
    items = [
        {"kodeitem": code, "matauang": money, "sistemhargajual": "S"} for code, money in (("A", "USD"), ("B", "IDR"))
    ]
    found = shop(items, [IDR, usd(16000)], A=Decimal("1.25"), B=Decimal(7000))
    assert found.prices["hargajual"].to_list() == [Decimal(20000), Decimal(7000)]
    assert found.prices["hargapokok"].to_list() == [Decimal(100000), Decimal(100000)]


@pytest.mark.parametrize("code", [None, "", " ", "IDR", "idr", "Rp"])
def test_an_empty_currency_and_the_main_one_are_rupiah(code: str | None) -> None:
    assert priced(code, {**IDR, "rate": Decimal(0)}, usd(16000)) == (Decimal("12.5000"), None)


@pytest.mark.parametrize("currencies", [[usd(0)], [usd(None)], [usd(-5)], [usd(10**10)], []])
def test_without_a_usable_rate_there_is_no_price_in_rupiah(currencies: list[dict[str, Any]]) -> None:
    assert priced("USD", IDR, *currencies) == (None, "USD")


def test_a_result_that_the_catalogue_cannot_hold_is_no_price() -> None:
    assert priced("USD", IDR, usd(999_999_999), price="999999999")[0] is None


def test_a_backup_without_currencies_is_priced_as_before() -> None:
    assert priced("USD") == (Decimal("12.5000"), None)


@pytest.mark.parametrize("mark", ["Y", "t", "TRUE", "1"])
def test_the_main_currency_may_be_another_one(mark: str) -> None:
    assert priced("SGD", {"matauang": "SGD", "rate": Decimal(5), "utama": mark}, usd(2)) == (Decimal("12.5000"), None)


def test_if_none_is_marked_as_main_the_one_of_most_items_is() -> None:
    items = [{"kodeitem": code, "matauang": money} for code, money in (("A", "LOKAL"), ("B", "LOKAL"), ("C", "USD"))]
    found = shop(items, [usd(0, "LOKAL"), usd(16000)])
    assert found.prices["hargajual"].to_list() == [Decimal("12.5"), Decimal("12.5"), Decimal(200000)]


def test_the_check_counts_what_is_converted_and_names_what_is_not() -> None:
    items = [
        {"kodeitem": "A", "matauang": "USD"}, {"kodeitem": "B", "matauang": "EUR"},
        {"kodeitem": "C", "matauang": "IDR"}, {"kodeitem": "D", "matauang": "EUR", "statushapus": "Y"},
    ]  # fmt: skip
    outcome = check_currencies(shop(items, [IDR, usd(16000)]))
    assert (outcome.passed, outcome.blocking, outcome.found) == (False, False, 1)
    assert outcome.rows.to_dict("records") == [{"kodeitem": "B", "namaitem": "B", "matauang": "EUR"}]
    assert outcome.summary.startswith(
        "2 items have prices in another currency: 1 are converted (USD × 16000), 1 have no usable rate"
    )
    assert check_currencies(shop(items[2:3], [IDR])).passed
