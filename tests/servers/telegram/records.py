"""The records that the server keeps and tests read: people, messages, files, answers and events."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.servers.telegram.markup import utf16_slice

Json = dict[str, Any]
EventKind = Literal["message", "edit", "deletion", "press", "answer", "action", "inline query", "inline answer"]


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the bot."""

    id: int
    first_name: str
    language_code: str = ""
    username: str = ""
    is_bot: bool = False

    def json(self) -> Json:
        optional = {"username": self.username, "language_code": self.language_code}
        return {
            "id": self.id, "is_bot": self.is_bot, "first_name": self.first_name,
            **{name: value for name, value in optional.items() if value},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on Telegram's servers. The small size of a photo is created from `thumbnail_of` when it is downloaded."""

    id: str
    unique_id: str
    path: str
    data: bytes
    thumbnail_of: "StoredFile | None" = None


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """One size of a photo."""

    file: StoredFile
    width: int
    height: int

    def json(self) -> Json:
        return {
            "file_id": self.file.id, "file_unique_id": self.file.unique_id, "width": self.width, "height": self.height,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Photo:
    """All sizes of a photo, the largest last."""

    sizes: tuple[PhotoSize, ...]

    @property
    def file_id(self) -> str:
        return self.sizes[-1].file.id

    @property
    def data(self) -> bytes:
        return self.sizes[-1].file.data

    def __str__(self) -> str:
        return f"{self.sizes[-1].width}×{self.sizes[-1].height}"


@dataclass(frozen=True, slots=True)
class Button:
    """A button of an inline keyboard. `content` is all that the bot sent about it."""

    text: str
    data: str
    url: str
    content: Json


@dataclass(frozen=True, slots=True)
class Message:
    """A version of a message. An edit creates a new one with the same id. The `text` of a photo is its caption."""

    id: int
    chat_id: int
    sender: User
    text: str
    entities: tuple[Json, ...] = ()
    photo: Photo | None = None
    markup: Json | None = None
    date: int = field(default_factory=lambda: int(time.time()))
    edit_date: int = 0
    reply_to: "Message | None" = None
    via_bot: User | None = None
    inline_id: str = ""
    extra: Json = field(default_factory=dict)
    """Other content, such as a location. The text is its caption."""
    thread: int = 0
    """The thread that the message belongs to: a topic, or the message that comments answer."""
    in_topic: bool = False
    marks: Json = field(default_factory=dict)
    """Further fields, such as `sender_chat`."""

    @property
    def rows(self) -> list[list[Button]]:
        """The rows of the inline keyboard."""
        return [
            [Button(b["text"], b.get("callback_data", ""), b.get("url", ""), b) for b in row]
            for row in (self.markup or {}).get("inline_keyboard", [])
        ]

    @property
    def buttons(self) -> list[Button]:
        """The buttons of the inline keyboard, row after row."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]

    def find_button(self, name: str) -> Button | None:
        """Find a button by its text, or else by its callback_data."""
        by_text = (b for b in self.buttons if b.text == name)
        by_data = (b for b in self.buttons if b.data == name)
        return next(by_text, None) or next(by_data, None)

    def formatted(self, kind: str) -> list[str]:
        """Return the parts of the text with this formatting: bold, code, pre, …"""
        return [utf16_slice(self.text, e["offset"], e["length"]) for e in self.entities if e["type"] == kind]

    def json(self, chat: Json) -> Json:
        """Return the message in the format of the Bot API."""
        content: Json = {"message_id": self.id, "from": self.sender.json(), "chat": chat, "date": self.date}
        if self.edit_date:
            content["edit_date"] = self.edit_date
        if self.reply_to is not None:
            content["reply_to_message"] = replace(self.reply_to, reply_to=None).json(chat)
        if self.via_bot is not None:
            content["via_bot"] = self.via_bot.json()
        if self.photo is not None:
            content["photo"] = [size.json() for size in self.photo.sizes]
        captioned = self.photo is not None or bool(self.extra)
        if self.text:
            content["caption" if captioned else "text"] = self.text
        if self.entities:
            content["caption_entities" if captioned else "entities"] = list(self.entities)
        if self.buttons:
            content["reply_markup"] = self.markup
        if self.thread:
            content["message_thread_id"] = self.thread
        if self.in_topic:
            content["is_topic_message"] = True
        return content | self.extra | self.marks


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The answer to a pressed button, shown above the chat, or as an alert in its own window."""

    text: str
    alert: bool
    url: str
    cache_time: int


@dataclass(frozen=True, slots=True)
class InlineResult:
    """A result of an inline query, with the message that is sent when somebody chooses it."""

    id: str
    title: str
    description: str
    text: str
    entities: tuple[Json, ...]
    markup: Json | None
    content: Json


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """One page of the results of an inline query."""

    results: tuple[InlineResult, ...]
    next_offset: str
    cache_time: int
    is_personal: bool
    button: Json | None

    def __iter__(self) -> Iterator[InlineResult]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)


@dataclass(frozen=True, slots=True)
class Event:
    """An event in a chat, caused by `user`. `time` is from time.monotonic()."""

    kind: EventKind
    user: User
    chat_id: int
    text: str = ""
    message: Message | None = None
    before: Message | None = None
    answer: CallbackAnswer | InlineAnswer | None = None
    time: float = field(default_factory=time.monotonic)

    @property
    def by_bot(self) -> bool:
        return self.user.is_bot


@dataclass(slots=True)
class Received:
    """A request of the bot, without its token. `status` is 0 until the response."""

    number: int
    method: str
    params: Json
    time: float
    status: int = 0
    description: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.status or '(waits)'} {self.description}".rstrip()
