"""A new catalogue replaces the old one between two queries. A broken one is rejected. Old data is marked as old."""

from datetime import timedelta
from pathlib import Path

from tests.servers.telegram import TelegramServer
from tests.toko_bot.bot.process import BUDI, SITI, running_bot
from tests.toko_bot.bot.shop import INDOMIE, SHOP, UNSOLD, point_at, publish_shop, with_price


def test_a_new_catalogue_is_served_and_old_buttons_open_the_same_product(tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish_shop(data)
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        budi = server.user(BUDI, "Budi")
        answer, gone = budi.ask("indomie goreng"), budi.ask("kecap lama")
        kept = [item for item in SHOP if item not in (INDOMIE, UNSOLD)]
        new = publish_shop(data, [*kept[:3], with_price(INDOMIE, "3333"), *kept[3:]])
        bot.wait_for_log(f"Serving {new.name}")
        budi.press("1", answer).answered()
        opened = budi.next_edit(of=answer).text
        assert opened.startswith("INDOMIE GORENG")
        assert "Rp3.333" in opened
        assert "sudah tidak ada" in budi.press("1", gone).answered().text


def test_a_broken_catalogue_is_rejected_and_reported_once_and_the_old_one_stays(tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish_shop(data)
    with TelegramServer() as server:
        siti, budi = server.user(SITI, "Siti"), server.user(BUDI, "Budi")
        with running_bot(server, data, tmp_path) as bot:
            broken = data / "catalog" / "catalog-9999.duckdb"
            broken.write_bytes(publish_shop(data).read_bytes()[:200_000])
            point_at(data, broken.name)
            assert "Data baru ditolak" in siti.next_message().text
            assert "Rp115.000" in budi.ask("indomie").text
            assert "tidak bisa dipakai" in budi.ask("/reload").text
            point_at(data, "catalog-gone.duckdb")
            assert "Data baru ditolak" in siti.next_message().text
            siti.expect_silence(0.3)
            assert bot.check().returncode == 1
            good = publish_shop(data)
            bot.wait_for_log(f"Serving {good.name}")
            assert bot.check().returncode == 0


def test_without_a_catalogue_the_bot_waits_for_the_first_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with TelegramServer() as server, running_bot(server, data, tmp_path) as bot:
        budi = server.user(BUDI, "Budi")
        assert "belum ada" in budi.ask("indomie").text
        assert "belum ada" in budi.ask("/version").text
        assert bot.check().returncode == 1
        publish_shop(data)
        bot.wait_for_log("Serving")
        assert "Rp115.000" in budi.ask("indomie").text


def test_old_data_is_marked_everywhere_and_owners_are_notified_once_a_day(tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish_shop(data, age=timedelta(hours=40))
    with TelegramServer() as server:
        siti, budi = server.user(SITI, "Siti"), server.user(BUDI, "Budi")
        with running_bot(server, data, tmp_path, SHOP_TIMEZONE="Asia/Jayapura"):
            assert "Data harga sudah lama" in siti.next_message().text
            answer = budi.ask("indomie")
            assert "⚠️ Data lama" in answer.text
            assert answer.text.endswith(" WIT)")
            budi.press("1", answer).answered()
            assert "⚠️ Data lama" in budi.next_edit().text
            query = budi.inline("indomie")
            assert all(result.description.startswith("⚠️ Data lama · ") for result in query.answered())
            assert "⚠️" not in budi.choose(query).text, "customers read it"
        with running_bot(server, data, tmp_path, SHOP_TIMEZONE="Asia/Jayapura"):  # a day is the shop's
            siti.expect_silence(0.5)
        closed = "senin selasa rabu kamis jumat sabtu minggu"
        with running_bot(server, data, tmp_path, CLOSED_DAYS=closed):
            assert "Data lama" not in budi.ask("indomie").text


def test_shown_prices_are_rounded_up_and_owners_see_the_exact_one(data: Path, tmp_path: Path) -> None:
    with TelegramServer() as server, running_bot(server, data, tmp_path, PRICE_ROUNDING="500"):
        budi, siti = server.user(BUDI, "Budi"), server.user(SITI, "Siti")
        answer = budi.ask("indomie goreng")
        assert "Rp3.500" in answer.text
        assert "Rp3.050" not in answer.text
        siti.press("1", siti.ask("indomie goreng")).answered()
        assert "di iPOS              Rp3.150" in siti.next_edit().text
