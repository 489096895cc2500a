"""Data that a real shop may have and nobody expects: it is published right, or refused in a line that names it."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.backups import Shop, a_shop, write_backup
from tests.installation import Answer, Installation
from toko_assets.postgres.server import PostgresServer

Sync = Callable[..., Answer]


@pytest.fixture
def sync(postgres: PostgresServer, toko: Installation, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Sync:
    """`toko sync` of a shop's backup."""

    def run(shop: Shop, encoding: str = "UTF8") -> Answer:
        backup = write_backup(postgres, tmp_path / "a.i5bu", shop, encoding=encoding)
        return toko.run("sync", "--backup", backup, capsys=capsys)

    return run


def with_statements(*statements: str) -> Shop:
    return replace(a_shop(5), statements=statements)


def a_picture_of_absurd_size() -> str:
    output = BytesIO()
    Image.new("1", (30_000, 30_000)).save(output, "PNG")
    return output.getvalue().hex()


def test_oddities_that_harm_no_price_do_not_stop_a_sync(sync: Sync, toko: Installation) -> None:
    answer = sync(
        with_statements(
            "UPDATE tbl_item SET statushapus = E'Y\u00a0' WHERE kodeitem = 'BRG-0'",
            "UPDATE tbl_item SET hargajual1 = 'NaN' WHERE kodeitem = 'BRG-0'",
            "INSERT INTO tbl_itemhj (iddetail, kodeitem, satuan, hargajual) VALUES ('x', 'HANTU', 'PCS', 'NaN')",
            "UPDATE tbl_item SET sistemhargajual = 'J' WHERE kodeitem = 'BRG-1'",
            "INSERT INTO tbl_itemhj (iddetail, kodeitem, satuan, jmlsampai, hargajual, dateupd) "
            "VALUES ('y', 'BRG-1', 'PCS', 99999999999999999, 1500, 'infinity'), "
            "('z', 'BRG-1', 'PCS', 5, 1600, '0044-01-01 BC')",
            f"UPDATE tbl_item SET gambar = decode('{a_picture_of_absurd_size()}', 'hex') WHERE kodeitem = 'BRG-2'",
            "UPDATE tbl_item SET namaitem = '[bold]TEH[/] :coffee:', satuan = 'PCS[/]' WHERE kodeitem = 'BRG-3'",
        )
    )
    assert answer.error == ""
    assert "photos_readable (1)" in answer.output
    prices = toko.query("SELECT kodeitem, jumlah_sampai, hargajual FROM prices JOIN products USING (product_id)")
    assert sorted(prices, key=str) == [
        ("BRG-1", 5, 1600), ("BRG-1", 99999999999999999, 1500),
        ("BRG-2", None, 1002), ("BRG-3", None, 1003), ("BRG-4", None, 1004),
    ]  # fmt: skip


@pytest.mark.parametrize("price", ["100000000000000", "NaN"])
def test_an_impossible_price_is_refused_in_a_line_that_names_the_item(
    sync: Sync, toko: Installation, price: str
) -> None:
    answer = sync(with_statements(f"UPDATE tbl_item SET hargajual1 = '{price}' WHERE kodeitem = 'BRG-3'"))
    assert answer.status == 1
    assert "BRG-3/" in answer.error
    assert "\n" not in answer.error
    assert toko.catalog is None
    assert toko.list_leftovers() == []
    assert not list(toko.data.glob("exports/*"))


def test_codes_that_differ_only_in_their_encoding_are_refused_by_name(sync: Sync) -> None:
    two = with_statements(
        "UPDATE tbl_item SET kodeitem = convert_from('\\x434146e9', 'SQL_ASCII') WHERE kodeitem = 'BRG-0'",
        "UPDATE tbl_item SET kodeitem = convert_from('\\x434146c3a9', 'SQL_ASCII') WHERE kodeitem = 'BRG-1'",
    )
    answer = sync(two, encoding="SQL_ASCII")
    assert answer.status == 1
    assert "CAFé" in answer.error


def test_a_change_of_the_shop_s_zone_publishes_anew(
    postgres: PostgresServer, toko: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(postgres, toko.inbox / "a.i5bu", a_shop())
    assert toko.run("sync", capsys=capsys).status == 0
    first = toko.catalog
    assert "Nothing new" in toko.run("sync", capsys=capsys).output
    monkeypatch.setenv("SHOP_TIMEZONE", "Asia/Jayapura")
    assert toko.run("sync", capsys=capsys).status == 0
    assert toko.catalog != first
    assert toko.query("SELECT right(value, 6) FROM catalog_info WHERE key = 'backup_time'") == [("+09:00",)]


def test_a_lost_catalogue_does_not_switch_the_guard_against_lost_products_off(sync: Sync, toko: Installation) -> None:
    assert sync(a_shop(40)).status == 0
    assert toko.catalog is not None
    toko.catalog.write_bytes(b"damaged")
    answer = sync(a_shop(5))
    assert answer.status == 1
    assert "5 products, 40 before: 88% fewer." in answer.error
