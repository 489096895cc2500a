"""BOT_HEARTBEAT_URL: a dead-man's switch hears from the bot for as long as it is healthy, and no longer."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.servers.dead_mans_switch import PATH, Switch, dead_mans_switch
from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import BUDI, running_bot
from toko_bot.service import dead_mans_switch as sender
from toko_bot.service.health import NOT_RUNNING


@pytest.fixture
def switch() -> Iterator[Switch]:
    with dead_mans_switch() as switch:
        yield switch


def test_a_bot_reports_when_it_has_a_catalogue_and_answers_while_the_switch_does_not(
    data: Path, tmp_path: Path, switch: Switch
) -> None:
    switch.behaviour = "drip"
    with (
        TelegramServer() as server,
        running_bot(
            server, tmp_path / "data", tmp_path / "bot", BOT_HEARTBEAT_URL=switch.url, LOG_LEVEL="DEBUG"
        ) as bot,
    ):
        server.user(BUDI, "Budi").ask("indomie")
        assert switch.requests == []  # it serves no catalogue: not healthy
        shutil.copytree(data / "catalog", tmp_path / "data" / "catalog")
        bot.wait_for_log("Serving catalog-")
        server.user(BUDI, "Budi").ask("indomie")
        switch.wait_for(1)
        assert bot.check().returncode == 0
        server.user(BUDI, "Budi").ask("indomie")
        assert bot.stop() == 0  # while the request hangs
        assert "rahasia" not in bot.log


async def request_for(switch: Switch, problems: Iterator[str | None], behaviours: list[int | str]) -> None:
    """Let the bot's task run until the switch was requested with each behaviour."""
    task = asyncio.create_task(sender.keep_requesting(switch.url, lambda: next(problems)))
    for number, behaviour in enumerate(behaviours):
        switch.behaviour = behaviour
        while switch.count <= number:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_it_is_requested_again_and_again_while_the_bot_is_healthy_and_each_failure_is_logged_once(
    switch: Switch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sender, "EVERY", 0.3)
    monkeypatch.setattr(sender, "CHECK_EVERY", 0.01)
    caplog.set_level(logging.INFO, sender.log.name)

    def problems() -> Iterator[str | None]:
        yield from (NOT_RUNNING, "The bot serves no catalogue", None, None, None, None)
        while True:
            yield "The bot has not processed an update"

    asyncio.run(request_for(switch, problems(), [200, 503, "redirect", 200]))
    assert switch.requests == [f"{PATH}?status=up"] * 4
    failed, again = caplog.messages
    assert failed.endswith("could not be requested: status 503. It is tried each minute.")
    assert again.endswith("can be requested again")
    assert "rahasia" not in caplog.text
