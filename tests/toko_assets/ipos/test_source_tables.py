"""A database that an earlier version restored is read: it has optional columns as text, or not at all."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from toko_assets.ipos.source_tables import read_source
from toko_assets.postgres.server import PostgresServer

TABLES = """
CREATE TABLE tbl_item (
    kodeitem text, namaitem text, jenis text, merek text, satuan text, sistemhargajual text, rak text, statusjual text,
    statushapus text, hargapokok numeric, hargajual1 numeric, gambar integer, stokmin text, keterangan text);
CREATE TABLE tbl_itemsatuanjml (
    iddetail text, kodeitem text, satuan text, kodebarcode text, jumlahkonv numeric, hargapokok numeric);
CREATE TABLE tbl_itemhj (
    iddetail text, kodeitem text, satuan text, jmlsampai numeric, level numeric, hargajual numeric, dateupd timestamp);
CREATE TABLE tbl_itemstok (kodeitem text, kantor text, stok numeric);
INSERT INTO tbl_item (kodeitem, hargajual1, stokmin, keterangan) VALUES ('A', 3000, 'banyak', 'cocok VARIO');
"""


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    with postgres.connect("postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE earlier TEMPLATE template0")
        try:
            with postgres.connect("earlier") as connection:
                connection.execute(TABLES.encode())
                yield connection
        finally:
            admin.execute("DROP DATABASE earlier WITH (FORCE)")


def test_characters_that_command_are_dropped_from_texts_and_codes_of_items_stay(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute(
        "INSERT INTO tbl_item (kodeitem, namaitem, jenis, satuan, keterangan) VALUES (%s, %s, %s, %s, %s)",
        ["B\x07", "ROTI\x1b[2J \u202eISAT\u2066", "½ KUE\u200f\x85", "P\x9bCS", "baris 1\nbaris\t2\u2028"],
    )
    connection.execute(
        "INSERT INTO tbl_itemsatuanjml (kodeitem, satuan, kodebarcode) VALUES ('B', 'PC\x01S', '8\x7f9')"
    )
    source = read_source(connection)
    item = source.items.iloc[1]
    assert list(item[["kodeitem", "namaitem", "jenis", "satuan", "keterangan"]]) == [
        "B\x07", "ROTI[2J ISAT", "½ KUE ", "PCS", "baris 1 baris 2 "
    ]  # fmt: skip
    assert list(source.units.iloc[0][["satuan", "kodebarcode"]]) == ["PCS", "89"]
    assert source.items["namaitem"].isna().tolist() == [True, False]


def test_columns_of_another_type_and_missing_columns_are_null(connection: psycopg.Connection[Any]) -> None:
    source = read_source(connection)
    item = source.items.iloc[0]
    assert (item["kodeitem"], item["hargajual1"], item["keterangan"]) == ("A", 3000, "cocok VARIO")
    for column in ("stokmin", "tipe", "matauang", "supplier1", "dateupd"):
        assert source.items[column].isna().all()
    assert len(source.currencies) == 0
