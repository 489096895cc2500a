"""A bot without a network that people mark products in, and whose notifier works when a test says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import GROUPS, INDOMIE, SUGAR, Change, publish_shop
from toko_bot.service.watching.price_news import PriceNews
from toko_core.people import Role

ANI = 201
"""A customer of the second level."""


class Shop:
    """A shop whose prices change while its bot runs."""

    def __init__(self, bot: DirectBot, data: Path) -> None:
        self.bot, self._data = bot, data
        shop = bot.bot.services
        self.watches, self.people = shop.watches, shop.people
        self.age = timedelta(hours=30)
        """That of the next catalogue."""
        self._changes: list[Change] = []
        self.news = PriceNews(
            bot.bot.application.bot, bot.bot.settings, bot.bot.live, shop.people, shop.watches, shop.deliveries
        )

    def begin_anew(self) -> None:
        """Let the bot forget everybody but those of its settings, and Ani."""
        self.bot.begin_anew()
        self._changes = []
        self.people.add(ANI, None, Role.CUSTOMER, level=2, name="Ani")

    def publish(self, *changes: tuple[str, int | None, str | None, str | None]) -> Path:
        """Publish a catalogue, an hour younger than the last one. INDOMIE changes: (unit, level, before, after)."""
        at = datetime.now(UTC) - self.age - timedelta(minutes=1)
        self._changes = [*self._changes, *(Change(INDOMIE, *change, at) for change in changes)]
        file = publish_shop(
            self._data, [INDOMIE, SUGAR], self._changes, reference={"customer_groups": GROUPS}, age=self.age
        )
        self.age -= timedelta(hours=1)
        self.load()
        return file

    def load(self) -> None:
        """Serve what CURRENT names."""

        async def poll() -> None:
            await self.bot.bot.live.poll()

        self.bot.run(poll())

    def notify(self, now: datetime | None = None) -> None:
        """Let the notifier work, as every few seconds."""
        self.bot.run(self.news.notify(now))

    def chat(self, user_id: int, name: str) -> Chat:
        return Chat(self.bot, self.bot.server.user(user_id, name))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("watching")
    publish_shop(folder, [INDOMIE, SUGAR], age=timedelta(hours=31))
    settings = {"owner_users": str(SITI), "allowed_users": str(BUDI), "allowed_chats": "-1001"}
    with direct_bot(folder, None, **settings) as bot:
        yield Shop(bot, folder)


@pytest.fixture
def shop(running: Shop) -> Shop:
    running.begin_anew()
    return running


@pytest.fixture
def budi(shop: Shop) -> Chat:
    """A cashier."""
    return shop.chat(BUDI, "Budi")


@pytest.fixture
def siti(shop: Shop) -> Chat:
    """An owner."""
    return shop.chat(SITI, "Siti")


@pytest.fixture
def ani(shop: Shop) -> Chat:
    return shop.chat(ANI, "Ani")
