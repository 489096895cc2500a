"""What owners read: Telegram's HTML, never more of it than fits into a message."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from toko_assets.common.publications import PriceChange, Published, RolledBack
from toko_assets.defs.jobs import CHAIN
from toko_assets.defs.sensors.owner_messages import (
    STEPS,
    failure_mark,
    format_price_change,
    published,
    rolled_back,
    source_answers,
    source_fails,
    sync_failed,
)
from toko_core.text.failures import UNKNOWN

ZONE = ZoneInfo("Asia/Makassar")
DATA_TIME = datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
MOST_CHARACTERS = 4096
LONG = "<PRODUK & NAMA PANJANG>" * 100


def a_change(
    name: str = "GULA 1KG", unit: str = "PCS", before: str | None = "17500.0000", now: str | None = "18000.0000"
) -> PriceChange:
    return PriceChange(name, unit, *(None if amount is None else Decimal(amount) for amount in (before, now)))


def a_message(
    *largest: PriceChange, new: int = 0, gone: int = 0, prices: int = 0, compared: bool = True, recovered: bool = False
) -> str:
    told = Published(20_150, compared, new, gone, prices or len(largest), list(largest), DATA_TIME)
    return published("Toko <Maju>", ZONE, told, timedelta(seconds=12.4), recovered=recovered)


def test_a_success_is_told_with_counts_the_time_of_the_data_in_the_shops_zone_and_how_long_it_took() -> None:
    assert a_message(a_change(), new=12, gone=3, prices=1).splitlines() == [
        "✅ <b>Toko &lt;Maju&gt;: data harga baru</b>",
        "Data per Sen 2 Mar 2026 21.05 WITA",
        "20.150 barang: 12 baru, 3 dihapus",
        "Harga berubah: 1",
        "• GULA 1KG (PCS) – Rp17.500 → Rp18.000 (+2,9%)",
        "Selesai dalam 12 detik",
    ]


def test_a_recovery_says_so_though_nothing_changed() -> None:
    lines = a_message(recovered=True).splitlines()
    assert lines[0] == "✅ <b>Toko &lt;Maju&gt;: sinkronisasi berhasil lagi</b>"
    assert "20.150 barang: 0 baru, 0 dihapus" in lines


def test_a_rollback_is_told_with_the_data_that_is_served_and_the_data_that_is_refused() -> None:
    told = RolledBack(20_150, DATA_TIME, DATA_TIME + timedelta(days=1))
    assert rolled_back("Toko <Maju>", ZONE, told).splitlines() == [
        "↩️ <b>Toko &lt;Maju&gt;: harga dikembalikan</b>",
        "Sekarang dipakai: data Sen 2 Mar 2026 21.05 WITA",
        "20.150 barang",
        "Data Sel 3 Mar 2026 21.05 WITA tidak dipakai lagi sampai ada backup yang lebih baru.",
    ]


def test_of_a_way_forward_nothing_is_said_to_be_refused() -> None:
    assert len(rolled_back("Toko", ZONE, RolledBack(1, DATA_TIME, None)).splitlines()) == 3


def test_the_first_catalogue_is_told_without_changes() -> None:
    assert a_message(compared=False).splitlines()[2:] == ["20.150 barang", "Selesai dalam 12 detik"]


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        ("20000.0000", "15000.0000", "Rp20.000 → Rp15.000 (-25%)"),
        ("1250.5000", "1250.7500", "Rp1.250,5 → Rp1.250,75 (+0%)"),
        ("0.0000", "5000.0000", "Rp0 → Rp5.000"),
        (None, "5000.0000", "baru: Rp5.000"),
        ("5000.0000", None, "dihapus, sebelumnya Rp5.000"),
    ],
    ids=["cheaper", "hardly", "from nothing", "filled in", "emptied"],
)
def test_a_change_is_told_in_rupiah_and_per_cent(before: str | None, now: str | None, line: str) -> None:
    assert format_price_change(a_change(before=before, now=now)) == f"GULA 1KG (PCS) – {line}"


def test_of_many_changes_ten_are_told_and_the_number_of_the_others() -> None:
    text = a_message(*(a_change(f"PRODUK {n}") for n in range(30)), prices=1_234)
    assert [line for line in text.splitlines() if line.startswith("• ")] == [
        f"• PRODUK {n} (PCS) – Rp17.500 → Rp18.000 (+2,9%)" for n in range(10)
    ]
    assert "… dan 1.224 lagi" in text.splitlines()


def test_ten_changes_of_ten_leave_nothing_over() -> None:
    assert "lagi" not in a_message(*(a_change() for _ in range(10)))


def test_names_are_told_as_they_are() -> None:
    text = a_message(a_change("<b>KOPI & SUSU</b>", "<PCS>"))
    assert "• &lt;b&gt;KOPI &amp; SUSU&lt;/b&gt; (&lt;PCS&gt;) – " in text


def test_the_longest_messages_fit() -> None:
    changes = [a_change(LONG, LONG, "0.0001", "99999999999999.9999")] * 10
    for text in (
        a_message(*changes, prices=1_000_000),
        sync_failed(LONG, "product_catalog", f"{LONG} is empty: wait", "https://toko.example/runs/1"),
        source_fails(LONG, ZONE, f"{LONG} is empty: wait", DATA_TIME, final=True),
    ):
        assert len(unescape(text)) < MOST_CHARACTERS
        assert text.count("&lt;") > 10
        assert "&l…" not in text


def test_a_failure_is_told_in_indonesian_with_what_to_do_and_a_link_if_there_is_one() -> None:
    text = sync_failed("Toko", "raw_backup", "a<b>.i5bu is empty: wait for the upload.", "https://toko.example/runs/1")
    assert text.splitlines() == [
        "⚠️ <b>Toko: sinkronisasi gagal waktu mengambil backup</b>",
        "a&lt;b&gt;.i5bu tidak utuh: mungkin masih diunggah, mungkin rusak. Tunggu beberapa menit. Kalau tetap gagal, "
        "buat backup lagi di iPOS.",
        "Harga yang terakhir tetap dipakai.",
        "Rincian untuk teknisi: https://toko.example/runs/1",
    ]
    without = sync_failed("Toko", "another_asset", "A reason.", None)
    assert without.splitlines()[:2] == ["⚠️ <b>Toko: sinkronisasi gagal</b>", UNKNOWN]
    assert "http" not in without


def test_each_asset_has_a_name_for_owners() -> None:
    assert {asset.key.to_user_string() for asset in CHAIN} == STEPS.keys()


def test_a_source_that_fails_is_told_with_what_happens_next() -> None:
    text = source_fails("Toko", ZONE, "Dropbox does not answer: is the network up?", DATA_TIME, final=False)
    assert "sejak Sen 2 Mar 2026 21.05 WITA" in text
    assert "Dropbox sedang tidak bisa dihubungi." in text
    assert "Terus dicoba" in text
    assert "sampai teknisi memperbaiki" in source_fails("Toko", ZONE, "Revoked.", DATA_TIME, final=True)
    assert source_answers("<Toko>") == "✅ <b>&lt;Toko&gt;: backup bisa diambil lagi</b>"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("toko1.i5bu ends after 950 of 1,200.5 MB.", "toko22.i5bu ends after 1,100 of 90 MB.", True),
        ("Database i5bu_0a1b2c3d4e5f is gone.", "Database i5bu_9f8e7d6c5b4a is gone.", True),
        ("The disk is full.", "The  disk\nis full.", True),
        ("The disk is full.", "The disk is broken.", False),
    ],
)
def test_the_same_failure_has_the_same_mark_whatever_its_numbers_are(one: str, other: str, same: bool) -> None:
    assert (failure_mark("raw_backup", one) == failure_mark("raw_backup", other)) is same
    assert failure_mark("raw_backup", one) != failure_mark("product_catalog", one)
    assert len(failure_mark("raw_backup", LONG)) <= 200
