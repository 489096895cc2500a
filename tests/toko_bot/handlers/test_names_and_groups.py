"""Names of codes and customer groups in the bot's answers: found by code and name, and what each group pays."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import page_lines, press
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import COST, FILLER, HUGE, INDOMIE, Change, Item, publish_shop
from toko_core.catalog.schema import ADDED
from toko_core.catalog.store import digest_file

NOODLES = replace(
    INDOMIE, jenis="MI1", merek="tome",
    stock=[("GDG", "120"), ("T1", "7.5"), ("T2", "3"), ("T3", "1")],
)  # fmt: skip
COFFEE = Item("KOPI1", "KOPI TUBRUK", [("PCS", "1", None, None, COST, "10001"), ("PCS", "1", None, "5", COST, None)])
TEA = Item("TEH1", "TEH CELUP", [("PCS", "1", 1, None, "1", "5000"), ("PCS", "1", 3, None, "1", "4000")])
OIL = Item("OLI1", "OLI MESIN", [("PCS", "1", 1, None, "1", "50000"), ("PCS", "1", 2, None, "1", "40000")])
SOAPS = [
    Item(f"SABUN{n}", f"SABUN {n}", [("PCS", "1", None, None, "1", "9")], jenis="CUCI1" if n % 2 else "CUCI2")
    for n in range(40)
]
TOOLS = [
    Item(f"ALAT{n}", f"PERKAKAS {n}", [("PCS", "1", None, None, "1", "9")], jenis=("CUCI1", "CUCI2", "DAPUR")[n % 3],
         merek=("pk", "LAIN")[n % 2])
    for n in range(60)
]  # fmt: skip
ITEMS = [NOODLES, COFFEE, TEA, OIL, *SOAPS, *TOOLS, *FILLER]


def name(kind: str, code: str, shown: str) -> dict[str, object]:
    return {"kind": kind, "kode": code, "nama": shown}


def group(code: str, shown: str, level: int, percent: str | None = None) -> dict[str, object]:
    return {"kgrup": code, "grup": shown, "level": level, "potongan": Decimal(percent) if percent else None}


REFERENCE = {
    "names": [
        name("jenis", "MI1", "MIE <INSTAN> & SOHUN"), name("merek", "tome", "MEDYA"), name("merek", "pk", "PERKASA"),
        name("satuan", "DUS", "KARTON BESAR"), name("kantor", "GDG", "Gudang <Belakang>"),
        name("kantor", "T1", "Toko Cabang Pasar Minggu 1"), name("kantor", "T2", "Toko Cabang Pasar Minggu 2"),
        name("jenis", "CUCI1", "CUCI"), name("jenis", "CUCI2", "CUCI"),
    ],
    "customer_groups": [
        group("MB", "Member", 1, "5"), group("UM", "Umum", 1), group("VIP", "VIP", 1, "5"),
        group("GR", "Grosir <B>", 2), group("RS", "Reseller", 3, "10"),
    ],
    "group_discounts": [
        {"kodeitem": "OLI1", "kgrup": "MB", "pot1": Decimal(10), "pot2": Decimal("2.5")},
        {"kodeitem": "OLI1", "kgrup": "VIP", "pot1": Decimal(0)},
        {"kodeitem": "OLI1", "kgrup": "GR", "pot1": Decimal(50)},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("names")
    moved = datetime.now(UTC) - timedelta(hours=1)
    changes = [Change(INDOMIE, "PCS", 2, "3000", "3050.5", moved), Change(INDOMIE, "PCS", 3, "3000", None, moved)]
    publish_shop(folder / "data", ITEMS, changes, reference=REFERENCE)
    with TelegramServer() as server, running_bot(server, folder / "data", folder) as bot:
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    return bot.server.user(BUDI, "Budi")


def test_a_product_shows_names_and_what_each_group_pays(budi: Person) -> None:
    assert page_lines(budi, "indomie goreng")[:-1] == [
        "INDOMIE GORENG SPECIAL 85GR",
        "",
        "PCS Umum               Rp3.150",
        "  Member/VIP −5%       Rp2.993",
        "PCS Grosir <B>       Rp3.050,5",
        "DUS(40) Umum         Rp115.000",
        "                 = Rp2.875/PCS",
        "  Member/VIP −5%     Rp109.250",
        "",
        "Stok (PCS)",
        "Gudang <Belakang>          120",
        "T1 Toko Cabang Pasa…       7,5",
        "T2 Toko Cabang Pasa…         3",
        "T3                           1",
        "",
        "Kode: MIE001",
        "Barcode PCS: 089686010947",
        "Barcode DUS: 18991002101637",
        "Rak: A1",
        "Merek: MEDYA",
        "Jenis: MIE <INSTAN> & SOHUN",
        "Satuan: DUS = KARTON BESAR",
        "",
    ]


def test_staff_never_see_a_cost_and_owners_see_it_with_what_groups_pay(budi: Person, siti: Person) -> None:
    assert COST not in "".join(page_lines(budi, "kopi tubruk")).replace(".", "")
    assert page_lines(siti, "kopi tubruk")[2:8] == [
        "PCS 1–5      harga belum diisi",
        "  modal                Rp2.612",
        "PCS 6+                Rp10.001",
        "  modal                Rp2.612",
        "  laba          Rp7.389 282,9%",
        "  Member/VIP −5%       Rp9.501",
    ]


def test_the_percents_of_an_item_take_the_place_of_the_groups_own_one_after_the_other(budi: Person) -> None:
    assert page_lines(budi, "oli mesin")[2:6] == [
        "PCS Umum/VIP          Rp50.000",
        "  Member −10% −2,5%   Rp43.875",
        "PCS Grosir <B>        Rp40.000",
        "  Grosir <B> −50%     Rp20.000",
    ]


def test_a_list_shows_the_lowest_price_that_is_paid_and_a_shared_text_the_ordinary_one(budi: Person) -> None:
    assert "mulai Rp3.600/PCS" in budi.ask("teh celup").text.splitlines(), "nobody pays the Rp4.000 of the resellers"
    query = budi.inline("teh celup")
    query.answered()
    assert budi.choose(query).text.splitlines()[3:5] == ["PCS Rp5.000", ""]
    assert page_lines(budi, "teh celup")[4:6] == ["PCS Reseller           Rp4.000", "  Reseller −10%        Rp3.600"]


@pytest.mark.parametrize("query", ["medya", "tome", "sohun", "mi1", "karton besar"])
def test_a_product_is_found_by_code_and_name_of_its_brand_and_category_and_the_name_of_a_unit(
    budi: Person, query: str
) -> None:
    assert "INDOMIE GORENG SPECIAL" in budi.ask(query).text


def test_two_codes_with_one_name_are_one_choice(budi: Person) -> None:
    found = budi.ask("perkakas")
    brands = press(budi, "Merek ▾", found)
    assert sorted(brands.labels) == ["LAIN (30)", "PERKASA (30)", "‹ Kembali"]
    kinds = press(budi, "Jenis ▾", press(budi, "‹ Kembali", brands))
    assert kinds.labels == ["CUCI (40)", "DAPUR (20)", "‹ Kembali"]


def test_a_button_with_the_hash_of_the_code_from_before_the_names_still_narrows(budi: Person) -> None:
    of_code = base64.urlsafe_b64encode(hashlib.blake2b(b"CUCI2", digest_size=3).digest()).decode()
    found = budi.ask("sabun")
    budi.forge(f"p1j{of_code}:sabun", found).answered()
    narrowed = budi.next_edit(of=found)
    assert "Jenis: CUCI" in narrowed.text.splitlines()
    assert narrowed.labels[-1] == "✕ CUCI"


def test_history_and_moves_name_groups_also_of_prices_that_are_gone(budi: Person) -> None:
    budi.press("📈 Riwayat", press(budi, "1", budi.ask("indomie goreng"))).answered()
    history = budi.next_message().text
    assert "PCS Grosir <B>\n" in history
    assert "PCS Reseller\n" in history
    week = press(budi, "7 hari terakhir", budi.ask("/naik"))  # after midnight, today has no prices yet
    assert "PCS Grosir <B>: Rp3.000 → Rp3.050,5" in week.text


def test_the_longest_names_and_many_groups_still_fit_into_one_message(tmp_path: Path) -> None:
    units = {price[0] for price in HUGE[0].prices}
    branches = {branch for branch, _ in HUGE[0].stock}
    reference = {
        "names": [
            *(name("satuan", unit, f"{unit}<&>" * 9) for unit in units),
            *(name("kantor", branch, f"{branch}<&>" * 9) for branch in branches),
            name("jenis", "&" * 50, "<&>" * 60), name("merek", "<" * 50, "<&>" * 60),
        ],
        "customer_groups": [group(f"G{n}", f"{'&<' * 40}{n}", n % 9, f"{n + 1}.125") for n in range(90)],
    }  # fmt: skip
    publish_shop(tmp_path / "data", [*HUGE, *FILLER], reference=reference)
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path / "bot"):
        siti = server.user(SITI, "Siti")
        found = siti.ask("raksasa")
        assert "1. RAKSASA" in found.text
        page = press(siti, "1", found)
    assert 3000 < len(page.text) <= 4096
    assert "Satuan: " in page.text


def test_a_catalogue_without_the_tables_is_read_as_before(tmp_path: Path) -> None:
    file = publish_shop(tmp_path / "data", ITEMS)
    with duckdb.connect(file) as connection:
        for table in ADDED:
            connection.execute(f"DROP TABLE {table}")
    digest_file(file).unlink()  # an earlier version wrote none
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path / "bot"):
        page = page_lines(server.user(BUDI, "Budi"), "indomie goreng")
    assert page[2:6] == [
        "PCS level 1            Rp3.150", "PCS level 2          Rp3.050,5", "DUS(40) level 1      Rp115.000",
        "                 = Rp2.875/PCS",
    ]  # fmt: skip
    assert {"GDG                        120", "Merek: tome", "Jenis: MI1"} <= set(page)
