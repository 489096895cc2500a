"""Fixtures: one shop, and one bot for ordinary conversations. Tests of faults start bots of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.telegram import Person, TelegramServer
from tests.toko_bot.bot.process import SITI, STRANGER, RunningBot, running_bot
from tests.toko_bot.bot.shop import publish_shop

STAFF = range(1000, 1100)
NEXT_STAFF = iter(STAFF)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published catalogue, for tests that only read it."""
    folder = tmp_path_factory.mktemp("shop")
    publish_shop(folder)
    return folder


@pytest.fixture(scope="session")
def bot(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    with (
        TelegramServer() as server,
        running_bot(
            server, data, tmp_path_factory.mktemp("bot"), ALLOWED_CHATS="-1001", ALLOWED_USERS=",".join(map(str, STAFF))
        ) as bot,
    ):
        yield bot


@pytest.fixture
def budi(bot: RunningBot) -> Person:
    """A member of the staff. Each test gets a new one, so the rate limit of the last test does not slow this one."""
    return bot.server.user(next(NEXT_STAFF), "Budi")


@pytest.fixture
def siti(bot: RunningBot) -> Person:
    """An owner."""
    person = bot.server.user(SITI, "Siti")
    person.skip()
    return person


@pytest.fixture
def stranger(bot: RunningBot) -> Person:
    return bot.server.user(STRANGER, "Orang")
