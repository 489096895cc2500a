"""The owners' lists of what sells: /laris, /lambat, and /habis with sales."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import FILLER, Item, PriceRow, publish_shop


def priced(cost: str | None, *, unit: str = "PCS", conversion: str | None = "1") -> list[PriceRow]:
    return [(unit, conversion, None, None, cost, "9000")]


GOODS = {"jasa": False}
BEST = Item("A1", "INDOMIE GORENG", priced("2500"), stock=[("TOKO", "0")], fields=GOODS)
SECOND = Item("A2", "GULA PASIR 1KG", priced("14000"), stock=[("TOKO", "-2"), ("GDG", "1")], fields=GOODS)
RETURNED = Item("A3", "TEH KOTAK", priced("3000"), stock=[("TOKO", "5")], fields=GOODS)
IDLE = Item("B1", "CAT TEMBOK 5KG", priced("80000.5"), stock=[("TOKO", "3"), ("GDG", "10")], fields=GOODS)
CARTON = Item("B2", "PAKU 5CM", priced("120000", unit="DUS", conversion="24"), stock=[("TOKO", "2.5")], fields=GOODS)
NO_COST = Item("B3", "KUAS 2IN", priced(None), stock=[("TOKO", "4")], fields=GOODS)
NEVER_SOLD = Item("C1", "SAPU LIDI", priced("5000"), stock=[("TOKO", "0")], fields=GOODS)
ITEMS = [BEST, SECOND, RETURNED, IDLE, CARTON, NO_COST, NEVER_SOLD, *FILLER]
SALES = {"A1": (5, 40, "12", "1400.5"), "A2": (9, 30, "9", "30"), "A3": (0, 1, "0", "0")}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("sales")
    publish_shop(folder / "data", ITEMS, sales=SALES)
    with TelegramServer() as server, running_bot(server, folder / "data", folder) as bot:
        yield bot


@pytest.fixture
def siti(bot: RunningBot) -> Person:
    return bot.server.user(SITI, "Siti")


def lines_of(text: str, name: str) -> list[str]:
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if name in line)
    return lines[start : start + 2]


def test_the_best_sellers_are_those_on_the_most_receipts_of_90_or_of_7_days(siti: Person) -> None:
    answer = siti.ask("/laris")
    assert answer.text.splitlines()[0] == "Paling laris, 90 hari: 3"
    assert lines_of(answer.text, "INDOMIE") == ["1. INDOMIE GORENG", "40 struk · laku 1.400,5 PCS"]
    assert lines_of(answer.text, "GULA")[0].startswith("2. ")
    assert "Penjualan s.d. " in answer.text
    week = press(siti, "7 hari", answer).text
    assert week.splitlines()[0] == "Paling laris, 7 hari: 2"
    assert lines_of(week, "GULA") == ["1. GULA PASIR 1KG", "9 struk · laku 9 PCS"]
    assert press(siti, "90 hari", siti.messages[-1]).text == answer.text


def test_goods_that_do_not_sell_are_listed_by_the_money_that_lies_in_them(siti: Person) -> None:
    text = siti.ask("/lambat").text
    first, second, third = (line for line in text.splitlines() if line[:2] in {"1.", "2.", "3."} and "Rp" not in line)
    assert (first, second, third) == ("1. CAT TEMBOK 5KG", "2. PAKU 5CM", "3. KUAS 2IN")
    assert lines_of(text, "CAT TEMBOK")[1] == "stok 13 PCS · modal Rp1.040.007"  # 13 x 80,000.5 = 1,040,006.5
    assert lines_of(text, "PAKU")[1] == "stok 2,5 DUS · modal Rp12.500"
    assert lines_of(text, "KUAS")[1] == "stok 4 PCS · modal belum diisi"
    assert "Modal: Rp1.052.507" in text
    assert "TEH KOTAK" not in text


def test_out_of_stock_are_first_those_that_people_buy_and_by_a_button_all(siti: Person) -> None:
    answer = siti.ask("/habis")
    assert answer.text.splitlines()[0] == "Stok habis, laku 90 hari terakhir: 2"
    assert "SAPU LIDI" not in answer.text
    everything = press(siti, "Semua yang habis", answer).text
    assert everything.splitlines()[0] == "Stok habis: 3"
    assert "SAPU LIDI" in everything


def test_what_is_out_of_stock_is_listed_by_category_with_the_minimum_stock(tmp_path: Path) -> None:
    def item(code: str, name: str, category: str | None, stock: str, least: object) -> Item:
        fields = GOODS | {"stokmin": least}
        return Item(code, name, priced("2500"), stock=[("TOKO", stock)], jenis=category, fields=fields)

    goods = [
        item("1", "ZAITUN", "minyak", "0", Decimal("2.5")), item("2", "TEH", "MINUMAN", "-3", Decimal(24)),
        item("3", "KOPI", "MINUMAN", "0", None), item("4", "LEM", None, "0", Decimal(0)),
        item("5", "SAPU", "ALAT", "0", Decimal(6)), item("6", "SABUN", "ALAT", "4", Decimal(6)),
    ]  # fmt: skip
    publish_shop(tmp_path / "data", goods, sales=dict.fromkeys("12346", (1, 1, "1", "1")))
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path):
        siti = server.user(SITI, "Siti")
        sold = siti.ask("/habis")
        everything = press(siti, "Semua yang habis", sold).text
    lists = [text.partition("\n\n")[2].splitlines() for text in (sold.text, everything)]
    assert lists[0] == [
        "MINUMAN", "1. KOPI", "stok 0", "2. TEH", "stok -3 · minimum 24 PCS", "",
        "minyak", "3. ZAITUN", "stok 0 · minimum 2,5 PCS", "",
        "Tanpa jenis", "4. LEM", "stok 0",
    ]  # fmt: skip
    assert lists[1][:4] == ["ALAT", "1. SAPU", "stok 0 · minimum 6 PCS", ""]


def test_the_lists_open_products_and_come_back(siti: Person) -> None:
    answer = siti.ask("/lambat")
    assert press(siti, "1", answer).text.startswith("CAT TEMBOK 5KG")
    assert press(siti, "‹ Kembali", siti.messages[-1]).text == answer.text


def test_the_staff_see_no_list(bot: RunningBot) -> None:
    budi = bot.server.user(BUDI, "Budi")
    for command in ("/laris", "/lambat"):
        assert "hanya untuk pemilik" in budi.ask(command).text
    answer = budi.ask("indomie")
    for data in ("rlaris.1", "rlambat.1", "rhabissemua.1", "rlarisminggu.1"):
        assert "hanya untuk pemilik" in budi.forge(data, answer).answered().text


def test_without_sales_the_lists_say_how_to_get_them_and_habis_is_as_before(tmp_path: Path) -> None:
    publish_shop(tmp_path / "data", ITEMS)
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path):
        siti = server.user(SITI, "Siti")
        for command in ("/laris", "/lambat"):
            assert "Data penjualan belum ada" in siti.ask(command).text
        answer = siti.ask("/habis")
        assert answer.text.splitlines()[0] == "Stok habis: 3"
        assert "Semua yang habis" not in answer.labels
