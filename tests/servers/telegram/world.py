"""The state of the server, and the actions of people and of the bot. Callers hold `lock`, or the methods acquire it."""

import io
import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.servers.telegram.chats import Chat, InlineQuery, Press
from tests.servers.telegram.errors import bad_request, forbidden
from tests.servers.telegram.faults import Faults
from tests.servers.telegram.markup import trimmed, with_found_entities
from tests.servers.telegram.records import (
    CallbackAnswer,
    Event,
    InlineAnswer,
    Json,
    Message,
    Photo,
    PhotoSize,
    Received,
    StoredFile,
    User,
)
from tests.servers.telegram.updates import Updates
from tests.servers.telegram.wire import Params

RIGHTS: dict[str, Json] = {
    "kicked": {"until_date": 0},
    "administrator": dict.fromkeys(
        (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
            "can_edit_stories", "can_delete_stories",
        ), False,
    ),
    "restricted": {"is_member": True, "until_date": 0} | dict.fromkeys(
        (
            "can_change_info", "can_invite_users", "can_pin_messages", "can_send_messages", "can_send_polls",
            "can_send_other_messages", "can_add_web_page_previews", "can_manage_topics", "can_send_audios",
            "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes", "can_send_voice_notes",
        ), False,
    ),
}  # fmt: skip
"""What a membership says in addition to its status."""
THUMBNAIL = 90
MOST_PHOTO_BYTES = 10 * 1024 * 1024


class World:
    """One bot, and all people who write to it."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.photos: dict[str, Photo] = {}
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.inline_messages: dict[str, tuple[Chat, int]] = {}
        self.inline_cache: dict[tuple[str, str, int], tuple[float, InlineAnswer]] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.requests: list[Received] = []
        self.watchers: list[Callable[[Event], None]] = []
        self.updates = Updates(self.lock)
        self.faults = Faults()
        self.query_lifetime = 15.0
        """The seconds in which a pressed button or an inline query can be answered."""
        self.privacy = True
        """Whether the bot gets only commands, replies to it and inline results in groups."""
        self.inline_mode = True
        """The setting of /setinline in @BotFather."""
        self._message_ids = itertools.count(1)
        self._numbers = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)

    def happened(self, event: Event) -> None:
        """Record an event, and wake threads that wait for it."""
        chat = self.chats[event.chat_id]
        chat.events.append(event)
        chat.changed.notify_all()
        self.changed.notify_all()
        for watcher in list(self.watchers):
            watcher(event)

    # Chats

    def add_chat(self, chat_id: int, kind: str, title: str, *members: User) -> Chat:
        with self.lock:
            chat = Chat(chat_id, kind, title, threading.Condition(self.lock), {user.id: user for user in members})
            self.chats[chat_id] = chat
            return chat

    def chat_of(self, params: Params) -> Chat:
        """Return the chat of a request."""
        if not params.text("chat_id"):
            raise bad_request("chat_id is empty")
        chat = self.chats.get(params.integer("chat_id"))
        if chat is None or not chat.known:
            raise bad_request("chat not found")
        if chat.blocked:
            raise forbidden(
                "bot was blocked by the user" if chat.kind == "private" else f"bot was kicked from the {chat.kind} chat"
            )
        return chat

    def membership(self, chat: Chat, user: User, old: str, new: str) -> None:
        """Notify the bot that its own membership in a chat has changed."""
        change = {
            name: {"user": self.bot.json(), "status": status, **RIGHTS.get(status, {})}
            for name, status in (("old_chat_member", old), ("new_chat_member", new))
        }
        content = {"chat": chat.json(), "from": user.json(), "date": int(time.time()), **change}
        self.updates.add("my_chat_member", content, chat.id)

    # Messages

    def put(self, chat: Chat, sender: User, text: str, entities: list[Json], **more: Any) -> Message:
        """Add a new message."""
        message = Message(next(self._message_ids), chat.id, sender, text, tuple(entities), **more)
        chat.messages[message.id] = message
        self.happened(Event("message", sender, chat.id, text, message))
        return message

    def replace(self, chat: Chat, by: User, message: Message) -> None:
        """Replace an edited message."""
        before = chat.messages[message.id]
        chat.messages[message.id] = message
        self.happened(Event("edit", by, chat.id, message.text, message, before))

    def delete(self, chat: Chat, by: User, message: Message) -> None:
        del chat.messages[message.id]
        self.happened(Event("deletion", by, chat.id, message=None, before=message))

    def rights(self, chat: Chat, by: User, old: str, new: str, *, forbidden: set[str] | None = None) -> None:
        """Promote, demote or restrict the bot in a group, or add it again."""
        with self.lock:
            chat.is_admin, chat.blocked, chat.forbidden = new == "administrator", new == "kicked", forbidden or set()
            self.membership(chat, by, old, new)

    def person_says(self, chat: Chat, user: User, text: str, **more: Any) -> Message:
        """Add a message of a person. The bot gets it if the privacy mode allows that."""
        with self.lock:
            chat.known = chat.known or chat.kind == "private"
            plain, entities = trimmed(text, [])
            message = self.put(chat, user, plain, with_found_entities(plain, entities), **more)
            if self.hears(chat, message):
                self.updates.add("message", message.json(chat.json()), chat.id)
            return message

    def hears(self, chat: Chat, message: Message) -> bool:
        if chat.blocked:
            return False
        if chat.kind == "private" or not self.privacy or chat.is_admin or message.via_bot == self.bot:
            return True
        if message.reply_to is not None and message.reply_to.sender.is_bot:
            return True
        commands = message.formatted("bot_command")
        return any("@" not in command or command.endswith(f"@{self.bot.username}") for command in commands)

    # Presses and inline queries

    def press(self, chat: Chat, user: User, message: Message, data: str, label: str) -> Press:
        with self.lock:
            press = Press(id=f"{user.id}{self.number():08}", user=user, chat=chat, data=data, message=message)
            self.presses[press.id] = press
            content: Json = {"id": press.id, "from": user.json(), "chat_instance": f"{chat.id}7", "data": data}
            if message.inline_id:
                content["inline_message_id"] = message.inline_id
            elif message.id in chat.messages:
                content["message"] = chat.messages[message.id].json(chat.json())
            else:
                content["message"] = {"chat": chat.json(), "message_id": message.id, "date": 0}
            self.happened(Event("press", user, chat.id, label, message))
            self.updates.add("callback_query", content, user.id)
            return press

    def ask_inline(self, chat: Chat, user: User, text: str, offset: str) -> InlineQuery:
        with self.lock:
            query = InlineQuery(id=f"{user.id}{self.number():08}", user=user, chat=chat, text=text, offset=offset)
            self.happened(Event("inline query", user, chat.id, f"@{self.bot.username} {text}"))
            for asker in (user.id, 0):
                until, answer = self.inline_cache.get((text, offset, asker), (0.0, None))
                if answer is not None and query.time < until:
                    self.answer_inline(query, answer)
                    return query
            self.inline_queries[query.id] = query
            kind = "sender" if chat.kind == "private" else chat.kind
            content = {"id": query.id, "from": user.json(), "query": text, "offset": offset, "chat_type": kind}
            self.updates.add("inline_query", content, user.id)
            return query

    def answer_press(self, press: Press, answer: CallbackAnswer) -> None:
        press.answer = answer
        self.happened(Event("answer", self.bot, press.chat.id, answer.text, press.message, answer=answer))

    def answer_inline(self, query: InlineQuery, answer: InlineAnswer) -> None:
        query.answer = answer
        self.happened(Event("inline answer", self.bot, query.chat.id, query.text, answer=answer))

    # Files

    def add_file(self, data: bytes, folder: str, name: str = "") -> StoredFile:
        number = self.number()
        path = f"{folder}/file_{number}{Path(name).suffix if name else '.jpg'}"
        stored = StoredFile(f"AgACAgUAAxkBAAI{number:012}", f"AQAD{number:08}", path, data)
        self.files[stored.id] = stored
        return stored

    def add_photo(self, data: bytes) -> Photo:
        """Add a photo in two sizes: the original, and one that is too small to read."""
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > MOST_PHOTO_BYTES:
            raise bad_request(f"file is too big for a photo; the maximum size is {MOST_PHOTO_BYTES} bytes")
        try:
            with Image.open(io.BytesIO(data)) as image:
                width, height = image.size
        except (UnidentifiedImageError, OSError):
            raise bad_request("IMAGE_PROCESS_FAILED") from None
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        with self.lock:
            full = self.add_file(data, "photos")
            number = self.number()
            thumbnail = StoredFile(f"{full.id}s", f"AQAD{number:08}", f"photos/file_{number}.jpg", b"", full)
            self.files[thumbnail.id] = thumbnail
            scale = min(1.0, THUMBNAIL / max(width, height))
            small = PhotoSize(thumbnail, max(1, round(width * scale)), max(1, round(height * scale)))
            photo = Photo((small, PhotoSize(full, width, height)))
            self.photos |= dict.fromkeys((full.id, thumbnail.id), photo)
            return photo


def file_content(stored: StoredFile) -> bytes:
    """Return the content that a download gets."""
    if stored.thumbnail_of is None:
        return stored.data
    with Image.open(io.BytesIO(stored.thumbnail_of.data)) as image:
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        made = io.BytesIO()
        image.convert("RGB").save(made, "JPEG")
        return made.getvalue()
