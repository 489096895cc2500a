"""What was searched for and opened outlives the bot, and a broken state database takes no search away."""

from pathlib import Path

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.opening import press
from tests.toko_bot.bot.process import BUDI, SITI, running_bot
from tests.toko_bot.bot.shop import INDOMIE, SUGAR, barcode_photo, publish_shop
from toko_core.state.database import FILE

UNKNOWN = "8999999999995"


def test_a_stopped_bot_has_written_everything_and_a_damaged_database_takes_no_search_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish_shop(data, [INDOMIE, SUGAR])
    with TelegramServer() as server:
        budi, siti = server.user(BUDI, "Budi"), server.user(SITI, "Siti")
        with running_bot(server, data, tmp_path / "first") as bot:
            press(budi, "1", budi.ask("indomie goreng"))
            budi.ask("zzqq")
            budi.skip()
            budi.send_photo(barcode_photo(UNKNOWN))
            budi.next_message("tidak ada di data")
            assert bot.stop() == 0
        with running_bot(server, data, tmp_path / "second") as bot:
            lines = siti.ask("/dicari").text.splitlines()
            assert lines[2:4] == [f"1. {UNKNOWN} – 1×", "2. zzqq – 1×"]
            assert budi.ask("/start").labels == [INDOMIE.namaitem]
            for file in (data / "state").glob(f"{FILE}*"):
                file.write_bytes(b"damaged")
            assert press(budi, "1", budi.ask("gula pasir")).text.startswith("Gula Pasir")
            assert "Ketik nama barang" in budi.ask("/start").text
            assert siti.ask("/dicari").text == "Daftar ini sedang tidak bisa dibuka. Coba lagi sebentar lagi."
            assert bot.stop() == 0
            assert "wait for the state database" in bot.log
