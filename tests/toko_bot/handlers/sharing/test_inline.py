"""Inline answers by role: the text of Bagikan, at the ordinary level or the sender's, and nothing for strangers."""

from tests.servers.telegram.records import InlineAnswer
from tests.toko_bot.bot.directly import Chat, DirectBot
from tests.toko_bot.bot.shop import INDOMIE
from tests.toko_bot.handlers.sharing.test_press import DATE, TEA_NAME, share
from toko_bot.handlers.inline import CACHE_SECONDS

WORDS = "indomie goreng special"


def results(chat: Chat, words: str) -> InlineAnswer:
    query = chat.person.inline(words)
    chat.bot.handle()
    return query.answered(timeout=0)


def test_staff_and_owners_send_the_ordinary_prices_and_customers_those_of_their_level(
    siti: Chat, budi: Chat, ani: Chat, tono: Chat
) -> None:
    for chat, price in ((siti, "Rp3.150"), (budi, "Rp3.150"), (ani, "Rp3.050,5"), (tono, "Rp3.150")):
        answer = results(chat, WORDS)
        (result,) = answer
        assert (result.title, result.description) == (INDOMIE.namaitem, f"PCS {price} · DUS(40) Rp115.000")
        lines = result.text.splitlines()
        assert lines[:-1] == [
            "Toko <b>Maju</b> & Co", INDOMIE.namaitem, "", f"PCS {price}", "DUS(40) Rp115.000", "",
        ]  # fmt: skip
        assert DATE.fullmatch(lines[-1])
        assert (answer.is_personal, answer.cache_time) == (True, CACHE_SECONDS)
        assert result.markup is None


def test_what_is_sent_inline_is_the_text_of_bagikan(budi: Chat, ani: Chat) -> None:
    for chat in (budi, ani):
        (result,) = results(chat, WORDS)
        assert result.text == share(chat).text


def test_hostile_names_stay_text(budi: Chat) -> None:
    result = next(result for result in results(budi, "teh total") if "TEH" in result.text)
    assert (result.title, result.description) == (TEA_NAME, "<u> Rp9.000")
    assert result.text.splitlines()[1] == TEA_NAME
    assert {entity["type"] for entity in result.entities} <= {"bold", "bot_command", "mention"}


def test_a_product_without_a_price_says_so(budi: Chat) -> None:
    result = next(iter(results(budi, "teh tanpa harga")))
    assert result.description == "LSN(?) Rp9.000"
    unsold = next(iter(results(budi, "LAMA1")))
    assert "🚫 Tidak dijual" in unsold.text


def test_strangers_get_no_answer(bot: DirectBot) -> None:
    stranger = Chat(bot, bot.server.user(601, "Orang"))
    query = stranger.person.inline(WORDS)
    bot.handle()
    assert query.answer is None
