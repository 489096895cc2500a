"""What a page has of a product: the same amounts as the bot's page and `toko search`, for everybody."""

import io
import re
from collections.abc import Iterator
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from rich.console import Console

from tests.toko_bot.bot.pages import TAG, served_catalog
from tests.toko_web.full_shop import publish_goods
from toko_assets.cli.search_view import show_products
from toko_bot.replies import price_lines, product_page
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.people import View
from toko_core.people.shown import asked_now
from toko_core.prices.payable import round_amount
from toko_core.text import rupiah
from toko_web.catalogue.product import ProductPage, make_page, read_stored

VIEWS = (
    View(cost=True), View(), View(level=2),
    View(stock=False, level=1), View(stock=False, level=2), View(stock=False, level=3),
)  # fmt: skip
"""Owners, the staff, somebody of the staff with one level, and customers of three levels."""
ROUNDINGS, ZONE = (None, 100), ZoneInfo("Asia/Jakarta")
AMOUNT = re.compile(r"Rp\d[\d.]*(?:,\d+)?")


@pytest.fixture(scope="module", params=["full", "random"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("shop")
    publish_goods(folder, request.param)
    return served_catalog(folder / "catalog", folder / "copy")


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot's page be longer than a message of Telegram, so that nothing is left out of it."""
    for name in ("PRICE_CHARACTERS", "STOCK_CHARACTERS", "OFFER_CHARACTERS", "BARCODE_CHARACTERS"):
        monkeypatch.setattr(product_page, name, 1_000_000)
    monkeypatch.setattr(price_lines, "MOST_GROUP_PRICES", 1_000)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_everybody_is_shown_the_amounts_and_the_stock_of_the_bots_page(served: Served, rounding: int | None) -> None:
    settings = BotSettings(telegram_bot_token=SecretStr("7000000001:" + "A" * 35), price_rounding=rounding)
    compared, step = 0, 1 if rounding is None else 7
    for row in range(0, len(served.catalog.products), step):
        for view in VIEWS if row % 3 == 0 else (VIEWS[0], VIEWS[1 + row % 5]):
            page = shown_page(served, row, view, rounding)
            said = product_page.product_page(served, settings, row, view=view).text
            text = unescape(TAG.sub("", said))
            assert sorted(amounts(page)) == sorted(AMOUNT.findall(text)), (page.name, view)
            assert ("Dijual di bawah modal" in text) == (page.owners is not None and page.owners.is_below_cost)
            assert (page.stock is not None) == view.stock
            compared += 1
    assert compared > 2 * len(served.catalog.products) // step


def test_owners_are_shown_the_prices_and_costs_of_toko_search(served: Served) -> None:
    for row in range(len(served.catalog.products)):
        page = shown_page(served, row, View(cost=True), None)
        product = asked_now(served.catalog.products, row, View(cost=True), ZONE)
        terminal = Console(file=io.StringIO(), width=200, color_system=None)
        show_products([product], terminal, served.catalog.products)
        assert isinstance(terminal.file, io.StringIO)
        searched = set(AMOUNT.findall(terminal.file.getvalue()))
        assert searched <= {*amounts(page), *exact_costs(page)}, page.name


def shown_page(served: Served, row: int, view: View, rounding: int | None) -> ProductPage:
    stored = read_stored(served, row, view, rounding, "")
    return make_page(served, row, view, rounding, ZONE, stored)


def amounts(page: ProductPage) -> Iterator[str]:
    """Yield each amount of a page, as often as it has it."""
    for line in page.offers:
        yield line.before
        yield line.amount
        yield from AMOUNT.findall(line.offer)
    for text in page.promotions:
        yield from AMOUNT.findall(text)
    for price in page.prices:
        shown, cost = price.shown, price.cost
        yield from (rupiah(amount) for amount in (shown.amount, shown.reduced) if amount is not None)
        if shown.per_base_unit is not None:
            yield rupiah(round_amount(shown.per_base_unit, None))
        yield from (rupiah(paid.amount) for paid in shown.groups)
        if cost is not None:
            yield from (rupiah(cost.in_ipos),) if cost.in_ipos is not None else ()
            yield from (
                rupiah(round_amount(abs(amount), None)) for amount in (cost.cost, cost.margin) if amount is not None
            )


def exact_costs(page: ProductPage) -> Iterator[str]:
    """Yield what the terminal shows to the cent."""
    for price in page.prices:
        if price.cost is not None and price.cost.cost is not None:
            yield rupiah(price.cost.cost)
