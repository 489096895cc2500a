"""People in Telegram's app, what they do and what they see: the interface of the server for tests."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

from tests.servers.telegram.chats import Chat, InlineQuery, Press
from tests.servers.telegram.markup import with_found_entities
from tests.servers.telegram.records import Event, EventKind, Json, Message, User
from tests.servers.telegram.transcript import message_text
from tests.servers.telegram.world import World

READ: tuple[EventKind, ...] = ("message", "edit", "deletion", "action")


class Person:
    """Somebody in a chat, which is the chat with the bot or a group.

    Each `next_…` returns the bot's next unread event of its kind (message, edit, deletion or action), and waits for it
    if necessary. The kinds are read independently.
    """

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.user = user
        self.chat = chat
        self._world = world
        self._read: dict[EventKind, int] = {}
        self.marks: Json = {}
        """What all messages have in addition, such as the `sender_chat` of an anonymous administrator."""

    # Actions of the person

    def send(
        self, text: str, reply_to: Message | None = None, *, topic: int = 0, comment_on: Message | None = None,
        via: User | None = None,
    ) -> Message:  # fmt: skip
        """Send a text: in a topic of a forum, as a comment on a post of a channel, or by way of an inline bot."""
        where = {"thread": topic, "in_topic": True} if topic else {}
        if comment_on is not None:
            where, reply_to = {"thread": comment_on.id}, reply_to or comment_on
        return self._world.person_says(
            self.chat, self.user, text, reply_to=reply_to, via_bot=via, marks=self.marks, **where
        )

    def send_photo(self, data: bytes, caption: str = "", reply_to: Message | None = None) -> Message:
        """Send a photo. The bot gets it in two sizes."""
        return self._world.person_says(
            self.chat, self.user, caption, reply_to=reply_to, photo=self._world.add_photo(data)
        )

    def send_document(self, data: bytes, name: str, mime_type: str, caption: str = "") -> Message:
        """Send a file. Some people send photos this way."""
        with self._world.lock:
            stored = self._world.add_file(data, "documents", name)
        described = {
            "file_id": stored.id, "file_unique_id": stored.unique_id, "file_name": name, "mime_type": mime_type,
            "file_size": len(data),
        }  # fmt: skip
        return self.send_other(caption, document=described)

    def send_other(self, caption: str = "", **content: Json) -> Message:
        """Send any other content of the Bot API: `send_other(location={"latitude": 0.5, "longitude": 101.4})`."""
        return self._world.person_says(self.chat, self.user, caption, extra=content)

    def edit(self, message: Message, text: str) -> Message:
        """Edit one of the person's own messages."""
        world = self._world
        with world.lock:
            assert message.sender == self.user, "people change only their own messages"
            entities = tuple(with_found_entities(text, []))
            edited = replace(message, text=text, entities=entities, edit_date=int(time.time()))
            world.replace(self.chat, self.user, edited)
            if world.hears(self.chat, edited):
                world.updates.add("edited_message", edited.json(self.chat.json()), self.chat.id)
            return edited

    def delete(self, message: Message) -> None:
        """Delete any message of the chat. Telegram does not notify the bot."""
        with self._world.lock:
            self._world.delete(self.chat, self.user, message)

    def press(self, button: str, message: Message | None = None) -> Press:
        """Press the button with this text or callback_data, of `message` as given or of the newest that has it."""
        with self._world.lock:
            candidates = [message] if message is not None else [*reversed(self.chat.messages.values())]
            for candidate in candidates:
                found = candidate.find_button(button)
                if found is not None:
                    assert found.data, f"[{found.text}] is not for the bot: {found.content}"
                    return self._world.press(self.chat, self.user, candidate, found.data, found.text)
            seen = "\n\n".join(message_text(candidate) for candidate in candidates if candidate.buttons)
            raise AssertionError(f"No button {button!r} in:\n\n{seen or '(no message with buttons)'}")

    def forge(self, data: str, message: Message) -> Press:
        """Press a button with any data, as a modified client could."""
        return self._world.press(self.chat, self.user, message, data, data)

    def inline(self, text: str, offset: str = "") -> InlineQuery:
        """Type the bot's name and `text` here. Telegram does not ask the bot again for cached results."""
        return self._world.ask_inline(self.chat, self.user, text, offset)

    def choose(self, query: InlineQuery, index: int = 0) -> Message:
        """Send one of the results."""
        world = self._world
        with world.lock:
            assert query.answer is not None, "the query has no results yet"
            result = query.answer.results[index]
            inline_id = f"INLINE{world.number():08}" if result.markup else ""
            message = world.put(
                self.chat, self.user, result.text, list(result.entities), markup=result.markup,
                photo=world.photos.get(result.content.get("photo_file_id", "")),
                via_bot=world.bot, inline_id=inline_id,
            )  # fmt: skip
            if inline_id:
                world.inline_messages[inline_id] = (self.chat, message.id)
            if world.hears(self.chat, message):
                world.updates.add("message", message.json(self.chat.json()), self.chat.id)
            return message

    def block(self) -> None:
        """Block the bot, or remove it from the group. It gets a 403 for everything that it sends here."""
        with self._world.lock:
            self.chat.blocked = True
            self._world.membership(self.chat, self.user, "member", "kicked")

    def unblock(self) -> None:
        with self._world.lock:
            self.chat.blocked = False
            self._world.membership(self.chat, self.user, "kicked", "member")

    def ask(self, text: str, timeout: float = 20) -> Message:
        """Send a text, and return the bot's next message after it."""
        self.skip()
        self.send(text)
        return self.next_message(timeout=timeout)

    # Events that the person sees

    def next_message(self, containing: str = "", timeout: float = 20) -> Message:
        """Return the bot's next message."""
        event = self._next("message", timeout, lambda event: containing in event.text, containing)
        assert event.message is not None
        return event.message

    def next_edit(self, of: Message | None = None, containing: str = "", timeout: float = 20) -> Message:
        """Return the next message that the bot edits, in its state after the edit."""

        def wanted(event: Event) -> bool:
            assert event.message is not None
            return (of is None or event.message.id == of.id) and containing in event.text

        message = self._next("edit", timeout, wanted, containing).message
        assert message is not None
        return message

    def next_deletion(self, timeout: float = 20) -> Message:
        """Return the next message that the bot deletes."""
        before = self._next("deletion", timeout, lambda _: True, "").before
        assert before is not None
        return before

    def next_action(self, timeout: float = 20) -> str:
        """Return the next chat action, such as "typing"."""
        return self._next("action", timeout, lambda _: True, "").text

    def expect_silence(self, seconds: float = 0.5) -> None:
        """Fail if there are unread events of the bot, or if it does anything here in this time."""
        with self.chat.changed:
            self.chat.changed.wait_for(self._unread, seconds)
            event = self._unread()
            assert event is None, f"The bot was to be silent, but: {event.kind} {event.text!r}"

    def skip(self) -> None:
        """Mark all events so far as read."""
        with self._world.lock:
            self._read = dict.fromkeys(READ, len(self.chat.events))

    @property
    def messages(self) -> list[Message]:
        """The messages that are in the chat now."""
        with self._world.lock:
            return list(self.chat.messages.values())

    @property
    def events(self) -> list[Event]:
        """All events of the chat."""
        with self._world.lock:
            return list(self.chat.events)

    def transcript(self) -> str:
        """Return the chat as text."""
        return self.chat.transcript()

    def commands(self) -> list[str]:
        """Return the command menu that the app shows here, which is that of the narrowest scope."""
        kind = "all_private_chats" if self.chat.kind == "private" else "all_group_chats"
        scopes: list[Json] = [{"type": "chat", "chat_id": self.chat.id}, {"type": kind}, {"type": "default"}]
        if self.chat.kind != "private":
            scopes.insert(0, {"type": "chat_member", "chat_id": self.chat.id, "user_id": self.user.id})
        with self._world.lock:
            for scope in scopes:
                for language in (self.user.language_code, ""):
                    commands = self._world.commands.get((json.dumps(scope, sort_keys=True), language))
                    if commands:
                        return [f"/{command['command']} – {command['description']}" for command in commands]
        return []

    def _unread(self) -> Event | None:
        events = enumerate(self.chat.events)
        return next((e for i, e in events if e.by_bot and e.kind in READ and i >= self._read.get(e.kind, 0)), None)

    def _next(self, kind: EventKind, timeout: float, wanted: Callable[[Event], bool], containing: str) -> Event:
        def find() -> Event | None:
            for index in range(self._read.get(kind, 0), len(self.chat.events)):
                event = self.chat.events[index]
                if event.kind == kind and event.by_bot and wanted(event):
                    self._read[kind] = index + 1
                    return event
            return None

        what = f"{kind} of the bot" + (f" with {containing!r}" if containing else "")
        try:
            return self.chat.wait(find, timeout, what)
        except AssertionError as failure:
            last = self._world.requests[-8:]
            failure.add_note("\n".join(["The bot's last requests:", *map(str, last)]))
            raise
