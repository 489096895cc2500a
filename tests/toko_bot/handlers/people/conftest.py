"""A bot with two owners and a cashier in its settings, and people who come and go, without a network."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import GROUPS, INDOMIE, SUGAR, publish_shop

RINA = 103


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectBot]:
    folder = tmp_path_factory.mktemp("levels")
    publish_shop(folder, [replace(INDOMIE, photo=None), SUGAR], reference={"customer_groups": GROUPS})
    with direct_bot(folder, owner_users=f"{SITI},{RINA}", allowed_users=str(BUDI)) as bot:
        yield bot


@pytest.fixture
def bot(running: DirectBot) -> DirectBot:
    """A bot whose state database is empty, and which nobody has written to."""
    running.begin_anew()
    return running


@pytest.fixture
def siti(bot: DirectBot) -> Chat:
    """An owner."""
    return Chat(bot, bot.server.user(SITI, "Siti"))


@pytest.fixture
def rina(bot: DirectBot) -> Chat:
    """The other owner."""
    return Chat(bot, bot.server.user(RINA, "Rina"))


@pytest.fixture
def budi(bot: DirectBot) -> Chat:
    """A cashier whom the settings name."""
    return Chat(bot, bot.server.user(BUDI, "Budi"))


@pytest.fixture
def andi(bot: DirectBot) -> Chat:
    """A stranger."""
    return Chat(bot, bot.server.user(201, "Andi", username="andi_toko"))
