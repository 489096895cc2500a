"""What is shared are the prices of the till: of the level, by quantity, with the discounts in force."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pydantic import SecretStr

from tests.toko_bot.bot.pages import served_catalog
from tests.toko_bot.bot.shop import HUGE, INDOMIE, SUGAR, Item, publish_shop
from toko_bot.replies.layout import length
from toko_bot.replies.sharing.pages import shared_text
from toko_bot.replies.sharing.picture import draw_prices
from toko_bot.replies.sharing.prices import SharedPrices, shared_prices
from toko_bot.settings import BotSettings
from toko_core.catalog.live import Served
from toko_core.catalog.photos import LONGEST_SIDE, PIXEL_SIZE
from toko_core.catalog.product_hashes import product_hash
from toko_core.catalog.reference.groups import CustomerGroup
from toko_core.prices.labels import tiers
from toko_core.prices.payable import EVERYBODY, of_level, unit_price
from toko_core.text import rupiah

NOW = datetime.now(ZoneInfo("Asia/Jakarta")).replace(tzinfo=None)
IN_FORCE = {"dari": NOW - timedelta(days=1), "sebelum": NOW + timedelta(days=300)}
PAST = {"dari": NOW - timedelta(days=9), "sebelum": NOW - timedelta(days=1)}
OIL = Item(
    "OLI1", "OLI MESIN",
    [("PCS", "1", 1, "11", "7", "51000"), ("PCS", "1", 1, None, "7", "50000"), ("PCS", "1", 2, None, "7", "42000"),
     ("PCS", "1", 3, None, "7", "33000"), ("DUS", "12", 1, None, "7", "600000")],
)  # fmt: skip
COFFEE = Item("KOPI1", "KOPI", [("PCS", "1", None, "5", "1", "9000"), ("PCS", "1", None, None, "1", "8000")])
WHOLESALE = Item("GROSIR1", "HANYA GROSIR", [("PCS", "1", 2, None, "1", "7000")])
MANY = Item(
    "BANYAK1",
    f"🍜{'&<>' * 90}",
    [(f"{'&' * 6}{n:02}", "1", None, None, "1", f"{99_999_000 + n}.25") for n in range(90)],
)  # fmt: skip
EMOJI = Item("KODE <1>", "🍜🍜", [("PCS", "1", None, None, "1", "1000")])


def discount(item: str, percent: int, **columns: Any) -> dict[str, object]:
    taken = {"pot1": Decimal(percent), "rupiah": Decimal(0)}
    return {"kodeitem": item, "iddiskon": f"D{percent}"} | taken | IN_FORCE | columns


GIFT = {"jumlah_hadiah": Decimal(1), "kelipatan": False, "hadiah": HUGE[0].kodeitem}
REFERENCE = {
    "customer_groups": [
        {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
        {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
        {"kgrup": "GR", "grup": "Grosir", "level": 2, "potongan": None},
        {"kgrup": "RS", "grup": "Reseller", "level": 3, "potongan": Decimal(10)},
    ],
    "discounts": [
        discount("OLI1", 50, kgrup="GR", satuan="PCS"), discount("KOPI1", 10), discount("GULA1", 90, **PAST),
        *(discount("BANYAK1", n, satuan=unit[0]) for n, unit in enumerate(MANY.prices[:40], 1)),
    ],
    "promotions": [
        {"kodeitem": "BANYAK1", "idpromo": f"P{n}", "jumlah": Decimal(n + 1)} | IN_FORCE | GIFT for n in range(60)
    ],
}  # fmt: skip
PAYS = {1: EVERYBODY, 2: CustomerGroup("Grosir", 2, code="GR"), 3: CustomerGroup("Reseller", 3, (Decimal(10),), "RS")}
"""Who pays the prices of each level."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder = tmp_path_factory.mktemp("till")
    publish_shop(folder, [OIL, COFFEE, WHOLESALE, MANY, EMOJI, INDOMIE, SUGAR, *HUGE], reference=REFERENCE)
    return served_catalog(folder / "catalog", folder / "copy")


def settings(rounding: int | None = None) -> BotSettings:
    token = SecretStr("7000000001:" + "A" * 35)
    return BotSettings(telegram_bot_token=token, shop_name="🏪 Toko", price_rounding=rounding)


def shared(served: Served, code: str, level: int = 1, rounding: int | None = None) -> SharedPrices:
    row = served.hashes.find(product_hash(code))
    assert row is not None
    return shared_prices(served, settings(rounding), row, level)


def paid_at_the_till(served: Served, code: str, level: int) -> Iterator[str]:
    """Yield what a customer of a level pays for one unit, in the middle of each range of quantities."""
    row = served.hashes.find(product_hash(code))
    assert row is not None
    product = served.catalog.products.at(row, NOW)
    for tier in tiers(of_level(product, level).prices):
        amount = unit_price(product, tier.price.satuan, (tier.over or Decimal(0)) + 1, PAYS[level])
        assert amount is not None
        yield rupiah(amount)


@pytest.mark.parametrize("level", PAYS)
@pytest.mark.parametrize("code", ["OLI1", "KOPI1", "GULA1", "MIE001"])
def test_every_shared_price_is_what_the_till_asks(served: Served, code: str, level: int) -> None:
    assert [line.amount for line in shared(served, code, level).prices] == list(paid_at_the_till(served, code, level))


def test_a_text_names_quantities_and_the_discount_in_force_and_no_group(served: Served) -> None:
    lines = shared_text(shared(served, "KOPI1")).splitlines()[3:5]
    assert [line.partition(" s.d.")[0] for line in lines] == [
        "🏷 PCS 1–5 Rp9.000 → <b>Rp8.100</b> diskon 10%", "🏷 PCS 6+ Rp8.000 → <b>Rp7.200</b> diskon 10%",
    ]  # fmt: skip
    for level in PAYS:
        text = shared_text(shared(served, "OLI1", level))
        assert not [name for name in ("Umum", "Member", "Grosir", "Reseller", "level") if name in text]
    assert "🏷" not in shared_text(shared(served, "GULA1"))


def test_shown_prices_are_rounded_up_as_on_all_pages(served: Served) -> None:
    assert [line.amount for line in shared(served, "MIE001", 2, 500).prices] == ["Rp3.500", "Rp115.000"]


def test_a_product_without_a_price_of_the_level_has_none(served: Served) -> None:
    assert "Harga belum diisi" in shared_text(shared(served, "GROSIR1")).splitlines()
    assert "PCS Rp7.000" in shared_text(shared(served, "GROSIR1", 2)).splitlines()


@pytest.mark.parametrize("code", ["BANYAK1", HUGE[0].kodeitem])
def test_any_product_fits_into_a_message_and_a_picture(served: Served, code: str) -> None:
    found = shared(served, code)
    assert length(shared_text(found)) <= 4096
    picture = Image.open(io.BytesIO(draw_prices(found, None)))
    assert picture.width == 900
    assert picture.height < 3 * picture.width
    if code == "BANYAK1":
        assert "harga lagi" in shared_text(found)
        assert "promo lagi" in shared_text(found)


def test_pixels_that_are_not_as_many_as_they_say_are_left_out(served: Served) -> None:
    found = shared(served, "OLI1")
    without = draw_prices(found, None)
    for size, count in ((LONGEST_SIDE + 1, 1), 3 * (LONGEST_SIDE + 1)), ((65535, 65535), 9), ((10, 10), 299):
        assert draw_prices(found, PIXEL_SIZE.pack(*size) + bytes(count)) == without
    assert draw_prices(found, PIXEL_SIZE.pack(10, 10) + bytes(300)) != without


def test_a_picture_of_a_name_without_letters_has_the_code(served: Served) -> None:
    found = shared(served, "KODE <1>")
    assert found.name == "🍜🍜"
    assert draw_prices(found, None) == draw_prices(
        SharedPrices(found.shop, found.code, "", found.is_sold, found.prices, found.promotions, found.date), None
    )
