"""Chats, and the queries that people send to the bot by pressing a button or in inline mode."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tests.servers.telegram.records import CallbackAnswer, Event, InlineAnswer, Json, Message, User
from tests.servers.telegram.transcript import transcript

Found = TypeVar("Found")
Answer = TypeVar("Answer")


@dataclass
class Chat:
    """A private chat, whose id is that of the person, a group or a channel. `changed` guards all of it."""

    id: int
    kind: str
    title: str
    changed: threading.Condition
    members: dict[int, User] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    known: bool = True
    """Whether the bot knows the chat, because the person has started the bot or the bot is in the group."""
    blocked: bool = False

    is_admin: bool = False
    """Whether the bot is an administrator: no restriction concerns it, and it gets all messages."""
    forbidden: set[str] = field(default_factory=set)
    """What the bot may not send: "text messages" and "photos", or an error code of Telegram's servers."""
    topics: dict[int, str] = field(default_factory=dict)
    """The topics of a forum, by their thread ids: "open" or "closed"."""
    slow_seconds: int = 0
    """In slow mode: the seconds between two messages of one sender."""
    last_post: float = 0.0
    became: int = 0
    """The id of the supergroup that the group became."""

    @property
    def is_forum(self) -> bool:
        return bool(self.topics) and self.kind == "supergroup"

    def json(self) -> Json:
        name = "first_name" if self.kind == "private" else "title"
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.kind, name: self.title, **forum}

    def transcript(self) -> str:
        """Return all events of the chat as text."""
        with self.changed:
            return transcript(self.events)

    def wait(self, find: Callable[[], Found | None], timeout: float, wanted: str) -> Found:
        """Wait until `find` returns a value, and return it. After `timeout` seconds, fail with the recent events."""
        found: Found | None = None

        def has_happened() -> bool:
            nonlocal found
            found = find()
            return found is not None

        with self.changed:
            self.changed.wait_for(has_happened, timeout)
            if found is None:
                raise AssertionError(
                    f"No {wanted} within {timeout:g} s. The chat of {self.title}:\n\n"
                    f"{transcript(self.events[-12:]) or '(nothing)'}"
                )
            return found


@dataclass(slots=True, kw_only=True)
class Asked(Generic[Answer]):
    """A query that the bot must answer."""

    id: str
    user: User
    chat: Chat
    time: float = field(default_factory=time.monotonic)
    answer: Answer | None = None

    def answered(self, timeout: float = 20) -> Answer:
        """Wait for the bot's answer, and return it."""
        return self.chat.wait(lambda: self.answer, timeout, f"answer to {self.user.first_name}'s {self}")


@dataclass(slots=True, kw_only=True)
class Press(Asked[CallbackAnswer]):
    """A press of a button. The answer ends the button's progress indicator."""

    data: str
    message: Message

    def __str__(self) -> str:
        return f"press of {self.data}"


@dataclass(slots=True, kw_only=True)
class InlineQuery(Asked[InlineAnswer]):
    """The text that somebody typed after the bot's name in a chat."""

    text: str
    offset: str

    def __str__(self) -> str:
        return f"“{self.text}”"
