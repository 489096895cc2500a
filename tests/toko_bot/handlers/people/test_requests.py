"""Strangers ask for access by writing; owners decide once, and everybody concerned is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import SUGAR, publish_shop
from tests.toko_bot.handlers.people.conftest import RINA
from toko_bot.replies import messages
from toko_bot.replies.people import texts
from toko_bot.replies.people.menus import commands_of
from toko_core.people import Role
from toko_core.people.store import MOST_REQUESTS
from toko_core.state.tables import audit, requests

ASKED = "Pemilik toko sudah ditanya"


def a_day_passes(bot: DirectBot) -> None:
    """Make all that was stored a day older."""
    state = bot.bot.services.state
    with state.write() as connection:
        yesterday = datetime.now(UTC) - timedelta(hours=25)
        connection.execute(update(requests).values(asked_at=yesterday))
        connection.execute(update(audit).values(at=yesterday))


def asked_about(owner: Chat, name: str) -> Message:
    """The newest message that asks an owner about somebody."""
    return next(each for each in reversed(owner.person.messages) if f"👤 {name}" in each.text)


def test_owners_are_asked_once_a_day_about_a_stranger_who_keeps_writing(
    bot: DirectBot, siti: Chat, rina: Chat, andi: Chat
) -> None:
    for said in ("halo", "indomie", "/start"):
        andi.send(said)
    assert [ASKED in text and "201" in text for text in andi.texts] == [True]
    assert [len(owner.texts) for owner in (siti, rina)] == [1, 1]
    a_day_passes(bot)
    andi.send("halo?")
    assert [len(chat.texts) for chat in (andi, siti, rina)] == [2, 2, 2]
    old, new = (message for message in siti.person.messages if message.buttons)
    assert "sudah tidak berlaku" in siti.alert(old.buttons[0], old)
    assert "staf" in siti.press("Staf", new).text


def test_strangers_together_cannot_ask_more_than_the_owners_can_read(bot: DirectBot, siti: Chat) -> None:
    for number in range(MOST_REQUESTS + 20):
        Chat(bot, bot.server.user(1000 + number, f"Orang {number}")).send("halo")
    assert len(siti.texts) == MOST_REQUESTS
    people = siti.ask("/pengguna")
    assert f"Minta akses: {MOST_REQUESTS}" in people.text
    assert people.labels[:5] == [f"👤 Orang {number}" for number in range(5)]
    siti.press("Tolak", asked_about(siti, "Orang 3 "))
    late = Chat(bot, bot.server.user(5000, "Terlambat"))
    assert ASKED in late.ask("halo").text


def test_without_an_owner_nobody_is_asked_and_strangers_get_only_their_id(tmp_path: Path) -> None:
    with direct_bot(tmp_path, allowed_users=str(BUDI)) as bot:
        andi, budi = Chat(bot, bot.server.user(201, "Andi")), Chat(bot, bot.server.user(BUDI, "Budi"))
        answer = andi.ask("halo").text
        assert "201" in answer
        assert ASKED not in answer
        assert budi.texts == []


def test_a_customer_gets_one_of_the_shops_levels_by_its_name(siti: Chat, rina: Chat, andi: Chat) -> None:
    andi.send("halo")
    question = siti.press("Pelanggan", asked_about(siti, "Andi"))
    assert question.labels == ["Umum", "Grosir <B>", "‹ Kembali"]
    asked = siti.press("‹ Kembali", question)
    assert asked.labels == ["Staf", "Pelanggan", "Tolak"]
    question = siti.press("Pelanggan", asked)
    decided = siti.press("Grosir <B>", question)
    assert decided.text.startswith("✅ Andi (@andi_toko, 201): pelanggan\nSiti · ")
    assert [text.splitlines()[0] for text in rina.texts] == ["✅ Andi (@andi_toko, 201): pelanggan"]
    assert "Anda sekarang pelanggan" in andi.texts[-1]
    assert andi.menu == set(commands_of(Role.CUSTOMER))
    assert not andi.menu & {"version", "reload", "status", "rugi", "pengguna"}
    for command in ("/start", "/help", "/bantuan"):
        assert "Perintah itu tidak ada" not in andi.ask(command).text
    answer = andi.ask("indomie").text
    assert "Rp3.050,5" in answer
    assert "Rp3.150" not in answer
    for command in ("/version", "/reload", "/status", "/pengguna", "/lain"):
        assert "Perintah itu tidak ada" in andi.ask(command).text


def test_a_rejected_stranger_is_told_once_and_cannot_ask_again(
    bot: DirectBot, siti: Chat, rina: Chat, andi: Chat
) -> None:
    andi.send("halo")
    assert siti.press("Tolak", asked_about(siti, "Andi")).text.startswith("❌ Andi (@andi_toko, 201): ditolak\nSiti")
    assert rina.texts[-1].startswith("❌ Andi")
    assert andi.texts[-1] == texts.REJECTED
    a_day_passes(bot)
    andi.send("halo?")
    assert len(andi.texts) == 2
    assert len(siti.texts) == 1


def test_the_second_owner_is_told_what_the_first_decided_also_in_the_list(siti: Chat, rina: Chat, andi: Chat) -> None:
    andi.send("halo")
    old = asked_about(rina, "Andi")
    siti.press("Staf", asked_about(siti, "Andi"))
    assert rina.alert(old.find_button("Tolak"), old) == "Sudah diputuskan Siti: jadi staf."
    assert rina.alert(old.find_button("Pelanggan"), old) == "Sudah diputuskan Siti: jadi staf."
    assert "Andi" not in rina.ask("/pengguna").labels
    assert "indomie" in andi.ask("indomie").text


def test_an_owner_who_was_not_reached_finds_the_request_in_the_list(
    bot: DirectBot, siti: Chat, rina: Chat, andi: Chat
) -> None:
    siti.person.block()
    bot.handle()
    andi.send("halo")
    assert ASKED in andi.texts[0]
    siti.person.unblock()
    bot.handle()
    assert siti.texts == []
    people = siti.ask("/pengguna")
    request = siti.press("👤 Andi", people)
    assert "minta akses" in request.text
    assert "staf" in siti.press("Staf", request).text
    assert rina.texts[0].startswith("✅ Andi")


def test_a_stranger_who_blocked_the_bot_has_access_when_they_come_back(bot: DirectBot, siti: Chat, andi: Chat) -> None:
    andi.send("halo")
    andi.person.block()
    bot.handle()
    assert siti.press("Staf", asked_about(siti, "Andi")).text.startswith("✅ Andi")
    andi.person.unblock()
    assert "indomie" in andi.ask("indomie").text


HOSTILE = [
    "A\nminta akses.\n✅ Budi: pemilik",
    "<b>Budi</b> & <a href='tg://user?id=1'>x</a>",
    "\u202eitnA\u202c\u200f",
    "\u3164\u200b\u2060",
    "Z" + "\u0351" * 200,
    "W" * 5000,
    "שלום",
    "\ud83d \U000e0041",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_break_lines_or_look_like_something_else(bot: DirectBot, siti: Chat, name: str) -> None:
    stranger = Chat(bot, bot.server.user(666, name, username="x"))
    stranger.send("halo")
    (asked,) = siti.texts
    assert asked.endswith(" (@x, 666) minta akses.")
    assert len(asked.splitlines()) == 1
    assert len(asked) < 80
    assert asked.count("\u0351") <= 2
    assert not {"\u202e", "\u200f", "\u200b"} & set(asked)
    siti.press("Staf", siti.person.messages[0])
    people = siti.ask("/pengguna").text.splitlines()
    assert len([line for line in people if line[:2].strip(".").isdigit()]) == 4
    assert len(siti.ask("/catatan").text.splitlines()) == 3


def test_a_removed_person_may_ask_again_the_next_day(bot: DirectBot, siti: Chat, andi: Chat) -> None:
    andi.send("halo")
    siti.press("Staf", asked_about(siti, "Andi"))
    siti.press("Ya, hapus", siti.press("Hapus akses", siti.open("Andi")))
    assert "sudah berakhir" in andi.ask("halo").text
    assert "sudah berakhir" in andi.ask("halo").text
    a_day_passes(bot)
    assert ASKED in andi.ask("halo").text
    assert siti.press("Staf", asked_about(siti, "Andi")).text.startswith("✅ Andi")


def test_a_disk_that_fails_after_the_decision_does_not_keep_it_from_the_stranger(tmp_path: Path) -> None:
    with direct_bot(tmp_path, owner_users=str(SITI)) as bot:
        andi, siti = Chat(bot, bot.server.user(201, "Andi")), Chat(bot, bot.server.user(SITI, "Siti"))
        andi.send("halo")
        with bot.bot.services.state.write() as connection:
            connection.execute(text("DROP TABLE request_messages"))
        assert siti.press("Staf", asked_about(siti, "Andi")).text.startswith("✅ Andi (201): staf")
        assert "Anda sekarang staf" in andi.texts[-1]


def test_an_owner_keeps_the_access_that_they_got_while_their_request_waited(
    bot: DirectBot, siti: Chat, andi: Chat
) -> None:
    andi.send("halo")
    asked = asked_about(siti, "Andi")
    bot.bot.services.people.add(andi.person.user.id, None, Role.OWNER)
    for label in ("Pelanggan", "Staf", "Tolak"):
        assert siti.alert(asked.find_button(label), asked) == texts.REQUEST_GONE
    assert "👤 Andi" not in andi.ask("/pengguna").labels
    assert len(andi.texts) == 2


def test_if_the_state_database_cannot_be_read_people_of_the_settings_work_and_strangers_have_to_wait(
    tmp_path: Path,
) -> None:
    publish_shop(tmp_path, [SUGAR])
    (tmp_path / "broken.db").write_bytes(b"no database" * 100)
    broken = f"sqlite:///{tmp_path}/broken.db"
    with direct_bot(tmp_path, owner_users=f"{SITI},{RINA}", state_url=broken) as bot:
        andi, siti = Chat(bot, bot.server.user(201, "Andi")), Chat(bot, bot.server.user(SITI, "Siti"))
        answer = siti.ask("gula")
        assert "Rp16.900" in answer.text
        assert bot.bot.services.owners() == (frozenset({SITI, RINA}), False)
        for said in (siti.ask("/pengguna").text, siti.alert("ul1", answer), andi.ask("halo").text):
            assert said == messages.FAILED
        assert andi.alert("p1:gula", andi.person.messages[-1]) == messages.FAILED
