"""Pages for somebody who sees one price level, and perhaps no stock: only what customers of that level pay."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from pydantic import SecretStr

from tests.toko_bot.bot.pages import TAG, served_catalog
from tests.toko_bot.bot.shop import FILLER, INDOMIE, SUGAR, Change, Item, publish_shop
from toko_bot.replies.buttons import Calculate, Moves, Results, unit_hash
from toko_bot.replies.history_page import history_page
from toko_bot.replies.layout import Page
from toko_bot.replies.lists import results_page
from toko_bot.replies.moves_page import moves_page
from toko_bot.replies.product_page import product_page
from toko_bot.replies.quantities.calculation import calculation_page
from toko_bot.replies.sharing.pages import share_page
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.product_hashes import product_hash
from toko_core.people import View
from toko_core.prices.payable import exact_amount, of_level

SETTINGS = BotSettings(telegram_bot_token=SecretStr("7000000001:" + "A" * 35))
GROUPS = [
    {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
    {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
    {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
    {"kgrup": "RS", "grup": "Reseller", "level": 3, "potongan": Decimal(10)},
]
OIL = Item(
    "OLI1", "OLI MESIN",
    [("PCS", "1", 1, None, "7", "51000"), ("PCS", "1", 2, None, "7", "42000"), ("PCS", "1", 3, None, "7", "33000"),
     ("DUS", "12", 1, None, "7", "600000")],
    stock=[("TOKO", "77")],
)  # fmt: skip
IN_FORCE = {"dari": datetime(2020, 1, 1), "sebelum": datetime(2100, 1, 1), "rupiah": Decimal(0)}
DISCOUNTS = [{"kodeitem": "OLI1", "iddiskon": "D1", "pot1": Decimal(50), "kgrup": "GR", "satuan": "PCS"} | IN_FORCE]
JUST_BEFORE = timedelta(seconds=-1)
CHANGES = [
    Change(OIL, "PCS", level, before, after, JUST_BEFORE)
    for level, before, after in ((1, "50000", "51000"), (2, "41000", "42000"), (3, "32000", "33000"))
] + [Change(OIL, "DUS", 1, "590000", "600000", JUST_BEFORE)]
AMOUNT = re.compile(r"Rp(\d[\d.]*(?:,\d+)?)")
LEVELS = (1, 2, 3, 4)
PAID = {
    1: {"51.000", "600.000", "50.000"},
    2: {"42.000", "21.000", "600.000", "50.000"},
    3: {"29.700", "540.000", "45.000"},
    4: {"51.000", "600.000", "50.000"},
}
"""What customers of each level pay for OIL, and what that is for one piece of a carton. Level 4 has neither prices nor
groups. Half of the price of level 2 is taken off, for its only group."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("levels")
    reference = {"customer_groups": GROUPS, "discounts": DISCOUNTS}
    publish_shop(folder, [OIL, INDOMIE, SUGAR, *FILLER], CHANGES, reference=reference)
    return served_catalog(folder / "catalog", folder / "copy")


def row_of(served: Served, code: str) -> int:
    row = served.hashes.find(product_hash(code))
    assert row is not None
    return row


def text_of(page: Page) -> str:
    return unescape(TAG.sub("", page.text))


def pages(served: Served, view: View) -> dict[str, str]:
    """Every page that shows prices of OIL."""
    row = row_of(served, "OLI1")
    return {
        "list": text_of(results_page(served, SETTINGS, Results(1, "oli mesin"), view)[0]),
        "quantity": text_of(results_page(served, SETTINGS, Results(1, "oli mesin 1 pcs"), view)[0]),
        "product": text_of(product_page(served, SETTINGS, row, view=view, query="oli mesin 1 pcs")),
        **{
            f"shared {level}": text_of(share_page(served, SETTINGS, row, view, level, for_colleagues=True))
            for level in (None, 1, 2, 3, 9)
        },
        **{
            f"calculation {unit} {level}": text_of(
                calculation_page(
                    served, SETTINGS, row, view, Calculate(product_hash("OLI1"), unit_hash(unit), Decimal(1), level)
                )
            )
            for unit in ("PCS", "DUS", "?")
            for level in (None, 1, 2, 3)
        },
    }


@pytest.mark.parametrize("level", LEVELS)
def test_every_page_shows_only_what_customers_of_the_level_pay(served: Served, level: int) -> None:
    for name, text in pages(served, View(level=level)).items():
        amounts = set(AMOUNT.findall(text))
        assert amounts, name
        assert amounts <= PAID[level], name
        assert not re.search(r"Umum|Member|Grosir|Reseller|lv \d", text), name


@pytest.mark.parametrize("level", LEVELS)
def test_a_button_for_another_level_shows_the_viewers_own(served: Served, level: int) -> None:
    texts = pages(served, View(level=level))
    for unit in ("PCS", "DUS"):
        same = {text for name, text in texts.items() if name.startswith(f"calculation {unit}")}
        assert len(same) == 1


def test_staff_may_choose_the_level(served: Served) -> None:
    texts = pages(served, View())
    assert "🧮 1 PCS × Rp51.000 = Rp51.000\nHarga Umum" in texts["calculation PCS None"]
    assert "🧮 1 PCS × Rp21.000 = Rp21.000\n🏷 diskon 50%" in texts["calculation PCS 2"]
    assert "🧮 1 PCS × Rp29.700 = Rp29.700\nHarga Reseller" in texts["calculation PCS 3"]


@pytest.mark.parametrize(("level", "changed"), [(1, "51.000"), (2, "42.000"), (3, "33.000"), (4, "51.000")])
def test_price_changes_are_those_of_the_level(served: Served, level: int, changed: str) -> None:
    view = View(level=level)
    history = text_of(history_page(served, SETTINGS, row_of(served, "OLI1"), view))
    moves = text_of(moves_page(served, SETTINGS, Moves("naik", 1, 1), view))
    for text in (history, moves):
        after = set(re.findall(r"→ Rp([\d.]+)", text))
        assert after == {changed, "600.000"}
    assert len(set(re.findall(r"→ Rp([\d.]+)", text_of(moves_page(served, SETTINGS, Moves("naik", 1, 1), View()))))) > 2


@pytest.mark.parametrize("view", [View(stock=False), View(stock=False, level=1)])
def test_without_stock_no_page_has_figures_or_says_that_it_is_out(served: Served, view: View) -> None:
    for query in ("oli mesin", "gula pasir"):
        with_stock = text_of(results_page(served, SETTINGS, Results(1, query), View())[0])
        without = text_of(results_page(served, SETTINGS, Results(1, query), view)[0])
        assert re.search(r"stok \d|habis", with_stock)
        assert not re.search(r"stok|habis", without)
    for code in ("OLI1", "GULA1", "ISI0"):
        page = text_of(product_page(served, SETTINGS, row_of(served, code), view=view))
        assert not re.search(r"[Ss]tok|habis|\b77\b", page)


def test_the_product_of_a_level_has_the_amounts_of_its_pages(served: Served) -> None:
    product = served.catalog.products.at(row_of(served, "OLI1"), datetime(2026, 1, 1))
    for level in LEVELS:
        seen = of_level(product, level)
        amounts = {exact_amount(price, seen) for price in seen.prices}
        assert amounts <= {Decimal(amount.replace(".", "")) for amount in PAID[level]}
