"""A changed price in a new backup reaches a Telegram answer, and the owners hear of it, with real processes throughout.

How long it takes is measured by `python -m tests.whole_way 5`.
"""

from pathlib import Path

from tests.toko_bot.bot.process import SITI
from tests.whole_way import PRICES, price_shown, running_shop


def test_a_changed_price_in_dropbox_reaches_an_answer_in_telegram_and_the_owners(tmp_path: Path) -> None:
    with running_shop(tmp_path) as shop:
        siti = shop.telegram.user(SITI, "Siti")
        assert price_shown(PRICES[0]) in shop.budi.ask("barang ke 0").text
        shop.upload(PRICES[1])
        assert "data harga baru" in siti.next_message("Harga berubah: 3", timeout=90).text
        log = shop.log.read_text()
    for secret in (shop.dropbox.refresh_token, shop.telegram.token):
        assert secret not in log
    assert "Traceback" not in log
