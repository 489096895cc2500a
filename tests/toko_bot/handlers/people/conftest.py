"""A bot with two owners and a cashier in its settings, and people who come and go, without a network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.servers.telegram import Message, Person
from tests.toko_bot.bot.directly import DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import INDOMIE, SUGAR, publish_shop

RINA = 103
GROUPS: list[dict[str, object]] = [
    {"kgrup": "UM", "grup": "Umum", "level": 1, "potongan": None},
    {"kgrup": "GR", "grup": "Grosir <B>", "level": 2, "potongan": None},
]


@dataclass(frozen=True)
class Chat:
    """Somebody's private chat with the bot, which answers at once."""

    bot: DirectBot
    person: Person

    def ask(self, text: str) -> Message:
        """Send a text, and return the bot's answer."""
        self.person.skip()
        self.send(text)
        return self.person.next_message(timeout=0)

    def send(self, text: str) -> None:
        self.person.send(text)
        self.bot.handle()

    def press(self, label: str, message: Message) -> Message:
        """Press a button, and return the message as it is then."""
        self.alert(message.find_button(label) or label, message)
        return next(each for each in self.person.messages if each.id == message.id)

    def alert(self, button: object, message: Message) -> str:
        """Press a button, also a forged one, and return the text of the alert."""
        press = self.person.forge(str(getattr(button, "data", button)), message)
        self.bot.handle()
        return press.answered(timeout=0).text

    @property
    def texts(self) -> list[str]:
        """All messages of the bot, as they are now."""
        return [message.text for message in self.person.messages if message.sender.is_bot]

    @property
    def menu(self) -> set[str]:
        """The names of the commands in the menu."""
        return {command.split()[0].removeprefix("/") for command in self.person.commands()}

    def open(self, name: str) -> Message:
        """Open somebody's page from the list of people, as an owner."""
        people = self.ask("/pengguna")
        (line,) = [line for line in people.text.splitlines() if f" {name} – " in line]
        return self.press(line.split(".")[0], people)


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
