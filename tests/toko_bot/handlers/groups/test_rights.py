"""What happens in each kind of group with each right of the bot withdrawn, as docs/groups.md says."""

import logging
from dataclasses import replace

import pytest

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import DirectBot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.handlers.groups.conftest import CLOSED, COMMENTS, OTHER, TOPIC, Place, enter, put
from toko_bot.replies import messages
from toko_bot.replies.groups import texts
from toko_bot.replies.people.texts import ENDED

SEARCH = "/harga indomie goreng special"


def opened(place: Place) -> Message:
    """Search in the group, and open the first product."""
    answer = place.ask(SEARCH)
    place.press("1", answer)
    return place.now(answer)


def test_members_of_every_kind_of_group_are_answered_where_they_ask_also_with_pictures(place: Place) -> None:
    product = opened(place)
    assert "Rp3.150" in product.text
    assert "Gulaku" in place.ask("gula", reply_to=product).text
    before = len(place.of_bot)
    for button in ("📷 Foto", "📈 Riwayat"):
        assert not place.press(button, product).answered().text
    pictures = place.of_bot[before:]
    assert [picture.photo is not None for picture in pictures] == [True, True]
    assert {picture.thread for picture in pictures} == {product.thread}
    assert place.ask("/riwayat indomie goreng special").photo is not None
    place.send("selamat pagi")
    assert len(place.of_bot) == before + 3


@pytest.mark.parametrize("reason", ["photos", "CHAT_SEND_PHOTOS_FORBIDDEN"])
def test_a_group_without_photos_gets_the_text_with_a_line_that_says_so(place: Place, reason: str) -> None:
    product = opened(place)
    place.group.forbidden = {reason}
    history = place.ask("/riwayat indomie goreng special")
    assert history.photo is None
    assert "Rp3.000 → Rp3.150" in history.text
    assert history.text.endswith(texts.PHOTOS_FORBIDDEN)
    before = len(place.of_bot)
    assert not place.press("📈 Riwayat", product).answered().text
    assert place.of_bot[before].text.endswith(texts.PHOTOS_FORBIDDEN)
    assert place.of_bot[before].thread == product.thread
    assert place.press("📷 Foto", product).answered().text == texts.PHOTOS_FORBIDDEN
    assert len(place.of_bot) == before + 1


@pytest.mark.parametrize("reason", ["text messages", "CHAT_WRITE_FORBIDDEN"])
def test_where_the_bot_may_not_write_it_is_silent_and_logs_one_line_and_buttons_say_why(
    place: Place, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = place.ask(SEARCH)
    place.group.forbidden = {reason, "photos"}
    before, requests = len(place.of_bot), len(place.bot.server.world.requests)
    with caplog.at_level(logging.INFO, "toko_bot"):
        place.send(SEARCH)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "cannot write to the chat" in caplog.text
    assert len(place.bot.server.world.requests) <= requests + 1
    assert place.take_errors() == ["chat_gone"]
    assert not place.press("1", answer).answered().text, "its own messages can be edited"
    assert place.press("📈 Riwayat", answer).answered().text == texts.CANNOT_WRITE
    assert len(place.of_bot) == before
    assert place.take_errors() == ["chat_gone"]


def test_a_bot_that_was_removed_logs_one_line_and_answers_again_when_it_is_back(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    product = opened(place)
    world, siti = place.bot.server.world, place.bot.server.user(SITI, "Siti").user
    place.bot.handle()
    world.rights(place.group, siti, "member", "kicked")
    place.bot.handle()
    caplog.clear()
    with caplog.at_level(logging.INFO, "toko_bot"):
        assert place.press("📈 Riwayat", product).answered().text == texts.CANNOT_WRITE
    assert len([record for record in caplog.records if record.levelno >= logging.INFO]) == 1
    assert "the bot was removed from the chat" in caplog.text
    assert place.take_errors() == ["forbidden"]
    world.rights(place.group, siti, "kicked", "member")
    assert place.ask(SEARCH)


def test_an_administrator_hears_everything_and_answers_only_what_is_for_it(place: Place) -> None:
    siti = place.bot.server.user(SITI, "Siti").user
    place.bot.server.world.rights(place.group, siti, "member", "administrator")
    place.group.forbidden, place.group.slow_seconds = {"text messages"}, 3600
    place.send("indomie")
    place.send("/harga@other_bot indomie")
    assert place.of_bot == []
    answer = place.ask(SEARCH)
    assert place.ask("gula", reply_to=answer)
    place.bot.server.world.rights(place.group, siti, "administrator", "member")
    place.group.slow_seconds = 0
    place.send("indomie")
    assert len(place.of_bot) == 2
    assert place.ask(SEARCH)


def test_with_privacy_off_the_bot_answers_the_same(place: Place) -> None:
    place.bot.server.world.privacy = False
    place.send("indomie")
    place.send("/harga@other_bot indomie")
    place.send("gula", reply_to=place.send("ada gula?"))
    assert place.of_bot == []
    assert place.ask("gula", reply_to=place.ask(SEARCH))


def test_anonymous_administrators_and_channels_are_answered_as_members(place: Place) -> None:
    admin = place.bot.server.anonymous(place.group)
    answer = place.ask(SEARCH, person=admin)
    assert place.ask("gula", reply_to=answer, person=admin)
    place.send("/rugi", person=admin)
    assert place.of_bot[-1].text == messages.FOR_OWNERS


def test_messages_of_other_bots_and_by_way_of_bots_are_not_answered(place: Place) -> None:
    world = place.bot.server.world
    world.privacy = False
    answer, other = place.ask(SEARCH), replace(world.bot, id=77, username="other_bot")
    place.budi.send(SEARCH, via=other)
    place.budi.send("gula", answer, via=other)
    for text in (SEARCH, "/start", "/bantuan"):
        world.person_says(place.group, other, text)
    world.person_says(place.group, other, "gula", reply_to=answer)
    place.bot.handle()
    assert place.of_bot == [answer]


def test_posts_of_a_channel_are_not_answered_and_comments_are(bot: DirectBot) -> None:
    place = enter(bot, COMMENTS)
    channel = bot.server.world.chats[-1015]
    for privacy in (True, False):
        bot.server.world.privacy = privacy
        for text in (SEARCH, "/id", "/rugi", "indomie"):
            bot.server.forward_post(place.group, channel, text)
    bot.handle()
    assert place.of_bot == []
    assert place.ask(SEARCH).thread


def test_in_a_channel_the_bot_says_nothing(bot: DirectBot) -> None:
    place = enter(bot, COMMENTS)
    channel, siti = bot.server.world.chats[-1015], bot.server.user(SITI, "Siti").user
    inside = bot.server.user(SITI, inside=channel)
    for old, new in (("member", "administrator"), ("administrator", "member"), ("member", "kicked")):
        bot.server.world.rights(channel, siti, old, new)
        inside.send(SEARCH)
        bot.handle()
    assert [message for message in inside.messages if message.sender.is_bot] == []
    assert place.of_bot == []


def test_slow_mode_of_an_hour_costs_one_answer_and_stops_nobody_else(
    supergroup: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place = supergroup
    place.group.slow_seconds = 3600
    answer = place.ask(SEARCH)
    place.send("/harga gula")
    assert place.of_bot == [answer]
    assert "an answer is lost" in caplog.text
    assert place.take_errors() == ["too_many_requests"]
    assert not place.press("1", answer).answered().text, "buttons work"
    budi = place.bot.server.user(place.budi.user.id)
    budi.send("gula")
    place.bot.handle()
    assert "Gulaku" in budi.next_message(timeout=0).text


def test_slow_mode_of_seconds_delays_an_answer(supergroup: Place) -> None:
    supergroup.group.slow_seconds = 1
    for text in ("/harga indomie goreng special", "/harga gula"):
        assert supergroup.ask(text)


@pytest.mark.parametrize("is_gone", [False, True])
def test_in_a_topic_that_is_closed_or_gone_the_bot_is_silent_and_other_topics_go_on(
    forum: Place, is_gone: bool, caplog: pytest.LogCaptureFixture
) -> None:
    product = opened(forum)
    if is_gone:
        del forum.group.topics[TOPIC]
    else:
        forum.group.topics[TOPIC] = "closed"
    before = len(forum.of_bot)
    caplog.clear()
    with caplog.at_level(logging.INFO, "toko_bot"):
        forum.send(SEARCH)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert forum.press("📈 Riwayat", product).answered().text == texts.CANNOT_WRITE
    assert len(forum.of_bot) == before
    assert forum.take_errors() == ["chat_gone"]
    assert Place(forum.bot, forum.budi).ask(SEARCH).thread == 0, "in the general topic"
    assert CLOSED in forum.group.topics


def test_a_button_of_a_message_that_is_gone_does_not_answer_in_another_topic(forum: Place) -> None:
    answer = forum.ask(SEARCH)
    forum.budi.delete(answer)
    press = forum.budi.press("1", answer)
    forum.bot.handle()
    assert press.answered(timeout=0).text == messages.OLD_BUTTON
    assert forum.of_bot == []


def test_a_private_chat_with_topics_is_answered_in_the_topic(bot: DirectBot) -> None:
    budi = bot.server.user(BUDI, "Budi")
    budi.chat.topics = {TOPIC: "open"}
    budi.send("indomie goreng 3 pcs, gula pasir 5", topic=TOPIC)
    bot.handle()
    quotation = budi.next_message(timeout=0)
    for button in ("📤 Bagikan", "📝 Teks"):
        pressed = next(b for b in quotation.buttons if button[-4:] in b.text)
        budi.press(pressed.text, quotation)
        bot.handle()
        quotation = budi.chat.messages[quotation.id]
    assert {message.thread for message in budi.messages} == {TOPIC}
    assert len([message for message in budi.messages if message.sender.is_bot]) == 2


def test_a_group_that_has_no_access_gets_nothing_and_its_old_buttons_say_that_it_has_ended(bot: DirectBot) -> None:
    place = enter(bot, OTHER)
    of_before = put(bot, place.group, bot.server.world.bot, "Indomie")
    for text in (SEARCH, "/id", "indomie"):
        place.send(text)
    press = place.budi.forge("p1:indomie", of_before)
    bot.handle()
    assert (press.answered(timeout=0).text, press.answered().alert) == (texts.ENDED, True)
    assert place.of_bot == [of_before]
    siti = bot.server.user(SITI, "Siti", inside=place.group)
    assert str(OTHER) in place.ask("/id", person=siti).text


def test_a_removed_employee_who_presses_an_old_button_anywhere_reads_that_access_has_ended(bot: DirectBot) -> None:
    andi = bot.server.user(201, "Andi")
    message = put(bot, andi.chat, bot.server.world.bot, "Indomie")
    shared = put(bot, andi.chat, andi.user, "Indomie", via_bot=bot.server.world.bot, inline_id="INLINE1")
    presses = [andi.forge(data, at) for at in (message, shared) for data in ("p1:indomie", "ul1", "x")]
    bot.handle()
    assert {press.answered(timeout=0).text for press in presses} == {ENDED}
    assert [message for message in andi.messages if message.sender.is_bot] == [message]


def test_somebody_who_blocks_the_bot_before_its_answer_costs_one_line_of_the_log(
    bot: DirectBot, caplog: pytest.LogCaptureFixture
) -> None:
    budi = bot.server.user(BUDI, "Budi")
    budi.send("gula")
    budi.block()
    with caplog.at_level(logging.INFO, "toko_bot.handlers.errors"):
        bot.handle()
    assert len(caplog.records) == 1
    assert "has blocked the bot" in caplog.text
    assert Place(bot, budi).take_errors() == ["forbidden"]
    budi.unblock()
    budi.send("gula")
    bot.handle()
    assert "Gulaku" in budi.next_message(timeout=0).text
