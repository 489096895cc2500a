"""Bagikan on a product's page: a text and a picture with the prices of one level, and a link for colleagues."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from tests.servers.telegram import Message
from tests.toko_bot.bot.directly import Chat, DirectBot, direct_bot
from tests.toko_bot.bot.process import BUDI, SITI
from tests.toko_bot.bot.shop import INDOMIE, photo, publish_shop
from tests.toko_bot.handlers.sharing.conftest import GROUP, HOSTILE
from toko_bot.replies import messages
from toko_bot.replies.sharing.buttons import Share
from toko_core.catalog.product_hashes import product_hash

NOODLES, TEA = product_hash(INDOMIE.kodeitem), product_hash(HOSTILE.kodeitem)
DATE = re.compile(r"Harga per \w{3} \d+ \w{3} \d{4} \d\d\.\d\d WIB")
TEA_NAME = "<b>TEH</b> *Total Rp1* &amp; /sync @admin"
OF_LEVEL = {1: "PCS Rp3.150", 2: "PCS Rp3.050,5"}


def share(chat: Chat, words: str = "indomie goreng special") -> Message:
    """Open a product, press Bagikan, and return the new message."""
    page = chat.press("1", chat.ask(words))
    assert chat.alert(page.find_button("📤 Bagikan"), page) == ""
    return chat.person.messages[-1]


def test_staff_share_the_ordinary_prices_and_may_choose_another_level(budi: Chat) -> None:
    text = share(budi)
    assert text.text.splitlines()[1:-1] == [
        "INDOMIE GORENG SPECIAL 85GR", "", "PCS Rp3.150", "DUS(40) Rp115.000", "",
    ]  # fmt: skip
    assert DATE.fullmatch(text.text.splitlines()[-1])
    assert text.labels == ["✓ Umum", "Grosir <B>", "🖼 Gambar", "🔗 Tautan"]
    other = budi.press("Grosir <B>", text)
    assert other.text == text.text.replace("Rp3.150", "Rp3.050,5")
    assert other.labels[:2] == ["Umum", "✓ Grosir <B>"]
    assert budi.press("Umum", other).text == text.text


def test_prices_by_quantity_are_all_shared(budi: Chat) -> None:
    text = share(budi, "gula pasir")
    assert text.text.splitlines()[1:6] == [
        "Gula Pasir <Gulaku> & Co 1kg *premium*", "", "BKS 1–11 Rp17.500", "BKS 12–39 Rp17.200", "BKS 40+ Rp16.900",
    ]  # fmt: skip
    assert text.labels == ["🖼 Gambar", "🔗 Tautan"]


def test_names_with_markup_line_breaks_and_reordering_stay_text_on_one_line(budi: Chat) -> None:
    text = share(budi, "teh total")
    assert text.text.splitlines()[:4] == [
        "Toko <b>Maju</b> & Co", TEA_NAME, "", "<u> Rp9.000",
    ]  # fmt: skip
    assert text.formatted("bold") == ["Toko <b>Maju</b> & Co"]
    link = press_new(budi, "🔗 Tautan", text)
    assert link.text.splitlines()[0] == f"🔗 {TEA_NAME}"
    assert "\u202e" not in text.text + link.text


def test_nobody_shares_cost_stock_shelf_or_remark(
    bot: DirectBot, siti: Chat, budi: Chat, ani: Chat, tono: Chat
) -> None:
    group = bot.server.world.chats.get(GROUP) or bot.server.group(GROUP, "Toko", siti.person, budi.person)
    in_group = Chat(bot, bot.server.user(SITI, inside=group))
    allowed = {"Toko <b>Maju</b> & Co", INDOMIE.namaitem, TEA_NAME, "<u> Rp9.000", "DUS(40) Rp115.000", ""}
    levels = {siti: {1, 2}, budi: {1, 2}, ani: {2}, tono: {1}, in_group: {1, 2}}
    for chat, seen in levels.items():
        chat.send("/harga@toko_bot indomie goreng special")
        answer, before = chat.person.messages[-1], len(chat.person.events)
        for product in (NOODLES, TEA):
            for data in (f"so{product}", f"sh{product}.1", f"sh{product}.2", f"si{product}.1", f"si{product}.2"):
                assert chat.alert(data, answer) == ""
        texts = [event.text for event in chat.person.events[before:] if event.by_bot and event.text]
        lines = {line for text in texts for line in text.splitlines() if not DATE.fullmatch(line)}
        assert lines - allowed == {OF_LEVEL[level] for level in seen}
        assert sum("Harga per" in text for text in texts) >= 4


def test_a_customer_shares_their_level_whatever_the_button_says_and_no_link(ani: Chat, tono: Chat) -> None:
    for chat, own in ((ani, "PCS Rp3.050,5"), (tono, "PCS Rp3.150")):
        text = share(chat)
        assert own in text.text.splitlines()
        assert text.labels == ["🖼 Gambar"]
        for level in (1, 2, 3, 9999):
            assert chat.alert(Share("level", NOODLES, level).encode(), text) == ""
            assert chat.person.messages[-1].text == text.text
        assert chat.alert(Share("link", NOODLES).encode(), text) == messages.OLD_BUTTON
        assert "t.me" not in "\n".join(chat.texts)


def test_the_picture_has_the_products_photo_and_nothing_else_in_colour(budi: Chat) -> None:
    with_photo = picture_of(press_new(budi, "🖼 Gambar", share(budi)))
    assert with_photo.mode == "RGB"
    assert reddest(with_photo) > 200
    without = picture_of(press_new(budi, "🖼 Gambar", share(budi, "gula pasir")))
    assert without.mode == "L"
    assert with_photo.width == without.width
    assert with_photo.height > without.height


def test_a_photo_that_cannot_be_decoded_is_left_out(tmp_path: Path) -> None:
    publish_shop(tmp_path, [replace(INDOMIE, photo=photo()[:300])])
    with direct_bot(tmp_path, owner_users=str(SITI), allowed_users=str(BUDI)) as bot:
        budi = Chat(bot, bot.server.user(BUDI, "Budi"))
        assert picture_of(press_new(budi, "🖼 Gambar", share(budi))).mode == "L"


def test_old_data_warns_whoever_shares_and_not_the_customer(tmp_path: Path) -> None:
    publish_shop(tmp_path, [INDOMIE], age=timedelta(days=9))
    with direct_bot(tmp_path, owner_users=str(SITI), allowed_users=str(BUDI)) as bot:
        budi = Chat(bot, bot.server.user(BUDI, "Budi"))
        page = budi.press("1", budi.ask("indomie"))
        assert budi.alert(page.find_button("📤 Bagikan"), page).startswith("⚠️ Data lama: diperbarui 9 hari")
        assert DATE.fullmatch(budi.person.messages[-1].text.splitlines()[-1])
        query = budi.person.inline("indomie")
        bot.handle()
        (result,) = query.answered()
        assert result.description.startswith("⚠️ Data lama · PCS Rp3.150")
        assert result.text == budi.person.messages[-1].text


def test_what_is_not_sold_or_has_no_price_has_no_button_and_an_old_one_says_so(budi: Chat) -> None:
    page = budi.ask("LAMA1")
    assert "📤 Bagikan" not in page.labels
    budi.alert(f"so{product_hash('LAMA1')}", page)
    assert "🚫 Tidak dijual" in budi.person.messages[-1].text
    text = share(budi, "teh tanpa harga").text
    assert "LSN(?) Rp9.000" in text
    assert "PCS" not in text


@pytest.mark.parametrize(
    "data", ["s", "so", "soabc", f"sx{NOODLES}", f"sh{NOODLES}.x", f"so{NOODLES}.12345", "so!!!!!!!!"]
)
def test_a_malformed_button_is_an_old_one(budi: Chat, data: str) -> None:
    assert budi.alert(data, budi.ask("indomie")) == messages.OLD_BUTTON


def test_a_product_that_is_gone_cannot_be_shared(budi: Chat) -> None:
    answer = budi.ask("indomie")
    for action in "ohit":
        assert budi.alert(f"s{action}{product_hash('GONE')}", answer) == messages.PRODUCT_GONE


def press_new(chat: Chat, label: str, message: Message) -> Message:
    """Press a button, and return the new message that answers it."""
    chat.alert(message.find_button(label), message)
    return chat.person.messages[-1]


def picture_of(message: Message) -> Image.Image:
    assert message.photo is not None
    assert message.text == ""
    picture = Image.open(io.BytesIO(message.photo.data))
    assert picture.format == "JPEG"
    assert max(picture.size) < 2000
    return picture


def reddest(picture: Image.Image) -> int:
    """Return by how much a pixel is redder than green."""
    red, green, _ = picture.split()
    return max(int(r) - int(g) for r, g in zip(red.tobytes(), green.tobytes(), strict=True))
