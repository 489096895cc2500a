"""A bot that may answer in one group of each kind, without a network."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.servers.telegram import Chat, Message, Person, Press, User
from tests.toko_bot.bot.directly import DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import INDOMIE, SUGAR, Change, publish_shop

GROUP, SUPERGROUP, FORUM, COMMENTS, CHANNEL, OTHER, NEW = -11, -1012, -1013, -1014, -1015, -1016, -1017
TOPIC, CLOSED, GENERAL = 50, 51, 1
TITLES = {GROUP: "Grup", SUPERGROUP: "Supergrup", FORUM: "Forum", COMMENTS: "Komentar", OTHER: "Lain"}
CHANGE = Change(INDOMIE, "PCS", 1, "3000", "3150", datetime(2026, 1, 5, tzinfo=UTC))


@dataclass
class Place:
    """Budi in a group, and where in it he writes: anywhere, in a topic, or below a post of a channel."""

    bot: DirectBot
    budi: Person
    topic: int = 0
    post: Message | None = None

    @property
    def group(self) -> Chat:
        return self.budi.chat

    def send(self, text: str, reply_to: Message | None = None, person: Person | None = None) -> Message:
        """Send a text, and let the bot answer."""
        sent = (person or self.budi).send(text, reply_to, topic=self.topic, comment_on=self.post)
        self.bot.handle()
        return sent

    def ask(self, text: str, reply_to: Message | None = None, person: Person | None = None) -> Message:
        """Send a text, and return the bot's only answer. It must be where the question is."""
        before = len(self.of_bot)
        sent = self.send(text, reply_to, person)
        (answer,) = self.of_bot[before:]
        assert answer.reply_to is not None
        assert (answer.reply_to.id, answer.thread) == (sent.id, sent.thread)
        return answer

    def press(self, button: str, message: Message) -> Press:
        """Press a button, and let the bot answer. Its progress indicator must end."""
        press = self.budi.press(button, self.now(message))
        self.bot.handle()
        press.answered(timeout=0)
        return press

    def now(self, message: Message) -> Message:
        """Return a message as it is now."""
        return self.group.messages[message.id]

    @property
    def of_bot(self) -> list[Message]:
        """The messages of the bot, as they are now."""
        return [message for message in self.budi.messages if message.sender == self.bot.server.world.bot]

    def take_errors(self) -> list[str]:
        """Return the kinds of errors that the bot has counted since the last call."""
        errors = self.bot.bot.metrics.errors
        (metric,) = errors.collect()
        kinds = [sample.labels["kind"] for sample in metric.samples if sample.name.endswith("_total")]
        errors.clear()
        return kinds


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectBot]:
    folder = tmp_path_factory.mktemp("groups")
    publish_shop(folder, [INDOMIE, SUGAR], [CHANGE])
    allowed = ",".join(map(str, (GROUP, SUPERGROUP, FORUM, COMMENTS)))
    with direct_bot(folder, owner_users=str(SITI), allowed_users=str(BUDI), allowed_chats=allowed) as bot:
        yield bot


@pytest.fixture
def bot(running: DirectBot, monkeypatch: pytest.MonkeyPatch) -> DirectBot:
    """A bot that nobody has written to."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it, the library warns about its next version
    running.begin_anew()
    return running


def put(bot: DirectBot, chat: Chat, sender: User, text: str, **more: Any) -> Message:
    """Add a message that the bot does not get, as one of an earlier time."""
    with bot.server.world.lock:
        return bot.server.world.put(chat, sender, text, [], **more)


def enter(bot: DirectBot, chat_id: int) -> Place:
    """Let Budi, who adds the bot, write in a new group of a kind."""
    budi = bot.server.user(BUDI, "Budi")
    group = bot.server.group(chat_id, TITLES[chat_id], budi, kind="group" if chat_id == GROUP else "supergroup")
    inside = bot.server.user(BUDI, inside=group)
    if chat_id == FORUM:
        group.topics = {GENERAL: "open", TOPIC: "open", CLOSED: "closed"}
        return Place(bot, inside, topic=TOPIC)
    if chat_id == COMMENTS:
        channel = bot.server.group(CHANNEL, "Kanal", budi, kind="channel")
        return Place(bot, inside, post=bot.server.forward_post(group, channel, "Promo hari ini"))
    return Place(bot, inside)


@pytest.fixture(params=[GROUP, SUPERGROUP, FORUM, COMMENTS], ids=lambda chat_id: TITLES[chat_id])
def place(request: pytest.FixtureRequest, bot: DirectBot) -> Iterator[Place]:
    """A group of each kind."""
    place = enter(bot, request.param)
    yield place
    assert place.take_errors() == []


@pytest.fixture
def supergroup(bot: DirectBot) -> Iterator[Place]:
    place = enter(bot, SUPERGROUP)
    yield place
    assert place.take_errors() == []


@pytest.fixture
def forum(bot: DirectBot) -> Iterator[Place]:
    place = enter(bot, FORUM)
    yield place
    assert place.take_errors() == []
