"""In groups, the tests' Bot API server rejects what Telegram rejects, with the same errors."""

from datetime import timedelta

import pytest
from telegram import ReplyParameters
from telegram.error import ChatMigrated, Forbidden, RetryAfter

from tests.servers.telegram import Person, TelegramServer
from tests.servers.telegram_client import BUDI, Client
from tests.servers.test_telegram import picture

GROUP, NEW, CHANNEL = -11, -1011, -1012


def test_without_a_right_a_message_is_rejected(client: Client, server: TelegramServer, budi: Person) -> None:
    bot, group, channel = client.bot, server.group(GROUP, "Toko", budi), server.group(CHANNEL, "Kanal", budi)
    channel.kind = "channel"
    group.forbidden = {"photos"}
    client.do(bot.send_message(GROUP, "x"))
    assert client.error_of(bot.send_photo(GROUP, picture())) == (
        "Bad Request: not enough rights to send photos to the chat"
    )
    group.forbidden = {"text messages"}
    assert client.error_of(bot.send_message(GROUP, "x")) == (
        "Bad Request: not enough rights to send text messages to the chat"
    )
    group.forbidden = {"CHAT_SEND_PHOTOS_FORBIDDEN"}
    assert client.error_of(bot.send_photo(GROUP, picture())) == "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"
    assert client.error_of(bot.send_message(CHANNEL, "x")) == (
        "Bad Request: need administrator rights in the channel chat"
    )
    server.world.rights(channel, budi.user, "member", "administrator")
    client.do(bot.send_message(CHANNEL, "x"))
    server.world.rights(group, budi.user, "member", "kicked")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        client.do(bot.send_message(GROUP, "x"))
    updates = [update.my_chat_member for update in client.do(bot.get_updates())]
    assert [update and update.new_chat_member.status for update in updates] == [
        "member", "member", "administrator", "kicked",
    ]  # fmt: skip


def test_a_message_goes_into_an_open_topic_or_where_it_replies_to(
    client: Client, server: TelegramServer, budi: Person
) -> None:
    bot, group = client.bot, server.group(GROUP, "Toko", budi)
    group.topics = {1: "open", 50: "open", 51: "closed"}
    there = server.user(BUDI, inside=group)
    asked = there.send("/harga roti", topic=50)
    *_, update = client.do(bot.get_updates())
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message, update.message.chat.is_forum) == (
        50, True, True,
    )  # fmt: skip
    assert client.do(bot.send_message(GROUP, "x", message_thread_id=50)).is_topic_message
    reply = client.do(bot.send_message(GROUP, "x", reply_parameters=ReplyParameters(asked.id)))
    assert reply.message_thread_id == 50
    assert client.do(bot.send_message(GROUP, "x")).message_thread_id is None
    closed = bot.send_message(GROUP, "x", message_thread_id=51)
    assert client.error_of(closed) == "Bad Request: TOPIC_CLOSED"
    unknown = bot.send_message(GROUP, "x", message_thread_id=52)
    assert client.error_of(unknown) == "Bad Request: message thread not found"


def test_slow_mode_and_an_upgrade_say_when_and_where_to_send(
    client: Client, server: TelegramServer, budi: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bot, group = client.bot, server.group(GROUP, "Toko", budi, kind="group")
    group.slow_seconds = 60
    client.do(bot.send_message(GROUP, "x"))
    with pytest.raises(RetryAfter) as limited:
        client.do(bot.send_message(GROUP, "x"))
    wait = limited.value.retry_after
    assert isinstance(wait, timedelta)
    assert wait <= timedelta(seconds=61)
    server.upgrade(group, NEW, budi)
    with pytest.raises(ChatMigrated) as moved:
        client.do(bot.send_message(GROUP, "x"))
    assert moved.value.new_chat_id == NEW
    client.do(bot.send_message(NEW, "x"))
    *_, old, new = client.do(bot.get_updates())
    assert old.message is not None
    assert new.message is not None
    assert (old.message.migrate_to_chat_id, new.message.migrate_from_chat_id) == (NEW, GROUP)


def test_a_post_of_a_channel_is_forwarded_into_its_comments(
    client: Client, server: TelegramServer, budi: Person
) -> None:
    channel, group = server.group(CHANNEL, "Kanal", budi, kind="channel"), server.group(GROUP, "Komentar", budi)
    post = server.forward_post(group, channel, "Promo")
    server.user(BUDI, inside=group).send("/harga roti", comment_on=post)
    server.anonymous(group).send("/id")
    *_, forwarded, comment, anonymous = [update.message for update in client.do(client.bot.get_updates())]
    assert forwarded is not None
    assert comment is not None
    assert anonymous is not None
    assert (forwarded.is_automatic_forward, forwarded.sender_chat and forwarded.sender_chat.id) == (True, CHANNEL)
    assert (comment.message_thread_id, comment.is_topic_message) == (post.id, None)
    assert anonymous.sender_chat is not None
    assert (anonymous.sender_chat.id, anonymous.from_user and anonymous.from_user.is_bot) == (GROUP, True)
