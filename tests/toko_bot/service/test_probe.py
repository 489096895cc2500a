"""A bot that polls is healthy only while it processes what it receives."""

import time
from pathlib import Path

import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.in_thread import bot_settings, running_in_thread
from tests.toko_bot.bot.process import BUDI
from tests.toko_bot.bot.shop import INDOMIE, publish_shop
from toko_bot.app import build_app
from toko_bot.service.health import read_beat


def test_answered_polls_do_not_hide_that_updates_are_not_processed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toko_bot.app.ANSWER_SECONDS", 2)
    monkeypatch.setattr("toko_bot.app.POLL_SECONDS", 1)
    monkeypatch.setattr("toko_bot.service.turns.AT_ONCE", 1)
    monkeypatch.setattr("toko_bot.service.probe.OLDEST", 0.5)
    publish_shop(tmp_path, [INDOMIE])
    with TelegramServer() as server:
        bot = build_app(bot_settings(server, tmp_path, allowed_users=str(BUDI)))

        def problem() -> str | None:
            beat = read_beat(bot.settings)
            return "no heartbeat" if beat is None else beat.problem_at(time.time())

        with running_in_thread(bot):
            budi = server.user(BUDI, "Budi")
            assert "Rp115.000" in budi.ask("indomie").text
            assert problem() is None
            server.fail("sendMessage", "timeout", times=None)
            budi.send("indomie")  # the only update that this bot processes at once
            server.wait_until(lambda: "does not process them" in (problem() or ""), "the problem is reported")
            assert bot.metrics.registry.get_sample_value("toko_bot_healthy") == 0
            server.heal()
            server.wait_until(lambda: problem() is None, "the bot is healthy again")
            assert bot.metrics.registry.get_sample_value("toko_bot_healthy") == 1
        assert problem() == "no heartbeat"
