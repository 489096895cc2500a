"""Dumps of any age through the whole chain: the same shop gives the same catalogue, however it was dumped."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.acceptance.places import installed, sync
from tests.acceptance.rows import clean_items, clean_units, item, price, stock, unit
from tests.archives import as_of, parse, write
from tests.backups import SCHEMA, Shop, write_backup
from tests.installation import Installation
from tests.servers.postgres import ADMIN, PROGRAMS, VERSIONS, RealServer, real_server
from toko_assets.postgres.server import PostgresServer

CONTENT = (
    "SELECT kodeitem, namaitem, jenis, rak, dijual FROM products",
    "SELECT kodeitem, p.satuan, konversi, level, jumlah_sampai, p.hargapokok, hargajual"
    " FROM prices p JOIN products USING (product_id)",
    "SELECT kodeitem, barcode, b.satuan FROM barcodes b JOIN products USING (product_id)",
    "SELECT kodeitem, kantor, stok FROM stock JOIN products USING (product_id)",
)
"""What must be equal."""
Content = list[list[tuple[Any, ...]]]
Catalogues = dict[str, Content]
"""By the encoding of the shop's database."""

SHOP = Shop(
    items=[
        *clean_items(4),
        item("S", "S", namaitem="SIROP CAFÉ", jenis="MINUMAN", rak="A 1"),
        item("J", "J", namaitem="MIE <GORENG> \\N"),
        item("L", "L", namaitem="GULA 5€"),
    ],
    units=[
        *clean_units(4), unit("S", "PCS", kodebarcode="0899"), unit("S", "DUS", 40), unit("J", "PCS"), unit("L", "PCS"),
    ],
    prices=[
        price("S", "PCS", "3500.5"), price("S", "DUS", 130_000), price("J", "PCS", 2900, jmlsampai=11),
        price("J", "PCS", 2800, jmlsampai=99), price("L", "PCS", 17_000, level=1), price("L", "PCS", 16_500, level=2),
    ],
    stock=[stock("S", "TOKO", 12), stock("S", "GUDANG", "40.5")],
    history=200,
    statements=[
        "CREATE DOMAIN uang AS numeric(20,3) CHECK (VALUE >= 0)",
        "ALTER TABLE tbl_item ALTER hargajual1 TYPE uang",
        "SELECT lo_from_bytea(0, 'abc')",
    ],
)  # fmt: skip

OLD_NAMES = ' "Größe (cm)" text, "Ünt""er\n(baris)" int,'
"""Columns whose names are other bytes in every encoding."""

ODD_SCHEMA = SCHEMA.replace("keterangan text,", f"keterangan text,{OLD_NAMES}") + 'CREATE TABLE "café" (a int);'

MIXED = [
    r"UPDATE tbl_item SET namaitem = E'SIROP CAF\xe9' WHERE kodeitem = 'S'",
    r"UPDATE tbl_item SET namaitem = E'GULA 5\x80', jenis = E'ROS\xc3\xa9' WHERE kodeitem = 'L'",
]
"""What Windows programs leave in a database that takes any bytes."""


@pytest.fixture(scope="module")
def dumps(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The shop in each encoding, as PostgreSQL 18 dumps it."""
    folder = tmp_path_factory.mktemp("dumps")
    mixed = replace(SHOP, statements=[*SHOP.statements, *MIXED])
    for encoding in ("UTF8", "WIN1252", "SQL_ASCII"):
        shop = mixed if encoding == "SQL_ASCII" else SHOP
        write_backup(postgres, folder / f"{encoding}.i5bu", shop, encoding=encoding, schema=ODD_SCHEMA)
    return {file.stem: file for file in folder.iterdir()}


@pytest.fixture(scope="module")
def toko(dumps: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:  # noqa: ARG001 - made outside
    with installed(tmp_path_factory.mktemp("toko")) as toko:
        yield toko


@pytest.fixture(scope="module")
def expected(toko: Installation, dumps: dict[str, Path]) -> Catalogues:
    found = {}
    for encoding, dump in dumps.items():
        sync("--backup", dump)
        found[encoding] = content(toko)
    return found


def content(toko: Installation) -> Content:
    return [sorted(toko.query(query), key=repr) for query in CONTENT]


def test_what_the_newest_dumps_hold_is_what_the_shop_has(expected: Catalogues) -> None:
    names = {row[0]: row[1] for row in expected["UTF8"][0]}
    assert (names["S"], names["J"], names["L"]) == ("SIROP CAFÉ", "MIE <GORENG> \\N", "GULA 5€")
    assert len(expected["UTF8"][1]) == 10
    assert expected["WIN1252"] == expected["UTF8"]
    mixed = {row[0]: row for row in expected["SQL_ASCII"][0]}
    assert (mixed["S"][1], mixed["L"][1], mixed["L"][2]) == ("SIROP CAFé", "GULA 5€", "ROSé")
    assert expected["SQL_ASCII"][1:] == expected["UTF8"][1:]


@pytest.mark.parametrize(
    ("version", "encoding", "compression", "piped"),
    [
        ("1.12", "UTF8", "gzip", False),
        ("1.12", "WIN1252", "gzip", True),
        ("1.12", "SQL_ASCII", "none", False),
        ("1.13", "SQL_ASCII", "gzip", False),
        ("1.14", "UTF8", "none", True),
        ("1.15", "WIN1252", "none", False),
        ("1.15", "SQL_ASCII", "gzip", True),
        ("1.16", "UTF8", "none", True),
    ],
)
def test_a_dump_of_any_age_gives_the_same_catalogue(
    toko: Installation, expected: Catalogues, dumps: dict[str, Path], tmp_path: Path,
    version: str, encoding: str, compression: str, piped: bool,
) -> None:  # fmt: skip
    archive = as_of(parse(dumps[encoding].read_bytes()), version)
    file = tmp_path / "old.i5bu"
    file.write_bytes(write(replace(archive, compression=compression, offsets=not piped)))
    sync("--backup", file)
    assert content(toko) == expected[encoding]
    taken = toko.record("raw_backup")
    assert (taken["archive_version"], taken["encoding"], taken["server_version"]) == (version, encoding, "9.5.3")


def test_a_dump_of_a_machine_with_other_integers_gives_the_same_catalogue(
    toko: Installation, expected: Catalogues, dumps: dict[str, Path], tmp_path: Path
) -> None:  # fmt: skip
    archive = replace(as_of(parse(dumps["UTF8"].read_bytes()), "1.10"), integer_size=8, offset_size=4)
    file = tmp_path / "old.i5bu"
    file.write_bytes(write(archive))
    sync("--backup", file)
    assert content(toko) == expected["UTF8"]


@pytest.fixture(scope="module", params=[v for v in VERSIONS if v < 18])
def older(request: pytest.FixtureRequest) -> Iterator[tuple[int, RealServer]]:
    """A real server of that version, with the shop in it."""
    with real_server(request.param) as server:
        server.do("CREATE DATABASE test_scratch")
        with server.admin("test_scratch") as connection:
            connection.execute(ODD_SCHEMA.encode())
            fill(connection)
        yield request.param, server


def fill(connection: psycopg.Connection[Any]) -> None:
    for table, rows in SHOP.tables().items():
        for row in rows:
            values = ", ".join(["%s"] * len(row))
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})".encode(), list(row.values()))
    for statement in SHOP.statements:
        connection.execute(statement.encode())


def test_what_an_older_pg_dump_wrote_to_a_pipe_gives_the_same_catalogue(
    toko: Installation, expected: Catalogues, older: tuple[int, RealServer], tmp_path: Path
) -> None:
    version, server = older
    access = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": ADMIN, "PGPASSWORD": server.admin_password}
    command: list[str | Path] = [PROGRAMS[version] / "pg_dump", "-Fc", "test_scratch"]
    dump = subprocess.run(command, env=access, stdout=subprocess.PIPE, check=True)
    file = tmp_path / "old.i5bu"
    file.write_bytes(dump.stdout)
    assert not parse(dump.stdout).offsets
    sync("--backup", file)
    assert content(toko) == expected["UTF8"]
    assert toko.record("raw_backup")["archive_version"] == {15: "1.14", 16: "1.15"}[version]
