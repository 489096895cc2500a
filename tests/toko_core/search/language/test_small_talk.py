"""Messages that ask for no product: greetings, thanks, agreement, and questions without a name."""

import pytest

from toko_core.search import SearchIndex
from toko_core.search.language.small_talk import SmallTalk, small_talk, wished


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("halo", SmallTalk.GREETING), ("Selamat pagi kak!", SmallTalk.GREETING), ("P", SmallTalk.GREETING),
        ("met siang bos", SmallTalk.GREETING), ("assalamu'alaikum, mau tanya", SmallTalk.GREETING),
        ("pagi", SmallTalk.GREETING), ("permisi", SmallTalk.GREETING),
        ("ok makasih banyak ya", SmallTalk.THANKS), ("Terima kasih kak", SmallTalk.THANKS), ("🙏", SmallTalk.THANKS),
        ("matur nuwun", SmallTalk.THANKS), ("terimakasih", SmallTalk.THANKS),
        ("ok", SmallTalk.AGREEMENT), ("siap kak", SmallTalk.AGREEMENT), ("baik pak", SmallTalk.AGREEMENT),
        ("ada?", SmallTalk.OTHER), ("berapa harganya kak", SmallTalk.OTHER), ("ada yang pagi ini", SmallTalk.OTHER),
        ("?", SmallTalk.OTHER), ("ok ada?", SmallTalk.OTHER),
        ("halo 50rb", None), ("pagi, beras 5 kg", None), ("terima kasih untuk gulanya", None), ("siapa", None),
    ],
)  # fmt: skip
def test_a_message_of_small_talk_only_is_recognised(text: str, kind: SmallTalk | None) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    ("text", "wish"),
    [("selamat malem", "malam"), ("pagi kak", "pagi"), ("assalamualaikum pagi", "assalamualaikum"), ("halo", "")],
)
def test_what_a_greeting_wishes_is_read(text: str, wish: str) -> None:
    assert wished(text) == wish


def test_a_name_is_found_by_words_that_a_search_leaves_out() -> None:
    index = SearchIndex.build(["INDOMIE GORENG", "PULSA HALO 50RB", "BUKU TERIMA KASIH"], labels=["PAGI"] * 3)
    assert index.search("halo", 1) == []
    assert [index.row_named(text) for text in ("halo", "terima kasih", "halo kasih", "pagi", "?")] == [
        1, 2, None, None, None,
    ]  # fmt: skip
