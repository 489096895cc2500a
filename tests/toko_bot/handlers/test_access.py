"""Permissions: who may do what. Only owners see cost, and only in private chats."""

from pathlib import Path

import duckdb

from tests.servers.telegram import InlineQuery, Person, TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI, RunningBot, running_bot
from tests.toko_bot.bot.shop import COST, INDOMIE, photo, publish_shop
from toko_core.catalog.store import digest_file

GROUP, OTHER_GROUP = -1001, -1002


def shown(person: Person) -> str:
    """Return everything that the bot ever sent in a person's chat."""
    parts = [event.text + event.message.text for event in person.events if event.by_bot and event.message]
    return "\n".join(parts).replace(".", "")


def test_a_stranger_is_sent_their_id_once_and_then_nothing_by_any_path(bot: RunningBot, stranger: Person) -> None:
    stranger.send("/start")
    assert str(stranger.user.id) in stranger.next_message().text
    stranger.send("indomie")
    stranger.send("/version")
    stranger.send_photo(photo())
    stranger.edit(stranger.send("x"), "indomie")
    stranger.inline("indomie")
    stranger.forge("p1:indomie", stranger.messages[-1])
    stranger.expect_silence(0.5)
    assert stranger.commands() == []
    assert bot.log.count(f"of user {stranger.user.id} ") >= 8


def test_a_stranger_gets_nothing_if_telegram_rejects_the_answer_to_their_button(bot: RunningBot) -> None:
    stranger = bot.server.user(9901, "https://evil.example")
    stranger.send("/start")
    hello = stranger.next_message()
    bot.server.fail("answerCallbackQuery", "400", description="Bad Request: something else")
    stranger.forge("p1:indomie", hello)
    bot.wait_for_log("omething else")
    stranger.expect_silence(0.5)
    assert "INDOMIE" not in shown(stranger)
    asked = [sent.params for sent in bot.server.received("sendMessage") if "evil.example" in str(sent.params)]
    assert asked
    assert all("is_disabled" in str(params.get("link_preview_options")) for params in asked)


def test_an_owner_sees_cost_and_margin_and_staff_never_do(budi: Person, siti: Person) -> None:
    siti.press("1", siti.ask("indomie goreng")).answered()
    product = siti.next_edit().text
    assert "  modal                Rp2.612" in product
    assert "  laba             Rp538 20,6%" in product
    siti.press("1", siti.ask("sabun rugi")).answered()
    loss = siti.next_edit().text
    assert "Dijual di bawah modal" in loss
    assert "  RUGI             Rp1.000 20%" in loss
    budi.press("1", budi.ask("indomie goreng")).answered()
    for command in ("/rugi", "/tanpaharga", "/habis", "/status", "/sync"):
        assert "hanya untuk pemilik" in budi.ask(command).text
    budi.forge("rrugi.1", budi.messages[-1]).answered()
    budi.choose(_answered(budi.inline("indomie goreng")))
    assert COST not in shown(budi)
    assert "modal" not in shown(budi).replace("di bawah modal", "")
    siti.choose(_answered(siti.inline("indomie goreng special")))
    assert COST not in siti.messages[-1].text.replace(".", "")


def test_in_a_listed_group_members_search_without_cost_and_other_groups_get_nothing(
    bot: RunningBot, siti: Person, stranger: Person
) -> None:
    group = bot.server.group(GROUP, "Toko", siti, stranger)
    owner = bot.server.user(SITI, inside=group)
    member = bot.server.user(stranger.user.id, inside=group)
    member.send("/harga@toko_bot indomie goreng")
    answer = member.next_message()
    assert "Rp115.000" in answer.text
    assert answer.reply_to is not None
    owner.press("1", answer).answered()
    opened = owner.next_edit(of=answer)
    assert COST not in opened.text.replace(".", "")
    owner.send("gula", reply_to=opened)
    assert owner.next_message("Gulaku")
    owner.send("/rugi")
    assert "hanya untuk pemilik" in owner.next_message().text
    other = bot.server.group(OTHER_GROUP, "Lain", siti)
    outside = bot.server.user(SITI, inside=other)
    outside.send("/harga indomie")
    outside.expect_silence(0.3)
    outside.send("/id")
    assert str(OTHER_GROUP) in outside.next_message().text


def test_each_role_has_its_own_menu(bot: RunningBot, budi: Person, siti: Person) -> None:
    budi.send("/start")
    siti.send("/start")
    bot.server.wait_until(lambda: budi.commands() and siti.commands(), "menus are set")
    assert not [command for command in budi.commands() if command.startswith(("/keadaan", "/sinkron", "/rugi"))]
    names = [command.split()[0] for command in siti.commands()]
    assert names[-12:] == [
        "/keadaan", "/sinkron", "/kembali", "/tenang", "/rugi", "/tanpaharga", "/habis", "/laris", "/lambat", "/dicari",
        "/pengguna", "/catatan",
    ]  # fmt: skip


def test_the_lists_for_owners_show_products_and_open_them(siti: Person) -> None:
    below = siti.ask("/rugi")
    assert "SABUN RUGI BESAR" in below.text
    siti.press("1", below).answered()
    opened = siti.next_edit(of=below)
    siti.press("‹ Kembali", opened).answered()
    assert siti.next_edit(of=below).text == below.text
    assert "TEH TANPA HARGA" in siti.ask("/tanpaharga").text
    assert "Gulaku" in siti.ask("/habis").text


def test_version_status_and_reload_show_the_state_of_the_bot(siti: Person) -> None:
    version = siti.ask("/version").text
    assert "i5_UJI.i5bu" in version
    assert "WIB" in version
    assert "Diperbarui 2 jam lalu (" in version
    assert siti.ask("/data").text == version
    assert "contoh" not in version
    status = siti.ask("/status").text
    assert "Pencarian hari ini" in status
    assert "Program sinkronisasi di server tidak bisa dihubungi" in status
    assert "Bot menyala selama" in siti.ask("/keadaan").text
    assert "sudah yang terbaru" in siti.ask("/reload").text
    assert "sudah yang terbaru" in siti.ask("/segarkan").text
    assert str(SITI) in siti.ask("/id").text


def test_status_says_how_far_the_till_agrees_with_the_prices(tmp_path: Path) -> None:
    file = publish_shop(tmp_path / "data", [INDOMIE])
    info = {"sales_until": "2026-01-05T20:30:00+07:00", "till_matching": "12345", "till_compared": "12800"}
    with duckdb.connect(file) as connection:
        connection.executemany("INSERT INTO catalog_info VALUES (?, ?)", [list(entry) for entry in info.items()])
    digest_file(file).unlink()
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path):
        lines = server.user(SITI, "Siti").ask("/status").text.splitlines()
    assert "Harga kasir cocok: 96,4% dari 12.800 baris penjualan (s.d. 5 Jan 2026)" in lines


def test_version_says_that_the_demos_data_is_no_shops(tmp_path: Path) -> None:
    publish_shop(tmp_path / "data", [INDOMIE], backup="i5_CONTOH.i5bu")
    with TelegramServer() as server, running_bot(server, tmp_path / "data", tmp_path):
        lines = server.user(BUDI, "Budi").ask("/version").text.splitlines()
    assert lines[1] == "⚠️ Data contoh, bukan data toko."


def test_without_owner_users_nobody_is_an_owner_and_the_bot_says_so_at_its_start(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path, OWNER_USERS="") as bot:
        bot.wait_for_log("OWNER_USERS is empty: nobody is an owner")
        budi = server.user(BUDI, "Budi")
        budi.press("1", budi.ask("indomie goreng")).answered()
        assert "modal" not in budi.next_edit().text
        assert "RUGI" not in budi.ask("/rugi").text


def test_without_allowed_users_the_bot_logs_a_warning_and_sends_people_their_id(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path, OWNER_USERS="", ALLOWED_USERS="") as bot:
        assert "Anda belum punya akses" in server.user(BUDI, "Budi").ask("halo").text
        assert "OWNER_USERS and ALLOWED_USERS are empty: nobody may use the bot" in bot.log


def _answered(query: InlineQuery) -> InlineQuery:
    query.answered()
    return query
