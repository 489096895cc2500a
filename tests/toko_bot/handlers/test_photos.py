"""Photos with several barcodes, photos in groups, and photos that would take the bot's memory or time."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from zxingcpp import BarcodeFormat

from tests.servers.telegram import Person
from tests.toko_bot.bot.process import RunningBot
from tests.toko_bot.bot.shop import BARCODE, barcode_photo
from tests.toko_core.catalog.photos import bombs
from tests.toko_core.catalog.photos.labels import Shot, Symbol, take_photo

MEGABYTE = 1024 * 1024
SUGAR, NOODLES = Symbol(BARCODE, module=2.5), Symbol("089686010947", BarcodeFormat.UPCA, module=2.5)
UNKNOWN = Symbol("4006381333931", module=2.5)
NOISE = Shot(tilt=15, noise=4)


def qr(text: str) -> Symbol:
    return Symbol(text, BarcodeFormat.QRCode, module=5)


def test_two_barcodes_in_a_photo_are_both_answered_and_each_opens_and_leads_back(budi: Person) -> None:
    budi.send_photo(take_photo([SUGAR, NOODLES], NOISE, 1))
    answer = budi.next_message()
    assert answer.text.splitlines()[0] == "📷 2 barang di foto"
    assert "Gulaku" in answer.text
    assert "INDOMIE GORENG SPECIAL" in answer.text
    budi.press("2", answer)
    product = budi.next_edit()
    assert "Gulaku" in product.text.splitlines()[0] or "INDOMIE" in product.text.splitlines()[0]
    budi.press("🧮 Hitung", product)
    budi.press("‹ Kembali", budi.next_edit())
    budi.press("‹ Kembali", budi.next_edit())
    assert budi.next_edit().text == answer.text


def test_of_two_barcodes_of_which_the_shop_has_one_the_product_is_shown_and_the_other_is_named(budi: Person) -> None:
    budi.send_photo(take_photo([UNKNOWN, SUGAR], NOISE, 2))
    answer = budi.next_message().text
    assert answer.startswith("Gula Pasir <Gulaku>")
    assert answer.endswith("Barang dengan barcode 4006381333931 tidak ada di data.")


def test_of_two_barcodes_of_which_one_cannot_be_read_the_answer_says_so(budi: Person) -> None:
    budi.send_photo(take_photo([replace(SUGAR, module=3), replace(NOODLES, module=1.4)], Shot(blur=0.4), 4))
    answer = budi.next_message().text
    assert answer.startswith("Gula Pasir <Gulaku>")
    assert f"Barcode yang terbaca: {SUGAR.text}" in answer, "whoever sees two of them knows which one it is"
    assert answer.endswith("Ada barcode lain di foto ini yang tidak terbaca. Coba foto lebih dekat, satu per satu, ya.")


@pytest.mark.parametrize("text", ["MIE001", "https://wa.me/6281234567890", "08123456789"])
def test_a_qr_code_never_wins_over_the_barcode_beside_it(budi: Person, text: str) -> None:
    budi.send_photo(take_photo([qr(text), SUGAR], NOISE, 3))
    assert budi.next_message().text.startswith("Gula Pasir <Gulaku>")
    budi.send_photo(take_photo([qr(text), UNKNOWN], NOISE, 4))
    assert budi.next_message().text == "Barang dengan barcode 4006381333931 tidak ada di data."


def test_a_qr_code_alone_opens_nothing_until_somebody_says_that_it_is_meant(budi: Person) -> None:
    budi.send_photo(take_photo([qr("MIE001")], NOISE, 7))
    asked = budi.next_message()
    assert asked.text.startswith(
        "📷 Kode QR di foto: MIE001. Ini barangnya? Kalau bukan, foto barcode garisnya.\n\n1. "
    )
    budi.press("1", asked)
    assert budi.next_edit().text.startswith("INDOMIE GORENG SPECIAL 85GR\n")


def test_a_qr_code_that_is_no_code_of_goods_finds_nothing_similar(budi: Person) -> None:
    for text in ("BISKUIT", "101630", "BEGIN:VCARD\nN:Gula Pasir\nTEL:0896860109\nEND:VCARD"):
        budi.send_photo(take_photo([qr(text)], NOISE, 5))
        assert budi.next_message().text == "Kode QR di foto itu bukan kode barang. Coba foto barcode garisnya."


def test_a_photo_in_a_group_is_read_if_it_replies_to_the_bot(bot: RunningBot, budi: Person) -> None:
    group = bot.server.group(-1001, "Toko", budi)
    inside = bot.server.user(budi.user.id, "Budi", inside=group)
    answer = inside.ask("/harga teh tanpa harga")
    inside.send_photo(take_photo([SUGAR], NOISE, 6), reply_to=answer)
    found = inside.next_message()
    assert found.text.startswith("Gula Pasir <Gulaku>")
    assert found.reply_to is not None


def test_other_photos_in_a_group_are_ignored_even_if_the_bot_hears_all(bot: RunningBot, budi: Person) -> None:
    group = bot.server.group(-1001, "Toko", budi)
    inside = bot.server.user(budi.user.id, "Budi", inside=group)
    own = inside.send("lihat ini")
    bot.server.world.privacy = False
    try:
        inside.send_photo(take_photo([SUGAR], NOISE, 7), "gula")
        inside.send_photo(take_photo([SUGAR], NOISE, 7), reply_to=own)
        assert "teh tanpa harga" in inside.ask("/harga teh tanpa harga").text.lower()
        inside.expect_silence(0.5)
    finally:
        bot.server.world.privacy = True


def test_bombs_leave_the_bot_as_large_as_it_was_and_the_next_photo_is_read(bot: RunningBot, budi: Person) -> None:
    budi.send_photo(barcode_photo(BARCODE))
    assert "Gulaku" in budi.next_message().text
    before = peak(bot)
    for photo in (bombs.webp(), bombs.webp(6999), bombs.saved(Image.new("L", (99, 99)), "JPEG2000"), bombs.png_texts()):
        budi.send_document(photo, "foto.jpg", "image/jpeg")
        assert budi.next_message().text.startswith("Foto tidak terbaca: ")
    budi.send_document(bombs.png(60_000_000, 1, bits=1, color=0), "foto.png", "image/png")
    assert budi.next_message().text == "Foto terlalu besar. Kirim sebagai foto biasa, bukan sebagai file."
    budi.send_document(bombs.webp(), "foto.webp", "image/webp", "indomie goreng")
    assert "INDOMIE GORENG" in budi.next_message().text
    budi.send_photo(barcode_photo(BARCODE, turned=90))
    assert "Gulaku" in budi.next_message().text
    assert peak(bot) - before < 40 * MEGABYTE
    assert "/zxingcpp/" not in Path(f"/proc/{bot.process.pid}/maps").read_text()


def peak(bot: RunningBot) -> int:
    lines = Path(f"/proc/{bot.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024
