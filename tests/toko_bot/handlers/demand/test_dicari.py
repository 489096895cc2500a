"""Owners read what was searched for and not found, and each person finds again what they opened last."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import BARCODE, BISCUITS, COST, INDOMIE, SUGAR, publish_shop
from toko_core.people import Role

DURIAN = replace(BISCUITS[0], kodeitem="DURIAN1", namaitem="DURIAN MONTONG UTUH")
ANI = 301


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demand")


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[DirectBot]:
    publish_shop(data, [replace(INDOMIE, photo=None), SUGAR, *BISCUITS[:8]])
    with direct_bot(data, owner_users=str(SITI), allowed_users=str(BUDI), allowed_chats="-1001") as bot:
        yield bot


@pytest.fixture
def bot(running: DirectBot) -> DirectBot:
    write(running)
    running.begin_anew()
    return running


@pytest.fixture
def siti(bot: DirectBot) -> Chat:
    return Chat(bot, bot.server.user(SITI, "Siti"))


@pytest.fixture
def budi(bot: DirectBot) -> Chat:
    return Chat(bot, bot.server.user(BUDI, "Budi"))


@pytest.fixture
def ani(bot: DirectBot) -> Chat:
    bot.bot.services.people.add(ANI, None, Role.CUSTOMER, level=2, name="Ani")
    return Chat(bot, bot.server.user(ANI, "Ani"))


def write(bot: DirectBot) -> None:
    """Write what waits, as at the end of the bot."""
    bot.run(bot.bot.services.usage.write(everything=True))


def listed(text: str) -> list[str]:
    """The lines of a list that have a number."""
    return [line for line in text.splitlines() if line[:1].isdigit()]


def test_owners_read_what_was_not_found_and_what_was_not_opened(
    bot: DirectBot, siti: Chat, budi: Chat, ani: Chat
) -> None:
    for text in ("durian montong", "ada Durian  Montong kak?", "biskuit kelapa"):
        ani.ask(text)
    budi.ask("biskuit kelapa 3 bks")
    results = budi.ask("indomie goreng")
    budi.press("1", results)
    budi.ask("DURIAN montong")
    group = Chat(bot, bot.server.user(BUDI, "Budi", inside=bot.server.group(-1001, "Toko", budi.person)))
    group.ask("/harga rambutan binjai")
    write(bot)
    missing = siti.ask("/dicari")
    assert missing.text.startswith("🔍 Tidak ketemu · 7 hari terakhir: 2")
    assert listed(missing.text) == ["1. durian montong – 2×", "2. rambutan binjai – 1×"]
    unopened = siti.press("Yang tidak dibuka", missing)
    assert listed(unopened.text) == ["1. biskuit kelapa – 2×"]
    assert "harganya sudah terbaca di daftar" in unopened.text
    again = siti.press("Yang tidak ketemu", unopened)
    assert again.text == missing.text


def test_what_the_shop_has_by_now_is_marked_and_an_entry_searches(
    data: Path, bot: DirectBot, siti: Chat, budi: Chat
) -> None:
    budi.ask("durian montong")
    budi.ask("rambutan binjai")
    write(bot)
    publish_shop(data, [replace(INDOMIE, photo=None), SUGAR, *BISCUITS[:8], DURIAN])
    bot.run(bot.bot.live.poll(again=True))
    missing = siti.ask("/dicari")
    assert listed(missing.text) == ["1. durian montong – 1× · ✅ sekarang ada", "2. rambutan binjai – 1×"]
    siti.alert(missing.find_button("1"), missing)
    found = siti.person.messages[-1]
    assert "DURIAN MONTONG" in found.text
    siti.press("1", found)
    write(bot)
    assert siti.ask("/dicari").text == missing.text, "what the owner searched for from the list does not count"
    publish_shop(data, [replace(INDOMIE, photo=None), SUGAR, *BISCUITS[:8]])
    bot.run(bot.bot.live.poll(again=True))


def test_telephones_and_letters_are_not_kept_and_what_inline_and_histories_lack_is(
    bot: DirectBot, siti: Chat, budi: Chat
) -> None:
    for text in ("0812 3456 7890", "tolong antar dua karung beras ke rumah ibu sari besok pagi", "@budi_s zzqq"):
        budi.ask(text)
    for typed in ("0819", "08194", "081944", "0819443", "zzqq", "zzqq ramb", "zzqq rambutan", "indomie"):
        budi.person.inline(typed)
    budi.ask("/riwayat zzqq manggis")
    budi.ask("/riwayat indomie")
    write(bot)
    missing = siti.ask("/dicari")
    assert listed(missing.text) == ["1. zzqq manggis – 1×", "2. zzqq rambutan – 1×"]
    assert listed(siti.press("Yang tidak dibuka", missing).text) == []


def test_lines_of_a_list_of_goods_that_find_nothing_count_without_their_quantities(siti: Chat, budi: Chat) -> None:
    lines = ["indomie goreng 3", "zzqq manggis 2 kg", "rambutan binjai 5", "gula pasir 2", "zzqq 0812 3456 7890"]
    assert "Penawaran" in budi.ask("\n".join(lines)).text
    budi.ask("zzqq manggis")
    assert listed(siti.ask("/dicari").text) == ["1. zzqq manggis – 2×", "2. rambutan binjai – 1×"]


def test_lists_have_pages_and_periods(bot: DirectBot, siti: Chat, budi: Chat) -> None:
    words = ["alpukat", "belimbing", "cempedak", "duku", "embacang", "gandaria", "jambu", "kedondong", "langsat",
             "manggis", "nangka", "rambai"]  # fmt: skip
    for word in words:
        budi.ask(f"{word} zzqq")
    write(bot)
    first = siti.ask("/dicari")
    assert len(listed(first.text)) == 10
    assert first.labels == [*map(str, range(1, 11)), "1/2", "›", "30 hari", "90 hari", "Yang tidak dibuka"]
    second = siti.press("›", first)
    assert listed(second.text) == ["11. nangka zzqq – 1×", "12. rambai zzqq – 1×"]
    month = siti.press("30 hari", second)
    assert "30 hari terakhir: 12" in month.text
    assert {"7 hari", "90 hari"} <= set(month.labels)
    assert listed(siti.press("7 hari", month).text) == listed(first.text)
    bot.begin_anew()  # the counts are gone, and the old button shows what there is
    siti = Chat(bot, bot.server.user(SITI, "Siti"))
    empty = siti.ask("/dicari")
    assert "Semua yang dicari ketemu" in empty.text
    assert siti.press("zn7.2", empty).text == empty.text


def test_nobody_but_an_owner_in_private_reads_or_presses_it(bot: DirectBot, siti: Chat, budi: Chat, ani: Chat) -> None:
    stranger = Chat(bot, bot.server.user(999, "Orang"))
    budi.ask("durian montong")
    write(bot)
    shown = siti.ask("/dicari")
    assert shown.labels[0] == "1"
    group = Chat(bot, bot.server.user(SITI, "Siti", inside=bot.server.group(-1001, "Toko", siti.person, budi.person)))
    for asker in (budi, ani, group):
        assert "durian" not in asker.ask("/dicari").text
    own = budi.ask("indomie")
    for data in ("zn7.1", "zt30.1", "zsdurian montong", "zs", "zx", "zn8.1", "zo12345678", "zodurian"):
        for asker, message in ((budi, own), (ani, ani.ask("indomie")), (stranger, own)):
            before = len(asker.texts)
            assert asker.alert(data, message), data
            assert len(asker.texts) == before
    assert "/dicari" in siti.ask("/start").text
    assert "/dicari" not in budi.ask("/start").text


def test_start_has_the_five_products_that_somebody_opened_last(
    data: Path, bot: DirectBot, siti: Chat, budi: Chat, ani: Chat
) -> None:
    assert budi.ask("/start").labels == []
    for chat in (siti, ani):
        chat.ask(INDOMIE.kodeitem)  # a code opens its product
    results = budi.ask("biskuit kelapa")
    for label in ("1", "2", "3", "4", "5", "1"):
        budi.press(label, results)
    budi.ask(BARCODE)
    names = budi.ask("/start").labels
    assert len(names) == 5
    assert names[0].startswith("Gula Pasir")
    write(bot)
    start = budi.ask("/start")
    assert start.labels == names, "the same from the database"
    assert ani.ask("/start").labels == [INDOMIE.namaitem]
    bot.bot.services.people.change(ANI, None, level=1)
    before = ani.ask("/start")
    ani.alert(before.find_button(INDOMIE.namaitem), before)
    page = ani.person.messages[-1]
    assert "3.150" in page.text
    assert "3.050,5" not in page.text
    assert COST not in page.text.replace(".", "")
    assert before.text in ani.texts, "/start stays as it is"

    publish_shop(data, [replace(INDOMIE, photo=None, namaitem="INDOMIE GORENG BARU"), *BISCUITS[:8]])
    bot.run(bot.bot.live.poll(again=True))
    assert not any("Gula" in label for label in budi.ask("/start").labels)
    assert ani.ask("/start").labels == ["INDOMIE GORENG BARU"]
    assert "sudah tidak ada" in budi.alert(start.find_button(names[0]), start)
    write(bot)
    bot.bot.services.people.remove(ANI, None)
    bot.bot.services.people.add(ANI, None, Role.CUSTOMER, name="Ani")
    assert ani.ask("/start").labels == []
    publish_shop(data, [replace(INDOMIE, photo=None), SUGAR, *BISCUITS[:8]])
    bot.run(bot.bot.live.poll(again=True))
