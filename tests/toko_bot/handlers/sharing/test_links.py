"""A link to a product opens it, with what each role is shown, and leads nobody past the owners."""

import re

import pytest

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import Chat, DirectBot
from tests.toko_bot.bot.process import SITI
from tests.toko_bot.bot.shop import COST, INDOMIE
from tests.toko_bot.handlers.sharing.conftest import GROUP
from tests.toko_bot.handlers.sharing.test_press import press_new, share
from toko_bot.replies import messages
from toko_bot.replies.people import texts
from toko_bot.replies.sharing import words
from toko_core.catalog.product_hashes import product_hash

START = f"/start p-{product_hash(INDOMIE.kodeitem)}"


def start_of(link: Message) -> str:
    """Return what Telegram sends for somebody who opens the link in a message."""
    found = re.search(r"https://t\.me/(\w+)\?start=([\w-]{1,64})$", link.text, re.MULTILINE)
    assert found is not None, link.text
    assert found[1] == "toko_bot"
    return f"/start {found[2]}"


def test_a_colleagues_link_opens_the_product_with_what_each_role_is_shown(
    budi: Chat, siti: Chat, ani: Chat, tono: Chat
) -> None:
    start = start_of(press_new(budi, "🔗 Tautan", share(budi)))
    assert start == START
    pages = {chat: chat.ask(start).text for chat in (siti, budi, ani, tono)}
    assert all(page.startswith("INDOMIE GORENG SPECIAL 85GR\n") for page in pages.values())
    assert [COST in page.replace(".", "") for page in pages.values()] == [True, False, False, False]
    assert ["Stok (PCS)" in page for page in pages.values()] == [True, True, False, True]
    assert ["3.150" in page for page in pages.values()] == [True, True, False, True]
    assert ["3.050,5" in page for page in pages.values()] == [True, True, True, False]
    assert {"📤 Bagikan", "☆ Favorit", "🔔 Kabari"} <= set(ani.ask(start).labels)
    assert "INDOMIE GORENG SPECIAL 85GR" in " ".join(ani.ask("/start").labels)


def test_a_stranger_is_asked_for_access_and_told_to_press_the_link_again(bot: DirectBot, siti: Chat) -> None:
    stranger = Chat(bot, bot.server.user(501, "Rudi"))
    siti.person.skip()
    answer = stranger.ask(START)
    assert "Anda belum punya akses" in answer.text
    assert answer.text.endswith(words.PRESS_AGAIN)
    assert "INDOMIE" not in answer.text
    asked = siti.person.next_message("minta akses", timeout=0)
    siti.press("Staf", asked)
    assert stranger.ask(START).text.startswith("INDOMIE GORENG SPECIAL 85GR\n")
    siti.press("Ya, hapus", siti.press("Hapus akses", siti.open("Rudi")))
    assert stranger.ask(START).text == texts.ENDED
    other = Chat(bot, bot.server.user(502, "Orang"))
    assert words.PRESS_AGAIN not in other.ask("/start").text


@pytest.mark.parametrize(
    "payload", ["p-", "p-abc", f"p-{product_hash('GONE')}", "p-AAAAAAAAA", "p-========", "p-" + "x" * 62, "p-éééééééé"]
)
def test_a_link_to_what_is_not_there_says_that_the_product_is_gone(budi: Chat, payload: str) -> None:
    assert budi.ask(f"/start {payload}").text == messages.PRODUCT_GONE


@pytest.mark.parametrize("payload", ["", " inline", " p", " P-Rtvk1Sbj", f" {START}"])
def test_any_other_start_is_the_welcome(budi: Chat, payload: str) -> None:
    assert "sebagian nama" in budi.ask(f"/start{payload}").text


def test_in_a_group_a_link_shows_no_cost_and_elsewhere_nothing(bot: DirectBot, siti: Chat) -> None:
    for number, is_allowed in ((GROUP, True), (-1009, False)):
        group = bot.server.world.chats.get(number) or bot.server.group(number, "Toko", siti.person)
        chat = Chat(bot, bot.server.user(SITI, inside=group))
        chat.person.skip()
        chat.send(START.replace("/start", "/start@toko_bot"))
        shown = [message.text for message in chat.person.messages if message.sender.is_bot]
        assert any("Rp3.150" in text for text in shown) is is_allowed
        assert COST not in "\n".join(shown).replace(".", "")
