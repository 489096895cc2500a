"""A fake Bot API server that speaks the real protocol, for tests with the real python-telegram-bot.

    with TelegramServer() as server:
        budi = server.user(101, "Budi")
        start_the_bot(server.settings)
        answer = budi.ask("indomie goreng")
        budi.press("›", answer).answered()
        page_two = budi.next_edit(answer)
        print(budi.transcript())

It is as strict as Telegram where bots make mistakes: HTML, lengths, keyboards, edits, answers, pollers and webhooks.
"""

from tests.servers.telegram.chats import Chat, InlineQuery, Press
from tests.servers.telegram.faults import Failure, FailureKind
from tests.servers.telegram.people import Person
from tests.servers.telegram.records import (
    Button,
    CallbackAnswer,
    Event,
    InlineAnswer,
    InlineResult,
    Message,
    Photo,
    Received,
    User,
)
from tests.servers.telegram.server import TelegramServer

__all__ = [
    "Button", "CallbackAnswer", "Chat", "Event", "Failure", "FailureKind", "InlineAnswer", "InlineQuery",
    "InlineResult", "Message", "Person", "Photo", "Press", "Received", "TelegramServer", "User",
]  # fmt: skip
