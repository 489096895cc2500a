"""Discounts for a time and promotions in the bot's answers, in the shop's time zone."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import opened
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import COST, FILLER, HUGE, INDOMIE, Item, publish_shop
from toko_core.catalog.store import digest_file
from toko_core.text import MONTHS

NOW = datetime.now(ZoneInfo("Asia/Jakarta")).replace(tzinfo=None)
TODAY = datetime.combine(NOW, time())
LAST_DAY = TODAY + timedelta(days=20)
UNTIL = f"s.d. {LAST_DAY.day} {MONTHS[LAST_DAY.month - 1]}"
IN_FORCE = {"dari": TODAY - timedelta(days=10), "sebelum": LAST_DAY + timedelta(days=1)}
COFFEE = Item(
    "KOPI1", "KOPI TUBRUK", [("PCS", "1", None, None, COST, "10000"), ("DUS", "24", None, None, "1", "230000")]
)
OIL = Item("OLI1", "OLI MESIN", [("PCS", "1", 1, None, "1", "50000"), ("PCS", "1", 2, None, "1", "40000")])
TEA = Item("TEH1", "TEH <CELUP>", [("KTK", "1", None, None, "1", "8000")])
SUGAR = Item("GULA2", "GULA & MANIS", [("BKS", "1", None, None, "1", "17000")])
RICE = Item("BERAS1", "BERAS PULEN", [("KG", "1", None, None, "1", "15000")])
SOAP = Item("SABUN1", "SABUN BATANG", [("PCS", "1", None, None, "1", "4000")])
MANY = Item(
    "BANYAK1", f"BARANG BANYAK {'&<>' * 30}",
    [(f"{'&' * 6}{unit:02}", "1", None, None, "1", f"{99_999_000 + unit}.25") for unit in range(60)],
)  # fmt: skip
ITEMS = [COFFEE, OIL, TEA, SUGAR, RICE, SOAP, MANY, INDOMIE, *HUGE, *FILLER]


def discount(item: str, code: str, percent: str = "0", **columns: Any) -> dict[str, object]:
    return {"kodeitem": item, "iddiskon": code, "pot1": Decimal(percent), "rupiah": Decimal(0)} | IN_FORCE | columns


def promotion(item: str, code: str, **columns: Any) -> dict[str, object]:
    gift = {"jumlah_hadiah": Decimal(1), "kelipatan": False}
    return {"kodeitem": item, "idpromo": code} | gift | IN_FORCE | columns


REFERENCE = {
    "customer_groups": [
        {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
        {"kgrup": "MB", "grup": "Member", "level": 1, "potongan": Decimal(5)},
        {"kgrup": "GR", "grup": "Grosir <B>", "level": 2, "potongan": None},
    ],
    "discounts": [
        discount("KOPI1", "D1", "10", satuan="PCS"),
        discount("OLI1", "D2", "20", kgrup="GR"),
        discount("GULA2", "D7", "20", kgrup="GR"),
        discount("TEH1", "D3", "50", dari=TODAY + timedelta(days=2)),
        discount("TEH1", "D4", "50", sebelum=TODAY - timedelta(days=1)),
        discount(
            "BERAS1", "D5", "10",
            jam_dari=(NOW - timedelta(minutes=30)).time(), jam_sampai=(NOW + timedelta(minutes=60)).time(),
        ),
        discount("SABUN1", "D6", "2.5", rupiah=Decimal(500)),
        *(discount("BANYAK1", f"M{n:02}", f"{n % 40 + 1}.125", satuan=unit[0]) for n, unit in enumerate(MANY.prices)),
        *(discount("BANYAK1", f"G{n:02}", f"{n % 40 + 2}.125", kgrup="GR", prioritas=n) for n in range(9)),
    ],
    "promotions": [
        promotion("TEH1", "P1", satuan="KTK", jumlah=Decimal(2), satuan_hadiah="KTK", kelipatan=True),
        promotion("TEH1", "P2", jumlah=Decimal(3), hadiah="GULA2", satuan_hadiah="BKS", harga=Decimal(1000)),
        promotion("TEH1", "P3", jumlah=Decimal(1), sebelum=TODAY - timedelta(days=1)),
        *(promotion("BANYAK1", f"P{n:02}", jumlah=Decimal(n + 1), hadiah=HUGE[0].kodeitem) for n in range(60)),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offers")
    publish_shop(folder, ITEMS, reference=REFERENCE)
    return folder


@pytest.fixture(scope="module")
def bot(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("bot")
    with TelegramServer() as server, running_bot(server, data, folder, SHOP_TIMEZONE="Asia/Jakarta") as bot:
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    return bot.server.user(BUDI, "Budi")


def test_a_list_shows_the_new_and_the_old_price_and_how_old_the_data_is(budi: Person) -> None:
    found = budi.ask("kopi tubruk")
    assert "🏷 Rp9.000/PCS dari Rp10.000 · DUS(24) Rp230.000" in found.text.splitlines()
    assert found.text.splitlines()[-1].startswith("Diperbarui ")


def test_a_page_has_the_discount_at_its_top_and_below_the_price(budi: Person) -> None:
    page = opened(budi, "kopi tubruk")
    assert page.text.splitlines()[:5] == [
        "KOPI TUBRUK",
        f"🏷 PCS Rp10.000 → Rp9.000 diskon 10% {UNTIL}",
        "",
        "PCS                   Rp10.000",
        "  diskon               Rp9.000",
    ]
    assert "  Member −5%         Rp218.500" in page.text.splitlines()
    assert "Rp9.500" not in page.text, "a member pays the lower price, not both"
    assert "Rp9.000" in page.formatted("bold")
    assert any(line.startswith("Diperbarui ") for line in page.text.splitlines())


def test_an_owner_sees_the_margin_of_the_list_price_and_staff_no_cost(budi: Person, siti: Person) -> None:
    assert "  laba          Rp7.388 282,8%" in opened(siti, "kopi tubruk").text.splitlines()
    assert COST not in opened(budi, "kopi tubruk").text.replace(".", "")


def test_rupiah_and_percents_are_both_named(budi: Person) -> None:
    assert f"🏷 PCS Rp4.000 → Rp3.413 diskon Rp500 + 2,5% {UNTIL}" in opened(budi, "sabun batang").text.splitlines()
    assert "🏷 Rp3.413/PCS dari Rp4.000" in budi.ask("sabun batang").text.splitlines()


def test_a_discount_of_a_group_has_its_name(budi: Person) -> None:
    assert f"🏷 BKS Grosir <B> Rp17.000 → Rp13.600 diskon 20% {UNTIL}" in opened(budi, "gula & manis").text
    assert "🏷" not in budi.ask("gula & manis").text, "a list has the price that everybody pays"
    page = opened(budi, "oli mesin").text.splitlines()
    assert f"🏷 PCS Grosir <B> Rp40.000 → Rp32.000 diskon 20% {UNTIL}" in page
    assert "  Grosir <B> diskon   Rp32.000" in page
    assert not any(line.startswith("🏷 PCS Umum") for line in page)


def test_promotions_say_what_one_gets(budi: Person) -> None:
    wanted = {
        f"🎁 beli 2 KTK gratis 1 KTK {UNTIL} (berlaku kelipatan)",
        f"🎁 beli 3 tebus murah Rp1.000: 1 BKS GULA & MANIS {UNTIL}",
    }
    lines = opened(budi, "teh celup").text.splitlines()
    assert wanted == {line for line in lines if line.startswith("🎁")}
    assert "KTK                    Rp8.000" in lines
    assert "Rp8.000/KTK · 🎁 promo" in budi.ask("teh celup").text.splitlines()


def test_past_and_future_discounts_are_not_shown(budi: Person) -> None:
    assert "🏷" not in budi.ask("teh celup").text


def test_strangers_get_the_price_that_everybody_pays_in_a_shared_text(budi: Person) -> None:
    query = budi.inline("kopi tubruk")
    (result, *_) = query.answered()
    assert f"PCS Rp9.000 (diskon 10% {UNTIL}, dari Rp10.000)" in result.description
    sent = budi.choose(query)
    assert f"🏷 PCS Rp10.000 → Rp9.000 diskon 10% {UNTIL}" in sent.text.splitlines()
    assert "Member" not in sent.text
    assert COST not in sent.text.replace(".", "")
    of_sugar = budi.inline("gula & manis")
    of_sugar.answered()
    assert "🏷" not in budi.choose(of_sugar).text, "only a group gets the discount"
    of_tea = budi.inline("teh celup")
    of_tea.answered()
    assert "🎁 beli 2 KTK gratis 1 KTK" in budi.choose(of_tea).text


@pytest.mark.parametrize("asks", ["Budi", "Siti"])
def test_sixty_discounts_and_promotions_fit_into_one_message(bot: RunningBot, asks: str) -> None:
    person = bot.server.user(BUDI if asks == "Budi" else SITI, asks)
    found = person.ask("barang banyak")
    assert found.text.count("🏷") >= 1
    page = opened(person, "barang banyak")
    assert 300 < len(page.text) <= 4096
    assert page.text.count("🏷") >= 3
    query = person.inline("barang banyak")
    query.answered()
    assert 1000 < len(person.choose(query).text) <= 4096


def test_hours_are_those_of_the_shops_zone(budi: Person, data: Path, tmp_path: Path) -> None:
    """They began half an hour ago in Jakarta and last one more: in Jayapura, two hours ahead, they are over."""
    assert "🏷 KG Rp15.000 → Rp13.500 diskon 10% jam" in opened(budi, "beras pulen").text
    assert "🏷 Rp13.500/KG dari Rp15.000" in budi.ask("beras pulen").text.splitlines()
    with TelegramServer() as server, running_bot(server, data, tmp_path, SHOP_TIMEZONE="Asia/Jayapura"):
        found = server.user(BUDI, "Budi").ask("beras pulen")
    assert "Rp15.000/KG" in found.text.splitlines()
    assert "🏷" not in found.text


def test_a_shown_discount_is_rounded_up_to_price_rounding(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path, PRICE_ROUNDING="500"):
        found = server.user(BUDI, "Budi").ask("sabun batang")
    assert "🏷 Rp3.500/PCS dari Rp4.000" in found.text.splitlines()


def test_old_data_warns_in_place_of_the_time(tmp_path: Path) -> None:
    publish_shop(tmp_path / "data", ITEMS, reference=REFERENCE, age=timedelta(days=9))
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path / "bot"):
        lines = server.user(BUDI, "Budi").ask("kopi tubruk").text.splitlines()
    assert lines[-1].startswith("⚠️ Data lama: ")


def test_a_catalogue_without_the_tables_gives_the_answers_of_before(tmp_path: Path) -> None:
    groups = {"customer_groups": REFERENCE["customer_groups"]}
    answers = []
    for name, drops in (("without", True), ("empty", False)):
        file = publish_shop(tmp_path / name, ITEMS, reference=groups)
        if drops:
            with duckdb.connect(file) as connection:
                connection.execute("DROP TABLE discounts; DROP TABLE promotions")
            digest_file(file).unlink()  # an earlier version wrote none
        with TelegramServer() as server, running_bot(server, tmp_path / name, tmp_path / f"bot-{name}"):
            budi = server.user(BUDI, "Budi")
            answers.append(
                [budi.ask("kopi tubruk").text, opened(budi, "kopi tubruk").text.rpartition("Diperbarui ")[0]]
            )
    assert answers[0] == answers[1]
    assert answers[0][0].splitlines() == [
        "🔎 kopi tubruk", "", "1. KOPI TUBRUK", "Rp10.000/PCS · DUS(24) Rp230.000",
    ]  # fmt: skip
    assert answers[0][1].splitlines()[:8] == [
        "KOPI TUBRUK",
        "",
        "PCS                   Rp10.000",
        "  Member −5%           Rp9.500",
        "DUS(24)              Rp230.000",
        "                 ≈ Rp9.583/PCS",
        "  Member −5%         Rp218.500",
        "",
    ]
