"""What is special in groups: topics, the rights of the bot, slow mode, channel posts, and upgrades to a supergroup.

The errors and their order are those of tdlib/telegram-bot-api; TOPIC_CLOSED comes from Telegram's servers.
"""

import time

from tests.servers.telegram.chats import Chat
from tests.servers.telegram.errors import ApiError, bad_request
from tests.servers.telegram.markup import trimmed, with_found_entities
from tests.servers.telegram.records import Json, Message, User
from tests.servers.telegram.wire import Params
from tests.servers.telegram.world import World

ANONYMOUS = User(1087968824, "Group", username="GroupAnonymousBot", is_bot=True)
"""Who sends the messages of administrators that stay anonymous."""
SERVICE = User(777000, "Telegram")
"""Who forwards the posts of a channel into its group of comments."""
GENERAL = 1
"""The topic that every forum has. A request must not name it."""


def check_access(chat: Chat) -> None:
    """Raise ApiError if the chat takes no new messages, because it is a supergroup now."""
    if chat.became:
        raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.became)


def check_sending(chat: Chat, params: Params, replied: Message | None, *, photo: bool = False) -> Json:
    """Return what a new message of the bot has in addition: its topic. Raises ApiError if the bot may not send it."""
    check_access(chat)
    thread = params.integer("message_thread_id")
    if thread and (chat.is_forum or chat.kind == "private") and thread not in chat.topics:
        raise bad_request("message thread not found")
    if not thread and replied is not None:
        thread = replied.thread
    if chat.kind == "channel" and not chat.is_admin:
        raise bad_request("need administrator rights in the channel chat")
    if not chat.is_admin:
        _check_rights(chat, "photos" if photo else "text messages")
        if chat.topics.get(thread or GENERAL) == "closed":
            raise bad_request("TOPIC_CLOSED")
        _check_slow_mode(chat)
    chat.last_post = time.monotonic()
    return {"thread": thread, "in_topic": thread in chat.topics} if thread else {}


def _check_rights(chat: Chat, kind: str) -> None:
    if kind in chat.forbidden:
        raise bad_request(f"not enough rights to send {kind} to the chat")
    for code in chat.forbidden:  # also an error of Telegram's servers, if the bot's server did not know of the change
        if code == "CHAT_WRITE_FORBIDDEN" or (kind == "photos" and code == "CHAT_SEND_PHOTOS_FORBIDDEN"):
            raise bad_request(code)


def _check_slow_mode(chat: Chat) -> None:
    left = chat.last_post + chat.slow_seconds - time.monotonic() if chat.last_post else 0
    if left > 0:
        seconds = int(left) + 1
        raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def upgrade(world: World, chat: Chat, new_id: int, by: User) -> Chat:
    """Make a group a supergroup with a new id. Both chats get a service message, which the bot always gets."""
    with world.lock:
        new = world.add_chat(new_id, "supergroup", chat.title, *chat.members.values())
        chat.became = new_id
        to: Json = {"migrate_to_chat_id": new_id}
        _tell(world, chat, world.put(chat, by, "", [], marks=to))
        come_from = {"migrate_from_chat_id": chat.id, "sender_chat": new.json()}
        _tell(world, new, world.put(new, ANONYMOUS, "", [], marks=come_from))
        return new


def forward_post(world: World, group: Chat, channel: Chat, text: str) -> Message:
    """Forward a post of a channel into its group of comments, as Telegram does by itself."""
    with world.lock:
        marks = {"sender_chat": channel.json(), "is_automatic_forward": True}
        plain, entities = trimmed(text, [])
        message = world.put(group, SERVICE, plain, with_found_entities(plain, entities), marks=marks)
        _tell(world, group, message)
        return message


def _tell(world: World, chat: Chat, message: Message) -> None:
    world.updates.add("message", message.json(chat.json()), chat.id)
