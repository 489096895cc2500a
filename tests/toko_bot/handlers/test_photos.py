"""Photos that would take the bot's memory or time, or that nobody can read."""

from pathlib import Path

from PIL import Image

from tests.servers.telegram import Person
from tests.toko_bot.bot.process import RunningBot
from tests.toko_bot.bot.shop import BARCODE, barcode_photo
from tests.toko_core.catalog.photos import bombs

MEGABYTE = 1024 * 1024


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
