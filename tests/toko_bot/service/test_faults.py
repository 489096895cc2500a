"""Faults of Telegram, of the network and by people: the bot continues after each one, and logs what happened."""

from pathlib import Path

import pytest

from tests.servers.telegram import FailureKind, Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import BARCODE, barcode_photo
from toko_bot.service.turns import BURST, MOST_WAITING


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("429", "Telegram limits the bot"), ("500", "Internal Server Error"), ("502", "Bad Gateway"),
        ("reset", "ReadError"),
    ],
)  # fmt: skip
def test_an_answer_arrives_despite_a_transient_failure(
    bot: RunningBot, budi: Person, kind: FailureKind, expected: str
) -> None:
    bot.server.fail("sendMessage", kind, times=1)
    assert "Rp115.000" in budi.ask("indomie", timeout=10).text
    bot.wait_for_log(expected)
    bot.server.fail("editMessageText", kind, times=1)
    budi.press("1")
    assert budi.next_edit(timeout=10)
    line = next(line for line in bot.log.splitlines() if expected in line)
    assert "<html>" not in line


def test_a_lost_response_to_an_edit_is_not_an_error(bot: RunningBot, budi: Person) -> None:
    answer = budi.ask("biskuit kelapa")
    bot.server.fail("editMessageText", "reset", times=1, done=True)
    budi.press("›", answer).answered()
    assert budi.next_edit().labels[-2] == "2/6"
    assert "2/6" in budi.messages[-1].labels
    bot.wait_for_log("retrying in")


def test_an_unmodified_edit_and_a_late_press_are_not_errors(bot: RunningBot, budi: Person) -> None:
    answer = budi.ask("biskuit kelapa")
    before = bot.log  # of the tests before this one, in any order
    for _ in range(2):
        budi.press("›", answer).answered()
    bot.server.fail(
        "answerCallbackQuery", "400", description="Bad Request: query is too old and response timeout expired"
    )
    budi.press("›", answer)
    bot.wait_for_log("came too late")
    assert "Telegram rejected" not in bot.log.removeprefix(before)


def test_blocking_the_bot_is_logged_and_others_still_get_answers(bot: RunningBot, budi: Person, siti: Person) -> None:
    siti.block()
    bot.wait_for_log("the bot is now kicked")
    siti.unblock()
    bot.server.fail("sendMessage", "403", times=1)
    siti.send("indomie")
    bot.wait_for_log(f"User {SITI} has blocked the bot")
    assert "Rp115.000" in budi.ask("indomie").text
    bot.server.fail("sendMessage", "400", times=1)
    siti.send("indomie")
    bot.wait_for_log(f"The bot cannot write to the chat of user {SITI}")


def test_after_a_rejected_answer_the_bot_apologizes(bot: RunningBot, budi: Person) -> None:
    bot.server.fail("sendMessage", "400", times=1, description="Bad Request: something new")
    assert "Maaf" in budi.ask("indomie").text
    bot.wait_for_log("Telegram rejected a request: BadRequest: Something new")


def test_a_failed_download_of_a_photo_is_retried(bot: RunningBot, budi: Person) -> None:
    bot.server.fail("file", "500", times=1)
    budi.send_photo(barcode_photo(BARCODE))
    assert "Gulaku" in budi.next_message(timeout=10).text
    bot.server.fail("file", "400", times=1)
    budi.send_photo(barcode_photo(BARCODE))
    assert "tidak bisa diambil" in budi.next_message(timeout=10).text


@pytest.mark.parametrize("kind", ["409", "500", "502", "reset"])
def test_polling_continues_after_failures(bot: RunningBot, budi: Person, kind: FailureKind) -> None:
    bot.server.fail("getUpdates", kind, times=1)
    assert "Rp115.000" in budi.ask("indomie", timeout=15).text
    if kind == "409":
        bot.wait_for_log("Another program polls with this bot's token")


def test_the_bot_survives_a_network_outage(bot: RunningBot, budi: Person) -> None:
    before = bot.log.count("ConnectError")
    bot.server.down()
    bot.server.wait_until(lambda: bot.log.count("ConnectError") > before, "the outage is noticed")
    bot.server.up()
    assert "Rp115.000" in budi.ask("indomie", timeout=15).text


def test_the_bot_waits_for_the_network_when_it_starts(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server:
        server.down()
        with running_bot(server, data, tmp_path, wait=False) as bot:
            bot.wait_for_log("getMe failed")
            server.up()
            bot.wait_for_log("answers 2 people", 20)
            assert "Rp115.000" in server.user(BUDI, "Budi").ask("indomie").text


def test_sigterm_ends_a_bot_that_waits_for_the_network(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server:
        server.down()
        with running_bot(server, data, tmp_path, wait=False) as bot:
            bot.wait_for_log("getMe failed")
            assert bot.stop() == 0


def test_after_sigterm_the_bot_finishes_the_updates_that_it_is_processing(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        people = [server.user(BUDI, "Budi"), server.user(SITI, "Siti")]
        server.fail("sendMessage", "500", times=2)
        for person in people:
            person.send("indomie")
        server.wait_until(lambda: len(server.received("sendMessage")) >= 2, "the bot is answering both")
        assert bot.stop() == 0
        for person in people:
            assert "Rp115.000" in person.next_message().text
        assert server.pending == 0


def test_a_person_who_floods_is_slowed_and_others_are_not(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        budi, siti = server.user(BUDI, "Budi"), server.user(SITI, "Siti")
        for _ in range(120):
            budi.send("indomie")
        assert "Rp115.000" in siti.ask("indomie").text
        assert "Terlalu cepat" in budi.next_message(containing="Terlalu cepat").text
        server.wait_until(lambda: not server.pending, "the bot has received everything")
        assert bot.stop() == 0
        answers = sum("Rp115.000" in message.text for message in budi.messages)
        assert BURST <= answers <= BURST + MOST_WAITING + 1
        assert "User 101 floods" in bot.log
