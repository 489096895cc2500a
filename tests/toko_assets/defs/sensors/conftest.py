"""Fixtures: Telegram with an owner whom the environment names, and a notifier whose log shows no token."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.telegram import TelegramServer
from tests.toko_assets.defs.notifying import Telling
from tests.toko_assets.defs.sensing import an_owner
from toko_bot.settings import BotSettings


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with an_owner() as owner, pytest.MonkeyPatch.context() as patch:
        for name in BotSettings.model_fields:
            patch.delenv(name.upper(), raising=False)
        for name, value in owner.settings.items():
            patch.setenv(name, value)
        yield owner.telegram


@pytest.fixture
def telling(telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Telling]:
    monkeypatch.chdir(tmp_path)
    telling = Telling()
    yield telling
    for line in telling.logged:
        assert telegram.token not in line
        assert telegram.token.split(":")[1] not in line
        assert len(line.splitlines()) == 1
