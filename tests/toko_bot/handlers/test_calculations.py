"""The button "Hitung" on a product's page: what a quantity costs, with − / + and units."""

import pytest

from tests.servers.telegram import Message, Person
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import RunningBot

LONG_QUERY = "indomie goreng yang biasa dibeli ibu warung sebelah setiap hari senin"


def calculation(message: Message) -> list[str]:
    return [line for line in message.text.splitlines() if line.startswith(("🧮", "💡", "Harga"))]


def test_quantities_units_and_levels_are_chosen_by_buttons_and_the_way_back_is_kept(budi: Person) -> None:
    found = budi.ask("indomie goreng special")
    product = press(budi, "1", found)
    page = press(budi, "🧮 Hitung", product)
    assert calculation(page) == ["🧮 1 PCS × Rp3.150 = Rp3.150", "Harga level 1"]
    assert [[button.text for button in row] for row in page.rows] == [
        ["−10", "−", "+", "+10"], ["✓ PCS", "DUS"], ["✓ level 1", "level 2"], ["‹ Kembali"],
    ]  # fmt: skip
    page = press(budi, "+10", press(budi, "+", page))
    assert calculation(page)[0] == "🧮 12 PCS × Rp3.150 = Rp37.800"
    page = press(budi, "level 2", page)
    assert calculation(page) == ["🧮 12 PCS × Rp3.050,5 = Rp36.606", "Harga level 2"]
    page = press(budi, "DUS", page)
    assert calculation(page) == ["🧮 12 DUS × Rp115.000 = Rp1.380.000", "Harga level 2"], "no carton of level 2"
    page = press(budi, "−10", page)
    assert calculation(page)[0] == "🧮 2 DUS × Rp115.000 = Rp230.000"
    assert press(budi, "‹ Kembali", press(budi, "‹ Kembali", page)).text == found.text


def test_a_quantity_never_falls_to_nothing(budi: Person) -> None:
    page = press(budi, "🧮 Hitung", press(budi, "1", budi.ask("indomie goreng special")))
    budi.press("−", page).answered()
    budi.press("−10", page).answered()
    page = press(budi, "+", page)
    assert calculation(page)[0].startswith("🧮 2 PCS")


def test_the_quantity_of_a_search_is_where_hitung_begins(budi: Person) -> None:
    product = press(budi, "1", budi.ask("gula pasir 11 bungkus"))
    page = press(budi, "🧮 Hitung", product)
    assert calculation(page) == [
        "🧮 11 BKS × Rp17.500 = Rp192.500", "💡 Beli 12 BKS jadi Rp17.200/BKS, hemat Rp3.600",
    ]  # fmt: skip
    page = press(budi, "+", page)
    assert calculation(page) == [
        "🧮 12 BKS × Rp17.200 = Rp206.400", "💡 Beli 40 BKS jadi Rp16.900/BKS, hemat Rp12.000",
    ]  # fmt: skip


def test_a_query_too_long_for_a_button_leads_back_too(budi: Person) -> None:
    found = budi.ask(LONG_QUERY)
    page = press(budi, "+", press(budi, "🧮 Hitung", press(budi, "1", found)))
    assert all(len(button.data.encode()) <= 64 for button in page.buttons)
    assert press(budi, "‹ Kembali", press(budi, "‹ Kembali", page)).text == found.text


def test_only_units_with_a_price_are_calculated(budi: Person) -> None:
    unpriced = press(budi, "1", budi.ask("teh tanpa harga"))
    page = press(budi, "🧮 Hitung", unpriced)
    assert calculation(page) == ["🧮 1 LSN × Rp9.000 = Rp9.000"], "only its dozen has a price"


@pytest.mark.parametrize(
    "forged",
    ["j", "jAAAAAAAA", "jAAAAAAAAaaaa1", "jAAAAAAAAaaaa0", "jAAAAAAAAaaaa1l", "jAAAAAAAAaaaa1bx", "j--------aaaa1"],
)
def test_a_forged_button_says_so(bot: RunningBot, budi: Person, forged: str) -> None:
    answer = budi.ask("indomie")
    assert budi.forge(forged, answer).answered().text
    assert "Traceback" not in bot.log
