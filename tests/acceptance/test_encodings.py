"""Names in the encodings that shops have: every letter arrives, and what had to be guessed is counted."""

from collections.abc import Iterator

import pytest

from tests.acceptance.history import Run, last_run
from tests.acceptance.places import House
from tests.acceptance.rows import item, price, unit
from tests.backups import Shop, write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

PLAIN = [item(f"PLAIN-{n}") for n in range(4)]


def names(toko: Installation) -> dict[str, str]:
    return dict(toko.query("SELECT kodeitem, namaitem FROM products"))


@pytest.fixture(scope="module")
def windows(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    shop = Shop(
        items=[*PLAIN, item("CAFÉ", "S", namaitem="SIROP CAFÉ “ROSÉ” 5€")],
        units=[unit("CAFÉ", "PCS")],
        prices=[price("CAFÉ", "PCS", 9000)],
    )
    backup = write_backup(postgres, tmp_path_factory.mktemp("windows") / "toko.i5bu", shop, encoding="WIN1252")
    with house.serving(backup) as toko:
        yield toko


def test_letters_of_a_win1252_backup_arrive(windows: Installation) -> None:
    assert names(windows)["CAFÉ"] == "SIROP CAFÉ “ROSÉ” 5€"
    assert windows.prices()["CAFÉ"] == 9000
    assert windows.record("raw_backup")["encoding"] == "WIN1252"


def test_nothing_had_to_be_guessed_in_a_win1252_backup(windows: Installation) -> None:
    assert "texts_decoded" not in last_run(windows).failed(blocking=False)


@pytest.fixture(scope="module")
def mixed(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Bytes of two encodings in one database, as a shop's Windows programs left them there."""
    shop = Shop(
        items=[*PLAIN, item("UTF8"), item("CP1252"), item("BOTH"), item("UNDEFINED"), item("KEY", "S")],
        units=[unit("KEY", "PCS", kodebarcode="0123")],
        prices=[price("KEY", "PCS", 7000)],
        statements=[
            r"UPDATE tbl_item SET namaitem = E'SIROP CAF\xc3\xa9' WHERE kodeitem = 'UTF8'",
            r"UPDATE tbl_item SET namaitem = E'SIROP CAF\xe9' WHERE kodeitem = 'CP1252'",
            r"UPDATE tbl_item SET namaitem = E'CAF\xe9 5\x80', merek = E'ROS\xc3\xa9' WHERE kodeitem = 'BOTH'",
            r"UPDATE tbl_item SET namaitem = E'ODD \x81\x8d BYTES' WHERE kodeitem = 'UNDEFINED'",
            r"UPDATE tbl_item SET kodeitem = E'KEY-\xe9' WHERE kodeitem = 'KEY'",
            r"UPDATE tbl_itemsatuanjml SET kodeitem = E'KEY-\xe9' WHERE kodeitem = 'KEY'",
            r"UPDATE tbl_itemhj SET kodeitem = E'KEY-\xe9' WHERE kodeitem = 'KEY'",
            "CREATE TABLE tbl_itemmerek (merek text, ketmerek text)",
            r"INSERT INTO tbl_itemmerek VALUES (E'ROS\xc3\xa9', E'Merah jamb\xfa')",
            "CREATE TABLE tbl_supelgrup (kgrup text, grup text, levelharga integer, potongan numeric)",
            r"INSERT INTO tbl_supelgrup VALUES (E'G\xe9', E'Pelanggan \xc3\xa9', 1, 5)",
            "CREATE TABLE tbl_itempotongan (kodeitem text, kodegrup text, jumlah numeric, pot1 numeric, pot2 numeric,"
            " pot3 numeric, pot4 numeric)",
            r"INSERT INTO tbl_itempotongan VALUES (E'KEY-\xe9', E'g\xc3\xa9', 0, 7)",
        ],
    )
    backup = write_backup(postgres, tmp_path_factory.mktemp("mixed") / "toko.i5bu", shop, encoding="SQL_ASCII")
    with house.serving(backup) as toko:
        yield toko


@pytest.fixture(scope="module")
def mixed_run(mixed: Installation) -> Run:
    return last_run(mixed)


def test_each_text_of_an_sql_ascii_backup_is_read_as_utf8_or_else_as_cp1252(mixed: Installation) -> None:
    found = names(mixed)
    assert found["UTF8"] == "SIROP CAFé"
    assert found["CP1252"] == "SIROP CAFé"
    assert found["BOTH"] == "CAFé 5€"
    assert mixed.query("SELECT merek FROM products WHERE kodeitem = 'BOTH'") == [("ROSé",)]


def test_a_code_that_is_not_utf8_still_joins_its_prices_and_barcodes(mixed: Installation) -> None:
    assert mixed.prices()["KEY-é"] == 7000
    assert mixed.query("SELECT barcode, kodeitem FROM barcodes JOIN products USING (product_id)") == [("0123", "KEY-é")]


def test_names_and_groups_are_read_in_either_encoding_and_join(mixed: Installation) -> None:
    assert mixed.query("SELECT kode, nama FROM names") == [("ROSé", "Merah jambú")]
    assert mixed.query("SELECT kgrup, grup FROM customer_groups") == [("GÉ", "Pelanggan é")]
    query = "SELECT kodeitem, kgrup, pot1::INTEGER FROM group_discounts JOIN products USING (product_id)"
    assert mixed.query(query) == [("KEY-é", "GÉ", 7)]


def test_bytes_that_no_encoding_has_lose_no_product(mixed: Installation) -> None:
    name = names(mixed)["UNDEFINED"]
    assert name.startswith("ODD")
    assert name.endswith("BYTES")


def test_what_was_read_as_cp1252_is_counted_as_a_warning(mixed_run: Run) -> None:
    assert "texts_decoded" in mixed_run.failed(blocking=False)
    assert mixed_run.succeeded
