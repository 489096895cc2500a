"""Fields of an item in the bot's answers: stock 0, prices in other currencies, and what only owners see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from telegram.constants import MessageLimit

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import page_lines, press
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import COST, FILLER, HUGE, LOSS, Item, PriceRow, Rows, publish_shop
from toko_core.catalog.schema import ADDED_COLUMNS
from toko_core.catalog.store import digest_file

GROUP = -1001
PRICE: list[PriceRow] = [("PCS", "1", None, None, COST, "9000")]
GOODS, SERVICE = {"jasa": False}, {"jasa": True}
NEVER_MOVED = Item("SAPU1", "SAPU LIDI BESAR", PRICE, fields=GOODS)
EMPTY = Item("SAPU2", "SAPU IJUK KECIL", PRICE, stock=[("TOKO", "0")], fields=GOODS)
STOCKED = replace(LOSS, fields=GOODS)
REPAIR = Item("JASA1", "ONGKOS SERVIS MESIN", PRICE, stock=[("TOKO", "0")], fields=SERVICE)
UNKNOWN = Item("LAMA9", "LAMPU TEPLOK", PRICE)
BOUGHT = Item(
    "CAT1", "CAT TEMBOK PUTIH 5KG", PRICE,
    fields={"stokmin": Decimal("12.000"), "supplier": "SU-7", "dateupd": datetime(2026, 1, 5, 23, 59)},
)  # fmt: skip
DOLLARS = Item("MESIN1", "MESIN BOR IMPOR", [("UNIT", "1", None, None, COST, None)], fields={"matauang": "USD"})
BRAKE = Item("REM1", "KAMPAS REM DEPAN", PRICE, fields={"keterangan": "cocok <Vario> 125 & Beat"})
LAMP = Item("LAMPU1", "LAMPU VARIO", PRICE)
LONG = [replace(item, fields={"keterangan": "é" * 500}) for item in HUGE]
CODED = Item("CAT2", "KUAS CAT BESAR", PRICE, fields={"supplier": "SU-<9>"})
PHONE = Item("HP1", "HP SAMSUNG A15", PRICE)
TABLET = Item("HP2", "TABLET SAMSUNG", PRICE)
SERIALS: list[dict[str, object]] = [
    {"noserial": "356938035643809", "kodeitem": "HP1", "kantor": "GDG", "terjual": False},
    {"noserial": "356938035643810", "kodeitem": "HP1", "kantor": "TOKO", "terjual": True},
    {"noserial": "SN-77<AB>", "kodeitem": "HP2", "kantor": "", "terjual": None},
    {"noserial": "SN-88", "kodeitem": "HP1", "kantor": "TOKO", "terjual": None},
    {"noserial": "SN-88", "kodeitem": "HP2", "kantor": "GDG", "terjual": True},
]
NAMES: Rows = {
    "serials": SERIALS,
    "names": [
        {"kind": "supplier", "kode": "SU-7", "nama": "PT Warna & Sinar"},
        {"kind": "kantor", "kode": "GDG", "nama": "Gudang <Belakang>"},
    ],
}
SUPPLIER = ["Stok minimum: 12", "Pemasok: PT Warna & Sinar", "Diubah di iPOS: 5 Jan 2026"]
ITEMS = [
    PHONE,
    TABLET,
    BRAKE,
    LAMP,
    *LONG,
    BOUGHT,
    CODED,
    DOLLARS,
    NEVER_MOVED,
    EMPTY,
    STOCKED,
    REPAIR,
    UNKNOWN,
    *FILLER,
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("fields")
    publish_shop(folder / "data", ITEMS, reference=NAMES)
    with TelegramServer() as server, running_bot(server, folder / "data", folder, ALLOWED_CHATS=str(GROUP)) as bot:
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    """A member of the staff."""
    return bot.server.user(BUDI, "Budi")


def test_goods_that_never_moved_have_stock_0(budi: Person) -> None:
    assert "Stok 0" in page_lines(budi, "sapu lidi besar")


def test_the_stock_of_a_branch_is_shown_as_before(budi: Person) -> None:
    page = page_lines(budi, "sabun rugi besar")
    assert page[page.index("Stok (PCS)") + 1] == "TOKO                         3"


@pytest.mark.parametrize("query", ["ongkos servis mesin", "lampu teplok"])
def test_a_service_and_an_item_of_unknown_kind_show_no_stock(budi: Person, query: str) -> None:
    assert not [line for line in page_lines(budi, query) if line.startswith("Stok")]


def test_habis_lists_goods_at_0_also_those_that_never_moved(siti: Person) -> None:
    text = siti.ask("/habis").text
    assert text.splitlines()[0] == "Stok habis: 2"
    assert "SAPU LIDI BESAR" in text
    assert "SAPU IJUK KECIL" in text


def test_owners_see_the_minimum_stock_the_supplier_and_the_last_change(siti: Person) -> None:
    page = page_lines(siti, "cat tembok putih")
    first = page.index("Kode: CAT1")
    assert page[first + 1 : first + 4] == SUPPLIER
    assert "Pemasok: SU-<9>" in page_lines(siti, "kuas cat besar")


def test_staff_and_groups_see_neither_supplier_nor_the_rest(bot: RunningBot, budi: Person, siti: Person) -> None:
    for query in ("cat tembok putih", "kuas cat besar"):
        text = "\n".join(page_lines(budi, query))
        assert not [word for word in ("minimum", "Pemasok", "Warna", "SU-", "Diubah") if word in text]
    group = bot.server.group(GROUP, "Toko", siti)
    owner = bot.server.user(SITI, inside=group)
    assert "Pemasok" not in press(owner, "1", owner.ask("/harga cat tembok putih")).text
    for query in ("Warna Sinar", "SU-7"):
        assert "CAT TEMBOK" not in budi.ask(query).text


def test_a_price_in_a_currency_without_a_rate_is_not_rupiah(budi: Person) -> None:
    found = budi.ask("mesin bor impor")
    assert found.text.splitlines()[-1] == "USD, tanpa kurs"
    page = press(budi, "1", found).text.splitlines()
    assert page[2:4] == ["UNIT", "   harga dalam USD, tanpa kurs"]
    assert not [line for line in page if "Rp" in line]


def test_a_remark_finds_the_product_below_those_with_the_word_in_their_name_and_is_on_its_page(budi: Person) -> None:
    lines = budi.ask("vario").text.splitlines()
    assert [line for line in lines if line[:1].isdigit()][:2] == ["1. LAMPU VARIO", "2. KAMPAS REM DEPAN"]
    assert budi.ask("rem beat").text.splitlines()[2] == "1. KAMPAS REM DEPAN"
    assert "Keterangan: cocok <Vario> 125 & Beat" in page_lines(budi, "rem beat")


@pytest.mark.parametrize(
    ("typed", "name", "line"),
    [
        ("356938035643809", "HP SAMSUNG A15", "Nomor seri 356938035643809: Gudang <Belakang>"),
        ("356938035643810", "HP SAMSUNG A15", "Nomor seri 356938035643810: TOKO · sudah terjual"),
        ("sn-77<ab>", "TABLET SAMSUNG", "Nomor seri SN-77<AB>"),
    ],
)
def test_a_serial_number_opens_its_item_and_says_where_it_is(budi: Person, typed: str, name: str, line: str) -> None:
    assert budi.ask(typed).text.splitlines()[:2] == [name, line]


def test_a_serial_number_of_two_items_lists_both_and_each_page_says_where_its_own_is(budi: Person) -> None:
    found = budi.ask("sn-88")
    assert {line[3:] for line in found.text.splitlines() if line[:2] in ("1.", "2.")} == {
        PHONE.namaitem,
        TABLET.namaitem,
    }
    pages = ["\n".join(page_lines(budi, "sn-88")), press(budi, "2", found).text]
    assert any("HP SAMSUNG A15\nNomor seri SN-88: TOKO\n" in page for page in pages)
    assert any("TABLET SAMSUNG\nNomor seri SN-88: Gudang <Belakang> · sudah terjual\n" in page for page in pages)


def test_a_page_that_was_found_by_name_shows_no_serial_number(budi: Person) -> None:
    assert "Nomor seri" not in "\n".join(page_lines(budi, "hp samsung a15"))


def test_the_longest_page_with_a_remark_is_one_message(budi: Person, siti: Person) -> None:
    for person in (budi, siti):
        page = "\n".join(page_lines(person, "raksasa"))
        assert len(page) <= MessageLimit.MAX_TEXT_LENGTH
        assert "Kode: HHH" in page


def test_a_catalogue_of_an_earlier_version_answers_as_before(tmp_path: Path) -> None:
    file = publish_shop(tmp_path / "data", ITEMS)
    with duckdb.connect(file) as connection:
        for column in ADDED_COLUMNS["products"]:
            connection.execute(f"ALTER TABLE products DROP COLUMN {column}")
        connection.execute("DROP TABLE serials")
    digest_file(file).unlink()  # an earlier version wrote none
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path) as bot:
        budi, siti = bot.server.user(BUDI, "Budi"), bot.server.user(SITI, "Siti")
        assert not [line for line in page_lines(budi, "sapu lidi besar") if line.startswith("Stok")]
        assert "Stok (PCS)" in page_lines(budi, "sapu ijuk kecil")
        assert siti.ask("/habis").text.splitlines()[0] == "Stok habis: 2"
