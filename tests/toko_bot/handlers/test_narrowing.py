"""Narrowing results to a brand or a category works with any replica and any catalogue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import BUDI, RunningBot, running_bot
from tests.toko_bot.bot.shop import FILLER, Item, publish_shop

RARE = "CAP <KAPAL> & CO"
LONG_QUERY = "sabun wangi yang biasa dibeli ibu warung sebelah setiap hari senin pagi"


def soap(number: int, brand: str | None, kind: str) -> Item:
    return Item(
        f"SABUN{number:03}", f"SABUN WANGI {number:03}", [("PCS", "1", None, None, "1000", f"{2000 + number}")],
        merek=brand, jenis=kind,
    )  # fmt: skip


SOAPS = [
    *(soap(number, "MELATI", "MANDI") for number in range(0, 90, 3)),
    *(soap(number, "MELATI", "CUCI") for number in range(1, 90, 3)),
    *(soap(number, "KENANGA", "MANDI") for number in range(2, 90, 3)),
    *(soap(number, RARE, "CUCI") for number in range(90, 93)),
    *(soap(number, None, "MANDI") for number in range(93, 95)),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("narrowing")
    publish_shop(folder / "data", [*SOAPS, *FILLER])
    with TelegramServer() as server, running_bot(server, folder / "data", folder) as bot:
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    return bot.server.user(BUDI, "Budi")


def test_results_of_several_pages_are_narrowed_to_a_brand_and_a_category_and_back(budi: Person) -> None:
    found = budi.ask("sabun wangi")
    assert found.labels[-4:] == ["1/10", "›", "Merek ▾", "Jenis ▾"]
    brands = press(budi, "Merek ▾", found)
    assert brands.text == "🔎 sabun wangi\n\nPilih merek:"
    assert brands.labels == ["MELATI (60)", "KENANGA (30)", "CAP <KAPAL> & CO (3)", "‹ Kembali"]
    assert press(budi, "‹ Kembali", brands).text == found.text
    of_brand = press(budi, "KENANGA (30)", brands)
    assert "Merek: KENANGA" in of_brand.text.splitlines()
    assert of_brand.labels[-3:] == ["1/6", "›", "✕ KENANGA"]
    assert "6. SABUN WANGI 017" in press(budi, "›", of_brand).text
    melati = press(budi, "MELATI (60)", brands)
    kinds = press(budi, "Jenis ▾", melati)
    assert kinds.labels == ["MANDI (30)", "CUCI (30)", "‹ Kembali"]
    both = press(budi, "CUCI (30)", kinds)
    assert {"Merek: MELATI", "Jenis: CUCI"} <= set(both.text.splitlines())
    assert both.labels[-2:] == ["✕ MELATI", "✕ CUCI"]
    of_kind = press(budi, "✕ MELATI", both)
    assert "Merek ▾" in of_kind.labels
    assert press(budi, "✕ CUCI", of_kind).text == found.text


def test_a_brand_beyond_the_last_page_is_found_and_its_products_lead_back_to_it(budi: Person) -> None:
    found = budi.ask(LONG_QUERY)
    rare = press(budi, "CAP <KAPAL> & CO (3)", press(budi, "Merek ▾", found))
    assert [line for line in rare.text.splitlines() if "SABUN" in line] == [
        f"{place}. SABUN WANGI {number:03}" for place, number in enumerate(range(90, 93), 1)
    ]
    assert rare.labels == ["1", "2", "3", "✕ CAP <KAPAL> & CO"]
    assert all(len(button.data.encode()) <= 64 for button in (*found.buttons, *rare.buttons))
    opened = press(budi, "2", rare)
    assert opened.text.startswith("SABUN WANGI 091")
    assert press(budi, "‹ Kembali", opened).text == rare.text
    assert press(budi, "✕ CAP <KAPAL> & CO", rare).text == found.text


def test_results_of_one_page_or_one_brand_have_no_narrowing_buttons(budi: Person) -> None:
    assert budi.ask("barang ember").labels[-2:] == ["1/8", "›"]
    assert budi.ask("kapal").labels == ["1", "2", "3"]


def test_a_button_of_a_brand_that_is_gone_says_so_and_the_narrowing_can_be_removed(tmp_path: Path) -> None:
    publish_shop(tmp_path, SOAPS)
    with TelegramServer() as server, running_bot(server, tmp_path, tmp_path / "bot") as bot:
        budi = server.user(BUDI, "Budi")
        brands = press(budi, "Merek ▾", budi.ask("sabun wangi"))
        file = publish_shop(tmp_path, [item for item in SOAPS if item.merek == "MELATI"])
        bot.wait_for_log(f"Serving {file.name}")
        gone = press(budi, "KENANGA (30)", brands)
        assert "cocok dengan pilihan ini" in gone.text
        assert gone.labels == ["✕ Merek"]
        assert "SABUN WANGI" in press(budi, "✕ Merek", gone).text
        budi.forge("cmp1", gone).answered()
        assert budi.next_edit(of=gone).labels == ["MELATI (60)", "‹ Kembali"]
        of_kind = press(budi, "CUCI (30)", press(budi, "Jenis ▾", budi.ask("sabun wangi")))
        assert of_kind.labels[-1] == "✕ CUCI"
        assert budi.forge("cm", gone).answered().text
