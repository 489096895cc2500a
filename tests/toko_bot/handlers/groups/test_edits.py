"""An edited command runs, and its answer changes. Nothing runs twice, and no edit gives a right."""

from pathlib import Path

from tests.servers.dagster import dagster
from tests.servers.telegram import Message, Person
from tests.toko_bot.bot.directly import DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.handlers.groups.conftest import Place
from toko_bot.replies import messages
from toko_core.people import Role


def edit(bot: DirectBot, person: Person, message: Message, text: str) -> list[Message]:
    """Edit a message, let the bot answer, and return its messages as they are now."""
    person.edit(person.chat.messages[message.id], text)
    bot.handle()
    return [each for each in person.messages if each.sender == bot.server.world.bot]


def send(bot: DirectBot, person: Person, text: str) -> Message:
    sent = person.send(text)
    bot.handle()
    return sent


def test_a_command_with_a_typo_runs_once_it_is_edited_and_its_answer_changes(bot: DirectBot) -> None:
    siti = bot.server.user(SITI, "Siti")
    for typo, right, answer in (
        ("/dta", "/data", "i5_UJI"), ("/hbis", "/habis", ""), ("/pengguan", "/pengguna", "Pengguna"),
        ("/penawran", "/penawaran", ""), ("/nik", "/naik", "naik hari ini"), ("/bantuann", "/bantuan", "/keadaan"),
    ):  # fmt: skip
        siti.skip()
        sent = send(bot, siti, typo)
        wrong = siti.next_message(timeout=0)
        assert "Perintah itu tidak ada" in wrong.text
        edited = next(each for each in edit(bot, siti, sent, right) if each.id == wrong.id)
        assert "Perintah itu tidak ada" not in edited.text
        assert answer in edited.text
        siti.skip()
        edit(bot, siti, sent, right)  # Telegram reports edits of other things too
        siti.expect_silence(0)


def test_a_search_becomes_a_command_and_a_command_another_one(bot: DirectBot) -> None:
    siti = bot.server.user(SITI, "Siti")
    sent = send(bot, siti, "gula")
    (found,) = edit(bot, siti, sent, "/riwayat gula")
    assert "Gulaku" in found.text
    _, history = edit(bot, siti, sent, "/riwayat indomie goreng special")
    assert history.photo is not None
    *_, last = edit(bot, siti, sent, "gula")
    assert last.photo is None, "a picture cannot become a text"
    assert "Gulaku" in last.text
    assert [message.text for message in edit(bot, siti, sent, "teh tanpa")][-1] != last.text
    assert len([message for message in siti.messages if message.sender.is_bot]) == 3


def test_in_groups_edited_commands_and_replies_change_their_answers(place: Place) -> None:
    sent = place.send("/hrga gula")
    assert place.of_bot == []
    place.budi.edit(sent, "/harga gula")
    place.bot.handle()
    (answer,) = place.of_bot
    assert answer.thread == sent.thread
    place.budi.edit(place.now(sent), "/riwayat gula")
    place.bot.handle()
    (changed,) = place.of_bot
    assert changed.id == answer.id
    asked = place.send("indomi", reply_to=changed)
    place.budi.edit(asked, "gulaku")
    place.bot.handle()
    assert len(place.of_bot) == 2
    assert "Gulaku" in place.of_bot[1].text


def test_a_customer_gets_no_command_of_the_staff_by_an_edit(bot: DirectBot) -> None:
    bot.bot.services.people.add(301, None, Role.CUSTOMER, level=1)
    ani = bot.server.user(301, "Ani")
    sent = send(bot, ani, "gula")
    for command in ("/data", "/segarkan", "/keadaan", "/pengguna", "/sinkron"):
        (answer,) = edit(bot, ani, sent, command)
        assert answer.text.startswith("Perintah itu tidak ada"), command


def test_staff_get_no_command_of_owners_and_strangers_nothing_by_an_edit(bot: DirectBot) -> None:
    budi, stranger = bot.server.user(BUDI, "Budi"), bot.server.user(7, "Orang")
    sent = send(bot, budi, "gula")
    for command in ("/rugi", "/pengguna", "/sinkron", "/catatan"):
        (answer,) = edit(bot, budi, sent, command)
        assert answer.text == messages.FOR_OWNERS
    sent = send(bot, stranger, "halo")
    before = len(stranger.messages)
    for text in ("/harga gula", "/id", "gula"):
        edit(bot, stranger, sent, text)
    assert len(stranger.messages) == before


def test_an_edit_whose_answer_another_replica_knows_gets_a_new_answer(bot: DirectBot, tmp_path: Path) -> None:
    siti = bot.server.user(SITI, "Siti")
    sent = send(bot, siti, "/dta")
    with direct_bot(tmp_path, bot.server, owner_users=str(SITI)) as replica:
        edit(replica, siti, sent, "/id")
    assert str(SITI) in siti.messages[-1].text


def test_a_sync_starts_once_however_often_its_message_is_edited_to_the_same(tmp_path: Path) -> None:
    with dagster() as fake, direct_bot(tmp_path, owner_users=str(SITI), dagster_url=fake.url) as bot:
        fake.states = [("SUCCESS", 4)]
        siti = bot.server.user(SITI, "Siti")
        sent = send(bot, siti, "/sinkrn")
        for _ in range(3):
            edit(bot, siti, sent, "/sinkron")
        assert len(fake.launched) == 1
        bot.run(bot.bot.services.background.stop())


def test_a_message_starts_one_sync_whatever_it_is_edited_to_and_whichever_replica_gets_the_edit(tmp_path: Path) -> None:
    with dagster() as fake, direct_bot(tmp_path, owner_users=str(SITI), dagster_url=fake.url) as bot:
        fake.states = [("SUCCESS", 4)]
        siti = bot.server.user(SITI, "Siti")
        sent = send(bot, siti, "/sinkron")
        for text in ("/sinkron ya", "/sync", "gula", "/sinkron"):
            edit(bot, siti, sent, text)
        assert len(fake.launched) == 1
        with direct_bot(tmp_path, bot.server, owner_users=str(SITI), dagster_url=fake.url) as replica:
            edit(replica, siti, sent, "/sinkron lagi")
            replica.run(replica.bot.services.background.stop())
        assert len(fake.launched) == 1
        send(bot, siti, "/sinkron")
        assert len(fake.launched) == 2
        bot.run(bot.bot.services.background.stop())
