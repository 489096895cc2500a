"""The bot answers greetings and thanks as people do, and still finds products that are called so."""

from collections.abc import Iterator

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import INDOMIE, Item, publish_shop

GROUP = -1001


def item(code: str, name: str) -> Item:
    return Item(code, name, [("PCS", "1", None, None, "1", "52000")])


ITEMS = [INDOMIE, item("H1", "PULSA HALO 50RB"), item("H2", "SELAMAT"), item("H3", "ROTI TAWAR PAGI")]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    folder = tmp_path_factory.mktemp("talk")
    publish_shop(folder / "data", ITEMS)
    with (
        TelegramServer() as server,
        running_bot(server, folder / "data", folder, ALLOWED_CHATS=str(GROUP)) as bot,
    ):
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    return bot.server.user(BUDI, "Budi")


def test_a_greeting_gets_a_greeting_and_thanks_get_thanks(budi: Person) -> None:
    assert budi.ask("Selamat malam kak").text == "Selamat malam, Budi! Mau cari barang apa?"
    assert budi.ask("assalamualaikum").text == "Waalaikumsalam, Budi! Mau cari barang apa?"
    assert budi.ask("hai").text == "Halo, Budi! Mau cari barang apa?"
    assert budi.ask("ok makasih banyak ya").text == "Sama-sama, Budi 🙏"
    assert budi.ask("siap kak").text == "Siap 👍"


def test_a_question_that_names_nothing_gets_a_hint_and_no_search(budi: Person) -> None:
    for text in ("ada?", "berapa kak", "?"):
        assert budi.ask(text).text == "Barang apa? Ketik namanya, misalnya: indomie goreng"


def test_a_greeting_with_a_product_is_a_search(budi: Person) -> None:
    assert "1. INDOMIE GORENG" in budi.ask("selamat pagi kak, ada indomie goreng?").text


def test_products_that_are_called_like_a_greeting_are_found(budi: Person) -> None:
    assert "1. SELAMAT" in budi.ask("selamat").text
    assert "1. PULSA HALO 50RB" in budi.ask("halo 50rb").text
    assert budi.ask("halo").text.splitlines() == [
        "Halo, Budi! Mau cari barang apa?",
        "Kalau maksudnya barang, ketik lebih lengkap, misalnya: PULSA HALO 50RB",
    ]


def test_an_edited_greeting_edits_its_answer(budi: Person) -> None:
    asked = budi.send("halo kak")
    answer = budi.next_message(containing="Halo, Budi")
    budi.edit(asked, "indomie goreng")
    assert "1. INDOMIE GORENG" in budi.next_edit(of=answer).text


def test_in_a_group_the_bot_thanks_only_who_replies_to_it(bot: RunningBot, budi: Person) -> None:
    group = bot.server.group(GROUP, "Toko", bot.server.user(SITI, "Siti"), budi)
    member = bot.server.user(BUDI, inside=group)
    answer = member.ask("/harga@toko_bot indomie")
    member.send("makasih")
    member.expect_silence(0.3)
    member.send("makasih", reply_to=answer)
    assert member.next_message().text == "Sama-sama, Budi 🙏"
