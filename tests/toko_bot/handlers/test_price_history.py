"""Price changes: the history of a product with its chart, and the lists of prices that rose or fell."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import (
    BISCUITS,
    HUGE,
    INDOMIE,
    SHOP,
    SUGAR,
    UNSOLD,
    Change,
    publish_shop,
    with_price,
)

SOON = timedelta(minutes=5)
"""Five minutes from the publication, so that it is still today if midnight passes while the tests run."""
EVENING = datetime(2025, 6, 11, 17, 30, tzinfo=UTC)
"""In the shop's time zone this is the twelfth."""
CHANGES = [
    Change(INDOMIE, "PCS", 1, "2950", "3000", EVENING - timedelta(days=100)),
    Change(INDOMIE, "PCS", 1, "3000", "3150", EVENING),
    Change(INDOMIE, "DUS", 1, None, "115000", EVENING),
    Change(INDOMIE, "BAL", None, "500000", None, EVENING, "1000"),
    *(Change(SUGAR, "BKS", None, str(day), str(day + 1), EVENING + timedelta(days=day), "11") for day in range(1, 99)),
    *(
        Change(item, f"{'&' * 20}{unit}", level, "1", "99999999999999.99", SOON + timedelta(minutes=count))
        for item in HUGE for unit in range(9) for level in range(1, 9) for count in range(2)
    ),
    Change(BISCUITS[0], "BKS", None, "1000", "1500", timedelta(days=-5)),
    Change(BISCUITS[1], "BKS", None, "2000", "1999", SOON),
    Change(BISCUITS[2], "BKS", None, "1000", "900", timedelta(days=-5)),
    Change(BISCUITS[3], "BKS", None, "1000", "900", timedelta(days=-20)),
    Change(UNSOLD, "BTL", None, "300", "200", SOON),
]  # fmt: skip


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("history")
    publish_shop(folder / "data", SHOP, CHANGES)
    with (
        TelegramServer() as server,
        running_bot(server, folder / "data", folder, ALLOWED_CHATS="-1001", ALLOWED_USERS=f"{BUDI},103") as bot,
    ):
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    person = bot.server.user(BUDI, "Budi")
    person.skip()
    return person


def test_a_products_history_is_a_chart_and_each_change_newest_first(budi: Person) -> None:
    history = budi.ask("/riwayat indomie goreng special 85gr")
    assert history.text.splitlines() == [
        "INDOMIE GORENG SPECIAL 85GR",
        "",
        "PCS level 1",
        "12 Jun 2025 – Rp3.000 → Rp3.150 (+5%)",
        "4 Mar 2025 – Rp2.950 → Rp3.000 (+1,7%)",
        "",
        "DUS(40) level 1",
        "12 Jun 2025 – baru: Rp115.000",
        "",
        "BAL s.d. 1.000",
        "12 Jun 2025 – dihapus, sebelumnya Rp500.000",
        "",
        "Harga lainnya tidak berubah.",
        "",
        "Riwayat sejak 2 Jan 2025, dari 321 backup. Tanggalnya: backup pertama dengan harga itu.",
    ]
    assert history.formatted("bold")[1:] == ["PCS level 1", "DUS(40) level 1", "BAL s.d. 1.000"]
    assert history.photo is not None
    with Image.open(io.BytesIO(history.photo.data)) as chart:
        assert chart.format == "PNG"


def test_the_button_on_a_products_page_opens_its_history(budi: Person) -> None:
    found = budi.ask("indomie goreng")
    product = press(budi, "1", found)
    assert product.labels[:4] == ["‹ Kembali", "📷 Foto", "📈 Riwayat", "🧮 Hitung"]
    budi.press("📈 Riwayat", product).answered()
    assert "12 Jun 2025 – Rp3.000 → Rp3.150 (+5%)" in budi.next_message().text
    assert press(budi, "‹ Kembali", product).text == found.text


def test_several_hits_are_a_list_with_pages_and_buttons_that_open_histories(budi: Person) -> None:
    found = budi.ask("/riwayat biskuit kelapa")
    assert found.text.splitlines()[:2] == ["🔎 biskuit kelapa", "📈 Ketuk nomor untuk melihat riwayat harganya."]
    second = press(budi, "›", found)
    assert second.text.splitlines()[1] == "📈 Ketuk nomor untuk melihat riwayat harganya."
    unchanged = {item.namaitem for item in BISCUITS[4:]}
    listed = [line.split(". ") for line in second.text.splitlines() if ". " in line]
    place, name = next((place, name) for place, name in listed if name in unchanged)
    budi.press(place, second).answered()
    history = budi.next_message()
    assert history.text.splitlines() == [name, "", "Harga tidak berubah sejak 2 Jan 2025 (321 backup)."]
    assert history.photo is None


def test_a_long_history_is_cut_to_a_caption_and_says_how_much_is_missing(bot: RunningBot, budi: Person) -> None:
    history = budi.ask("/riwayat gula pasir")
    assert history.text.splitlines()[:4] == [
        "Gula Pasir <Gulaku> & Co 1kg *premium*", "", "BKS 1–11", "18 Sep 2025 – Rp98 → Rp99 (+1%)"
    ]  # fmt: skip
    shown = history.text.count("→")
    assert f"… dan {98 - shown} lagi" in history.text.splitlines()
    budi.press("1", budi.ask("/riwayat raksasa")).answered()
    huge = budi.next_message()
    assert re.search(r"\+\d+ harga lagi", huge.text)
    assert huge.photo is not None
    assert not [error for error in bot.server.error_responses() if "parse" in error or "long" in error]


def test_riwayat_without_a_hit_or_without_a_query_says_so(budi: Person) -> None:
    assert "Tidak ada barang yang cocok" in budi.ask("/riwayat zzzqqqxxx").text
    assert budi.ask("/riwayat").text == "Tulis nama barangnya, misalnya: /riwayat indomie goreng"


def test_prices_that_rose_today_or_in_seven_days_are_listed_and_lead_to_the_product_and_back(budi: Person) -> None:
    today = budi.ask("/naik")
    assert today.text.splitlines()[0] == "🔺 Harga naik hari ini: 12 barang"
    assert "BISKUIT" not in today.text
    assert today.labels[-3:] == ["1/3", "›", "7 hari terakhir"]
    week = press(budi, "7 hari terakhir", today)
    assert week.text.splitlines()[0] == "🔺 Harga naik 7 hari terakhir: 13 barang"
    last = press(budi, "›", press(budi, "›", week))
    assert last.text.splitlines()[-3] == "13. BISKUIT KELAPA Jeruk 1 GR – BKS: Rp1.000 → Rp1.500 (+50%)"
    product = press(budi, "13", last)
    assert product.text.startswith("BISKUIT KELAPA Jeruk 1 GR")
    assert press(budi, "‹ Kembali", product).text == last.text
    assert press(budi, "Hari ini", last).text == today.text


def test_prices_that_fell_are_listed_the_largest_share_first_without_unsold_products(budi: Person) -> None:
    today = budi.ask("/turun")
    assert today.text.splitlines()[:3] == [
        "🔻 Harga turun hari ini: 1 barang", "", "1. BISKUIT KELAPA Apel 2 GR – BKS: Rp2.000 → Rp1.999 (-0,1%)"
    ]  # fmt: skip
    week = press(budi, "7 hari terakhir", today).text.splitlines()
    assert week[2] == "1. BISKUIT KELAPA Mangga 3 GR – BKS: Rp1.000 → Rp900 (-10%)"
    assert week[4].startswith("2. BISKUIT KELAPA Apel")


def test_a_chart_is_sent_again_complete_after_telegram_fails(bot: RunningBot, budi: Person) -> None:
    bot.server.fail("sendPhoto", "502", times=1)
    again = budi.ask("/riwayat gula pasir")
    assert again.photo is not None
    with Image.open(io.BytesIO(again.photo.data)) as chart:
        chart.load()


def test_in_a_listed_group_histories_reply_to_the_member_and_strangers_get_nothing(bot: RunningBot) -> None:
    siti = bot.server.user(SITI, "Siti")
    group = bot.server.group(-1001, "Toko", siti)
    member = bot.server.user(SITI, inside=group)
    member.send("/riwayat@toko_bot indomie goreng special 85gr")
    history = member.next_message()
    assert history.photo is not None
    assert history.reply_to is not None
    member.send("/turun@toko_bot")
    assert "Harga turun" in member.next_message().text
    stranger = bot.server.user(7, "Orang")
    for text in ("/riwayat indomie", "/naik", "/turun"):
        stranger.send(text)
    assert "belum punya akses" in stranger.next_message().text
    stranger.expect_silence(0.3)


def test_buttons_work_in_the_next_catalogue_and_shown_prices_are_rounded_up(tmp_path: Path) -> None:
    publish_shop(tmp_path, SHOP, CHANGES)
    with TelegramServer() as server, running_bot(server, tmp_path, tmp_path / "bot", PRICE_ROUNDING="500") as bot:
        budi = server.user(BUDI, "Budi")
        rose = budi.ask("/naik")
        found = budi.ask("/riwayat biskuit")
        product = press(budi, "1", budi.ask("indomie goreng"))
        cheaper = with_price(INDOMIE, "2500")
        gone = replace(BISCUITS[0], kodeitem="LAIN")
        change = Change(cheaper, "PCS", 1, "3150", "2500", EVENING + timedelta(days=1))
        new = publish_shop(tmp_path, [gone, *BISCUITS[1:], cheaper], [*CHANGES[:4], change])
        bot.wait_for_log(f"Serving {new.name}")
        budi.press("📈 Riwayat", product).answered()
        assert budi.next_message().text.splitlines()[2:6] == [
            "PCS level 1", "13 Jun 2025 – Rp3.500 → Rp2.500 (-28,6%)", "12 Jun 2025 – Rp3.000 → Rp3.500 (+16,7%)", ""
        ]  # fmt: skip
        assert "sudah tidak ada" in budi.press("1", found).answered().text
        assert press(budi, "›", rose).text.startswith("Tidak ada harga yang naik hari ini.")


@pytest.mark.parametrize("data", ["hAAAAAAAA", "vn9.1", "vx1.1", "h", "q0"])
def test_a_forged_button_says_so(budi: Person, data: str) -> None:
    answer = budi.ask("indomie goreng")
    assert budi.forge(data, answer).answered().text or data == "q0"
