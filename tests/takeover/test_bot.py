"""The bot answers from a catalogue that the version before has published, and knows the buttons of its messages."""

import json
from collections.abc import Iterator

import pytest

from tests.servers.telegram import Message, Person, TelegramServer
from tests.takeover.installation import OldInstallation
from tests.takeover.make_buttons import BUTTONS, gist, press, start_bot
from tests.toko_bot.bot.process import SITI, RunningBot


@pytest.fixture(scope="module")
def bot(untouched: OldInstallation) -> Iterator[RunningBot]:
    """In the folder of the old `.env`."""
    with TelegramServer() as server, start_bot(server, untouched.toko.data) as bot:
        yield bot


@pytest.fixture
def siti(bot: RunningBot) -> Person:
    """The owner."""
    person = bot.server.user(SITI, "Siti")
    person.skip()
    return person


def shown(person: Person, label: str, message: Message) -> Message:
    """Press a button that changes its message."""
    person.press(label, message).answered()
    return person.next_edit(of=message)


def test_it_serves_the_old_catalogue(bot: RunningBot, untouched: OldInstallation) -> None:
    assert f"Serving {untouched.catalogue('selasa')}" in bot.log


def test_a_search_with_a_typo_finds_products_and_prices(siti: Person) -> None:
    found = siti.ask("indomi gorng")
    assert found.text.splitlines()[:4] == [
        "🔎 indomi gorng", "", "1. INDOMIE GORENG SPECIAL 85 GR", "mulai Rp3.600/PCS · stok 79",
    ]  # fmt: skip


def test_a_products_page_has_prices_cost_stock_barcodes_and_photo(siti: Person) -> None:
    page = shown(siti, "1", siti.ask("indomie goreng special"))
    lines = page.text.splitlines()
    assert lines[0] == "INDOMIE GORENG SPECIAL 85 GR"
    for line in (
        "PCS 1–5                Rp3.650", "  modal                Rp2.860", "  laba             Rp790 27,6%",
        "DUS(24) 6+            Rp70.500", "CB1                         42", "Kode: 000004",
        "Barcode DUS: 8997094460440", "Merek: INDOMIE", "Jenis: MIE INSTAN",
    ):  # fmt: skip
        assert line in lines
    page = shown(siti, "1", siti.ask("sedaap cup tori kara"))
    siti.press("📷 Foto", page).answered()
    assert siti.next_message().photo is not None


def test_a_products_history_has_the_changes_that_the_old_version_saw(siti: Person) -> None:
    siti.press("📈 Riwayat", shown(siti, "1", siti.ask("indomie goreng special"))).answered()
    history = siti.next_message()
    assert history.text.splitlines()[2:6] == [
        "PCS 1–5", "6 Jan 2026 – Rp3.150 → Rp3.650 (+15,9%)", "5 Jan 2026 – baru: Rp3.150", ""
    ]  # fmt: skip
    assert "Riwayat sejak 4 Jan 2026, dari 3 backup." in history.text
    assert history.photo is not None


def test_every_button_of_the_old_bots_messages_shows_what_it_showed(siti: Person) -> None:
    buttons = json.loads(BUTTONS.read_text())
    assert len(buttons) > 50
    for button in buttons:
        assert gist(press(siti, siti.ask(button["question"]), button["data"])) == button["shows"], button
