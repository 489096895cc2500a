"""The tests' Bot API server rejects the same requests as Telegram, and shows people the same as Telegram."""

import io

import httpx
import pytest
from PIL import Image
from telegram import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.servers.telegram import Person, TelegramServer
from tests.servers.telegram_client import BUDI, Client, bot_of, keyboard


def article(
    result_id: str, text: str = "Rp3.150", markup: InlineKeyboardMarkup | None = None
) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        result_id,
        "Indomie",
        InputTextMessageContent(text, parse_mode="HTML"),
        description="Rp3.150",
        reply_markup=markup,
    )


def picture(width: int = 400, height: int = 300) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "JPEG")
    return made.getvalue()


def test_the_bot_learns_who_it_is(client: Client) -> None:
    me = client.do(client.bot.get_me())
    assert (me.username, me.supports_inline_queries, me.is_bot) == ("toko_bot", True, True)


def test_a_wrong_token_and_an_unknown_method_are_rejected(client: Client, server: TelegramServer) -> None:
    async def start(token: str) -> None:
        async with bot_of(server, token):
            pass

    with pytest.raises(InvalidToken, match="rejected by the server"):
        client.do(start("123456:" + "x" * 35))
    assert client.post("sendNothing") == "Not Found: method not found"


def test_the_token_is_in_no_request_that_tests_see(client: Client, server: TelegramServer) -> None:
    client.do(client.bot.get_me())
    client.error_of(client.bot.send_message(1, "x"))
    assert server.token not in repr(server.requests)


HTML = [
    ("<b>Roti</b>", "Roti", {"bold": ["Roti"]}),
    ("🛒🛒 <b>Ro<i>ti</i></b> 🛒<code>1</code>", "🛒🛒 Roti 🛒1", {"bold": ["Roti"], "italic": ["ti"], "code": ["1"]}),
    ("<pre>a\n b</pre>", "a\n b", {"pre": ["a\n b"]}),
    ('<pre><code class="language-sql">SELECT</code></pre>', "SELECT", {"pre": ["SELECT"], "code": []}),
    ('<a href="https://toko.id/?a=1&amp;b=2">x</a>', "x", {"text_link": ["x"]}),
    ("<a href='http://localhost/'>x</a>", "x", {"text_link": []}),
    ('<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', "ab", {"spoiler": ["a", "b"]}),
    ("<blockquote expandable>a</blockquote>", "a", {"expandable_blockquote": ["a"]}),
    ("a &lt; b &amp; c &quot;d&quot; &#65;&#x42; &copy;", 'a < b & c "d" AB &copy;', {}),
    ("  <u>a</u> \n ", "a", {"underline": ["a"]}),
    ("kata <s> </s>", "kata", {"strikethrough": []}),
    ("/cari <code>/id</code> a@b.c Rp1/2", "/cari /id a@b.c Rp1/2", {"bot_command": ["/cari"], "mention": []}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "formatted"), HTML)
def test_html_becomes_text_and_entities(
    client: Client, budi: Person, source: str, text: str, formatted: dict[str, list[str]]
) -> None:
    sent = client.do(client.bot.send_message(BUDI, source, parse_mode="HTML"))
    shown = budi.next_message()
    assert sent.text == shown.text == text
    for kind, parts in formatted.items():
        assert shown.formatted(kind) == parts
        assert [part for entity, part in sent.parse_entities().items() if entity.type == kind] == parts


def test_a_link_keeps_its_address(client: Client, budi: Person) -> None:
    client.do(client.bot.send_message(BUDI, '<a href="https://toko.id/?a=1&amp;b=2">x</a>', parse_mode="HTML"))
    assert budi.next_message().entities[0]["url"] == "https://toko.id/?a=1&b=2"


def test_formatting_beyond_a_hundred_entities_is_dropped(client: Client, budi: Person) -> None:
    client.do(client.bot.send_message(BUDI, "<b>a</b> " * 150, parse_mode="HTML"))
    assert len(budi.next_message().formatted("bold")) == 100


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("é <b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("é a</b>", "Unexpected end tag at byte offset 4"),
        ("harga < 5.000", 'Unsupported start tag "" at byte offset 6'),
        ("harga <5.000", "Unclosed start tag at byte offset 6"),
        ("<script>a</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("a<br/>b", 'Unsupported start tag "br/" at byte offset 1'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x>a</a>', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ],
)  # fmt: skip
def test_broken_html_is_rejected(client: Client, source: str, problem: str) -> None:
    send = client.bot.send_message(BUDI, source, parse_mode="HTML")
    assert client.error_of(send) == f"Bad Request: can't parse entities: {problem}"


def test_lengths_are_counted_after_parsing_in_utf16_units(client: Client, budi: Person) -> None:
    bot = client.bot
    client.do(bot.send_message(BUDI, f"<b>{'🛒' * 2000}</b>" + "&amp;" * 96, parse_mode="HTML"))
    assert client.error_of(bot.send_message(BUDI, "🛒" * 2048 + "x")) == "Bad Request: message is too long"
    sent = client.do(bot.send_message(BUDI, "x"))
    assert client.error_of(sent.edit_text("x" * 4097)) == "Bad Request: MESSAGE_TOO_LONG"
    client.do(bot.send_photo(BUDI, picture(), caption="x" * 1024))
    send = bot.send_photo(BUDI, picture(), caption="x" * 1025)
    assert client.error_of(send) == "Bad Request: message caption is too long"
    assert len(budi.messages) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "message text is empty"), (" \n", "text must be non-empty"), ("<b></b>", "text must be non-empty")],
)
def test_empty_texts_are_rejected(client: Client, text: str, problem: str) -> None:
    assert client.error_of(client.bot.send_message(BUDI, text, parse_mode="HTML")) == f"Bad Request: {problem}"


def test_somebody_who_has_not_started_the_bot_is_not_found(client: Client, server: TelegramServer) -> None:
    stranger = server.user(7, "Siti", started=False)
    for chat in (7, 8, "@nobody"):
        assert client.error_of(client.bot.send_message(chat, "Halo")) == "Bad Request: chat not found"
    stranger.send("Halo")
    client.do(client.bot.send_message(7, "Halo"))


def test_somebody_who_blocks_the_bot_gets_nothing(client: Client, budi: Person) -> None:
    budi.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        client.do(client.bot.send_message(BUDI, "Halo"))
    budi.unblock()
    client.do(client.bot.send_message(BUDI, "Halo"))


def button(url: str | None = None, callback_data: str | None = None) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Buka", url=url, callback_data=callback_data)]])


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        (button(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (button(callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (button(url="http://localhost/"), "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"),
        (keyboard(*map(str, range(101))), "reply markup is too long"),
    ],
)
def test_broken_keyboards_are_rejected(client: Client, markup: InlineKeyboardMarkup, problem: str) -> None:
    assert client.error_of(client.bot.send_message(BUDI, "x", reply_markup=markup)) == f"Bad Request: {problem}"


def test_an_edit_changes_text_and_buttons_in_place(client: Client, budi: Person) -> None:
    sent = client.do(client.bot.send_message(BUDI, "1/2", reply_markup=keyboard("›")))
    shown = budi.next_message()
    assert shown.labels == ["›"]
    client.do(sent.edit_text("<b>2/2</b>", parse_mode="HTML", reply_markup=keyboard("‹")))
    edited = budi.next_edit(of=shown)
    assert (edited.text, edited.labels, edited.formatted("bold")) == ("2/2", ["‹"], ["2/2"])
    assert (shown.text, budi.messages) == ("1/2", [edited])


def test_an_edit_without_buttons_removes_them(client: Client, budi: Person) -> None:
    sent = client.do(client.bot.send_message(BUDI, "1", reply_markup=keyboard("›")))
    client.do(sent.edit_text("2"))
    assert budi.next_edit().labels == []
    client.do(sent.edit_reply_markup(keyboard("›")))
    assert budi.next_edit().labels == ["›"]
    client.do(sent.edit_reply_markup(None))
    assert budi.next_edit().labels == []


def test_an_edit_that_changes_nothing_is_rejected(client: Client) -> None:
    sent = client.do(client.bot.send_message(BUDI, "<b>1</b>", parse_mode="HTML", reply_markup=keyboard("›")))
    same = sent.edit_text("<strong>1</strong>", parse_mode="HTML", reply_markup=keyboard("›"))
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new"):
        client.do(same)
    assert "message is not modified" in client.error_of(sent.edit_reply_markup(keyboard("›")))
    client.do(sent.edit_text("1", reply_markup=keyboard("›")))


def test_a_message_that_is_gone_or_of_somebody_else_cannot_be_edited(client: Client, budi: Person) -> None:
    sent = client.do(client.bot.send_message(BUDI, "x"))
    client.do(sent.delete())
    assert budi.next_deletion().text == "x"
    assert client.error_of(sent.edit_text("y")) == "Bad Request: message to edit not found"
    assert client.error_of(sent.delete()) == "Bad Request: message to delete not found"
    theirs = budi.send("x")
    assert client.error_of(client.bot.edit_message_text("y", BUDI, theirs.id)) == "Bad Request: message can't be edited"


def test_a_reply_needs_its_message(client: Client, budi: Person) -> None:
    asked = budi.send("indomie")
    client.do(client.bot.send_message(BUDI, "Rp3.150", reply_parameters=ReplyParameters(asked.id)))
    answer = budi.next_message()
    assert answer.reply_to is not None
    assert answer.reply_to.id == asked.id
    reply = client.bot.send_message(BUDI, "x", reply_parameters=ReplyParameters(999))
    assert client.error_of(reply) == "Bad Request: message to be replied not found"
    client.do(
        client.bot.send_message(BUDI, "x", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    )


def test_a_press_is_answered_once_and_in_time(client: Client, server: TelegramServer, budi: Person) -> None:
    client.do(
        client.bot.send_message(
            BUDI, "x", reply_markup=keyboard("‹", "›"), link_preview_options=LinkPreviewOptions(True)
        )
    )
    press = budi.press("›")
    (update,) = client.do(client.bot.get_updates())
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.id, query.message and query.message.chat.id) == ("data ›", BUDI, BUDI)
    client.do(query.answer("Sudah di halaman ini", show_alert=True))
    assert (press.answered().text, press.answered().alert) == ("Sudah di halaman ini", True)
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert client.error_of(query.answer()) == too_old
    server.world.query_lifetime = 0
    late = budi.press("data ‹")
    assert client.error_of(client.bot.answer_callback_query(late.id)) == too_old
    with pytest.raises(AssertionError, match=r"(?s)No button 'Buka' in:.*\[‹\]  \[›\]"):
        budi.press("Buka")


def test_a_button_of_a_deleted_message_can_be_pressed_and_the_message_is_inaccessible(
    client: Client, budi: Person
) -> None:
    sent = client.do(client.bot.send_message(BUDI, "x", reply_markup=keyboard("›")))
    old = budi.next_message()
    client.do(sent.delete())
    budi.press("›", old)
    (update,) = client.do(client.bot.get_updates())
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


def test_inline_results_can_be_paged_and_chosen(client: Client, server: TelegramServer, budi: Person) -> None:
    query = budi.inline("indomie", offset="20")
    (update,) = client.do(client.bot.get_updates())
    asked = update.inline_query
    assert asked is not None
    assert (asked.query, asked.offset, asked.from_user.id) == ("indomie", "20", BUDI)
    results = [article("a", "<b>Rp3.150</b>", keyboard("Buka"))]
    client.do(asked.answer(results, cache_time=5, is_personal=True, next_offset="40"))
    answer = query.answered()
    assert ([result.title for result in answer], answer.next_offset, answer.is_personal) == (["Indomie"], "40", True)
    message = budi.choose(query)
    assert (message.text, message.formatted("bold"), message.via_bot) == ("Rp3.150", ["Rp3.150"], server.world.bot)
    budi.press("Buka")
    _, pressed = client.do(client.bot.get_updates(offset=update.update_id + 1))
    assert pressed.callback_query is not None
    client.do(pressed.callback_query.edit_message_text("Rp3.200"))
    assert budi.next_edit(of=message).text == "Rp3.200"


def test_telegram_keeps_inline_results_for_one_person_or_for_all(
    client: Client, server: TelegramServer, budi: Person
) -> None:
    siti = server.user(102, "Siti")
    client.do(client.bot.answer_inline_query(budi.inline("a").id, [article("a")], is_personal=True))
    assert len(budi.inline("a").answered()) == 1
    assert siti.inline("a").answer is None
    client.do(client.bot.answer_inline_query(budi.inline("b").id, [article("b")], is_personal=False))
    assert len(siti.inline("b").answered()) == 1
    client.do(client.bot.answer_inline_query(budi.inline("c").id, [article("c")], cache_time=0))
    assert budi.inline("c").answer is None


def test_broken_inline_answers_are_rejected(client: Client, budi: Person) -> None:
    query, cached = budi.inline("x"), {"type": "photo", "id": "a", "photo_file_id": "no such file"}

    def results(*ids: str, text: str = "x", **more: object) -> str:
        content = {"message_text": text, "parse_mode": "HTML"}
        given = [{"type": "article", "id": i, "title": "x", "input_message_content": content} for i in ids]
        return client.post("answerInlineQuery", **{"inline_query_id": query.id, "results": given} | more)

    for description, problem in [
        (results(*map(str, range(51))), "RESULTS_TOO_MUCH"),
        (results("a", "a"), "RESULT_ID_DUPLICATE"),
        (results("é" * 33), "RESULT_ID_INVALID"),
        (results(""), "RESULT_ID_INVALID"),
        (results("a", next_offset="x" * 65), "NEXT_OFFSET_INVALID"),
        (results("a", text=""), "can't parse inline query result: Message text is empty"),
        (
            results("a", text="</b>"),
            "can't parse inline query result: Can't parse entities: Unexpected end tag at byte offset 0",
        ),
        (
            results(results=[cached]),
            "can't parse inline query result: Wrong file identifier/HTTP URL specified",
        ),
        (results(inline_query_id="1"), "query is too old and response timeout expired or query ID is invalid"),
    ]:
        assert description == f"Bad Request: {problem}"
    assert not results(*map(str, range(50)))
    assert len(query.answered()) == 50


def test_a_photo_is_uploaded_once_and_sent_again_by_its_id(client: Client, budi: Person) -> None:
    data = picture()
    sent = client.do(client.bot.send_photo(BUDI, data, caption="<b>Roti</b>", parse_mode="HTML"))
    shown = budi.next_message()
    assert shown.photo is not None
    assert (shown.photo.data, str(shown.photo), shown.formatted("bold")) == (data, "400×300", ["Roti"])
    assert sent.caption == "Roti"
    client.do(client.bot.send_photo(BUDI, sent.photo[-1].file_id))
    again = budi.next_message()
    assert again.photo is not None
    assert again.photo.data == data
    error = client.error_of(client.bot.send_photo(BUDI, "no such file"))
    assert error == "Bad Request: wrong file identifier/HTTP URL specified"
    assert client.error_of(client.bot.send_photo(BUDI, b"no picture")) == "Bad Request: IMAGE_PROCESS_FAILED"


def test_a_photo_can_replace_another(client: Client, budi: Person) -> None:
    first, second = picture(), picture(200, 200)
    sent = client.do(client.bot.send_photo(BUDI, first))
    client.do(sent.edit_media(InputMediaPhoto(second, caption="Susu"), reply_markup=keyboard("›")))
    edited = budi.next_edit()
    assert (edited.text, str(edited.photo), edited.labels) == ("Susu", "200×200", ["›"])
    client.do(sent.edit_caption("Teh"))
    assert budi.next_edit().text == "Teh"
    assert client.error_of(sent.edit_text("x")) == "Bad Request: there is no text in the message to edit"


def test_an_album_is_sent(client: Client, budi: Person) -> None:
    client.do(client.bot.send_media_group(BUDI, [InputMediaPhoto(picture()), InputMediaPhoto(picture(), caption="x")]))
    assert [budi.next_message().text, budi.next_message().text] == ["", "x"]


def test_a_persons_photo_is_downloaded_in_two_sizes(client: Client, budi: Person) -> None:
    data = picture()
    budi.send_photo(data, "berapa?")
    (update,) = client.do(client.bot.get_updates())
    assert update.message is not None
    assert update.message.caption == "berapa?"
    small, full = update.message.photo
    assert (small.width, full.width) == (90, 400)
    contents = [client.do(client.do(size.get_file()).download_as_bytearray()) for size in (small, full)]
    assert bytes(contents[1]) == data
    with Image.open(io.BytesIO(contents[0])) as thumbnail:
        assert thumbnail.width == 90
    error = client.error_of(client.bot.get_file("x"))
    assert error == "Bad Request: wrong file_id or the file is temporarily unavailable"


def test_a_file_is_downloaded(client: Client, budi: Person) -> None:
    budi.send_document(b"kode;harga", "harga.csv", "text/csv")
    (update,) = client.do(client.bot.get_updates())
    assert update.message is not None
    assert update.message.document is not None
    file = client.do(update.message.document.get_file())
    assert bytes(client.do(file.download_as_bytearray())) == b"kode;harga"


def test_commands_are_kept_by_scope_and_language(client: Client, server: TelegramServer, budi: Person) -> None:
    siti, bot = server.user(102, "Siti"), client.bot
    client.do(bot.set_my_commands([BotCommand("help", "Bantuan")]))
    client.do(bot.set_my_commands([BotCommand("sync", "Sinkron")], scope=BotCommandScopeChat(BUDI), language_code="id"))
    assert (budi.commands(), siti.commands()) == (["/sync – Sinkron"], ["/help – Bantuan"])
    (command,) = client.do(bot.get_my_commands(scope=BotCommandScopeChat(BUDI), language_code="id"))
    assert command.command == "sync"
    client.do(bot.delete_my_commands(scope=BotCommandScopeChat(BUDI), language_code="id"))
    assert budi.commands() == ["/help – Bantuan"]
    assert client.error_of(bot.set_my_commands([BotCommand("Help", "x")])) == "Bad Request: BOT_COMMAND_INVALID"
    unknown = bot.set_my_commands([BotCommand("a", "x")], scope=BotCommandScopeChat(9))
    assert client.error_of(unknown) == "Bad Request: chat not found"
    client.do(bot.set_my_description("Harga toko"))
    assert client.do(bot.get_my_description()).description == "Harga toko"


def test_a_chat_action_is_visible_and_must_exist(client: Client, budi: Person) -> None:
    client.do(client.bot.send_chat_action(BUDI, ChatAction.TYPING))
    assert budi.next_action() == "typing"
    assert "wrong parameter action" in client.error_of(client.bot.send_chat_action(BUDI, "sleeping"))


def test_in_a_group_the_bot_gets_only_messages_for_it(client: Client, server: TelegramServer, budi: Person) -> None:
    group = server.group(-1001, "Toko Staf", budi)
    there = server.user(BUDI, inside=group)
    there.send("selamat pagi")
    there.send("/harga@other_bot")
    there.send("/harga@toko_bot roti")
    sent = client.do(client.bot.send_message(-1001, "Rp3.150"))
    there.send("yang besar?", reply_to=there.next_message())
    changed, *updates = client.do(client.bot.get_updates())
    assert changed.my_chat_member is not None
    assert [update.message and update.message.text for update in updates] == ["/harga@toko_bot roti", "yang besar?"]
    assert sent.chat.title == "Toko Staf"
    client.do(client.bot.leave_chat(-1001))
    assert "bot was kicked from the supergroup" in client.error_of(client.bot.send_message(-1001, "x"))


def test_an_edited_message_is_sent_to_the_bot_again(client: Client, budi: Person) -> None:
    budi.edit(budi.send("indomi"), "/cari indomie")
    _, update = client.do(client.bot.get_updates())
    assert update.edited_message is not None
    assert update.edited_message.text == "/cari indomie"
    assert list(update.edited_message.parse_entities().values()) == ["/cari"]


def test_waiting_in_vain_fails_with_the_chat_so_far(client: Client, budi: Person) -> None:
    budi.expect_silence(0.01)
    client.do(client.bot.send_message(BUDI, "Halo"))
    with pytest.raises(
        AssertionError, match=r"(?s)No message of the bot with 'Rp' within 0.01 s.*Toko:\n    Halo"
    ) as failure:
        budi.next_message("Rp", timeout=0.01)
    assert failure.value.__notes__ == ["The bot's last requests:\ngetMe 200\nsendMessage 200"]
    with pytest.raises(AssertionError, match="to be silent, but: message 'Halo'"):
        budi.expect_silence(0.01)
    budi.skip()
    budi.expect_silence(0.01)


def test_a_watcher_sees_the_events_of_every_chat(client: Client, server: TelegramServer, budi: Person) -> None:
    seen: list[tuple[str, int, bool]] = []
    server.watch(lambda event: seen.append((event.kind, event.chat_id, event.by_bot)))
    budi.send("a")
    server.user(102).send("b")
    message = client.do(client.bot.send_message(BUDI, "c"))
    client.do(client.bot.delete_messages(BUDI, [message.message_id, 99]))
    wanted = [("message", BUDI, False), ("message", 102, False), ("message", BUDI, True), ("deletion", BUDI, True)]
    assert seen == wanted


def test_a_client_can_forge_a_press(client: Client, budi: Person) -> None:
    client.do(client.bot.send_message(BUDI, "x"))
    budi.forge("owner:cost", budi.next_message())
    (update,) = client.do(client.bot.get_updates())
    assert update.callback_query is not None
    assert update.callback_query.data == "owner:cost"


def test_a_bug_in_the_server_fails_the_test() -> None:
    with pytest.raises(KeyError, match="command"), TelegramServer() as server:
        answer = httpx.post(f"{server.url}/bot{server.token}/setMyCommands", json={"commands": [{}]}, trust_env=False)
        assert answer.status_code == 500


def test_a_chat_has_a_transcript(client: Client, budi: Person) -> None:
    budi.send("indomi")
    sent = client.do(client.bot.send_message(BUDI, "INDOMIE\n  PCS  Rp3.150", reply_markup=keyboard("1", "›")))
    press = budi.press("›")
    client.do(client.bot.answer_callback_query(press.id, "Halaman terakhir"))
    client.do(sent.edit_text("SARIMI"))
    client.do(client.bot.send_photo(BUDI, picture(), caption="SARIMI"))
    client.do(sent.delete())
    query = budi.inline("roti")
    client.do(client.bot.answer_inline_query(query.id, [article("a")]))
    assert budi.transcript() == TRANSCRIPT


TRANSCRIPT = """\
Budi:
    indomi

Toko:
    INDOMIE
      PCS  Rp3.150
    [1]  [›]

Budi presses [›]

Toko, above the chat for a moment:
    Halaman terakhir

Toko changes its message:
    SARIMI

Toko:
    (photo, 400×300)
    SARIMI

Toko deletes:
    SARIMI

Budi types in a chat: @toko_bot roti

Toko offers 1 results:
    Indomie · Rp3.150"""
