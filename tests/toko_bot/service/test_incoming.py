"""Updates that cannot be read are skipped, and a bot whose polling has ended ends with status 1."""

import json
from pathlib import Path
from typing import Any

import pytest
from telegram.error import NetworkError

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, STRANGER, RunningBot, running_bot
from toko_bot.service.incoming import readable

MESSAGE = {"message_id": 1, "date": 1_700_000_000, "chat": {"id": 1, "type": "private"}, "text": "halo"}


@pytest.mark.parametrize(
    "content",
    [
        {"venue": {"location": {}}},
        {"entities": [{"type": "bold"}]},
        {"photo": [{"file_id": "x"}]},
        {"forward_origin": {"type": "user", "date": 10**30}},
        {"contact": {"secret": "rahasia"}},
    ],
)
def test_an_update_that_cannot_be_read_is_skipped_and_acknowledged(
    bot: RunningBot, budi: Person, content: dict[str, Any]
) -> None:
    server = bot.server
    server.user(STRANGER).send_other(**content)
    assert "Rp115.000" in budi.ask("indomie").text
    server.wait_until(lambda: server.pending == 0, "all updates are acknowledged")
    polls = len(server.received("getUpdates"))
    assert "Rp115.000" in budi.ask("indomie").text
    assert len(server.received("getUpdates")) < polls + 10  # it does not poll the same update again and again
    bot.wait_for_log("cannot be read and is skipped")
    assert "rahasia" not in bot.log


def test_only_the_number_of_an_update_that_cannot_be_read_is_kept() -> None:
    skipped: list[int] = []
    good, bad = {"update_id": 7, "message": MESSAGE}, {"update_id": 8, "message": {**MESSAGE, "chat": 5}}
    body = json.dumps({"ok": True, "result": [good, bad, "garbage", {"message": MESSAGE}, {"update_id": True}]})
    kept = json.loads(readable(body.encode(), lambda: skipped.append(1)))
    assert kept == {"ok": True, "result": [good, {"update_id": 8}]}
    assert len(skipped) == 4


def test_a_response_without_unreadable_updates_is_unchanged() -> None:
    body = json.dumps({"ok": True, "result": [{"update_id": 7, "message": MESSAGE}]}).encode()
    assert readable(body, lambda: None) is body


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"ok": true}', b'{"ok": true, "result": 5}', b"[" * 10**5])
def test_a_response_that_is_not_telegrams_is_an_error_of_the_network(body: bytes) -> None:
    with pytest.raises(NetworkError):
        readable(body, lambda: None)


def test_polls_that_are_rejected_for_a_moment_are_repeated(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path):
        server.fail("getUpdates", "401", times=2)
        assert "Rp115.000" in server.user(BUDI, "Budi").ask("indomie", timeout=30).text


def test_a_bot_waits_for_a_telegram_that_does_not_answer_before_the_first_poll(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server:
        server.fail("deleteWebhook", "502", times=3)  # repeated after 0.5, 2 and 5 seconds
        with running_bot(server, data, tmp_path) as bot:
            assert "Rp115.000" in server.user(BUDI, "Budi").ask("indomie", timeout=30).text
            assert bot.stop() == 0
            assert "The bot stops" not in bot.log


def test_a_bot_whose_polls_stay_rejected_ends_with_status_1(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        server.fail("getUpdates", "401", times=None)
        assert bot.process.wait(60) == 1
        bot.wait_for_log("toko: Telegram")
        assert bot.check().returncode == 1
