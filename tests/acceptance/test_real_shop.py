"""A dump as large and tangled as a real shop's, in each way that `pg_dump` writes it, from the file to the prices."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.places import installed, run_toko, sync
from tests.archives import as_of, parse, write
from tests.installation import Installation
from tests.real_shop import PRICES, WITHOUT_OPTIONAL, dump, real_database
from tests.real_shop_tables import COLUMNS, TABLES
from tests.toko_bot.bot.pages import product_text, served_catalog
from toko_assets.postgres.server import PostgresServer
from toko_core.files import file_digest

READ = {
    "plain": [],
    "quoted": ["--quote-all-identifiers"],
    "quoted, without owners": ["--quote-all-identifiers", "--no-owner", "--no-privileges", "--no-comments"],
    "not compressed": ["-Z0"],
    "one schema": ["--schema=public"],
    "without large objects, to be cleaned": ["--no-large-objects", "--clean", "--if-exists"],
    "another encoding": ["--encoding=WIN1252"],
    "without the rows of the sales": ["--exclude-table-data=tbl_ik*"],
}
PART = "bad.i5bu is not a whole iPOS 5 backup: "
COPY = "bad.i5bu: table tbl_item was not dumped with COPY: make the backup with iPOS, or with pg_dump -Fc"
REJECTED = {
    "--inserts": f"{COPY}, and without --inserts.",
    "--column-inserts": f"{COPY}, and without --inserts.",
    "--rows-per-insert=50": f"{COPY}, and without --inserts.",
    "--data-only": f"{PART}the definitions of its tables are missing, as after --data-only.",
    "--schema-only": f"{PART}the rows of its tables are missing, as after --schema-only.",
    "--schema=lama": f"{PART}schema public is missing; its tables are of schema lama.",
    "--exclude-table-data=public.tbl_itemhj": f"{PART}the rows of tbl_itemhj are missing, as after --",
    "--exclude-table=public.tbl_itemhj": "bad.i5bu is not an iPOS 5 backup: table tbl_itemhj is missing.",
}


PAGES = {
    "manisindo gula pasir": [
        "BKS level 1           Rp17.500", "  Pelanggan Tetap −5% Rp16.625",
        "BKS Grosir Pasar      Rp16.800", "", "Stok 0", "", "Kode: 2003", "Merek: Manisindo", "Jenis: Sembako",
        "Satuan: BKS = Bungkus",
    ],
    "beras pulen": ["BKS                   Rp78.000", "  Pelanggan Tetap −10%", "                      Rp70.200"],
    "mie goreng sedapindo": [
        "BKS 1–11               Rp3.500", "  Pelanggan Tetap −5%  Rp3.325",
        "BKS 12+                Rp3.300", "  Pelanggan Tetap −5%  Rp3.135", "",
        "Stok (BKS)", "Gudang Belakang            400", "Toko Utama                  40",
    ],
}  # fmt: skip
"""What staff see of a product, below its name."""


FIELDS = {
    "barang biasa 1": ["Stok 0", "Keterangan: cocok VARIO 125, BEAT"],
    "barang vario": ["Kode: B1"],
    "barang biasa 2": ["BKS                  Rp200.000", "Stok 0"],
    "barang biasa 3": ["harga dalam EUR, tanpa kurs"],
    "sn-0001X": ["Kode: B5", "Nomor seri SN-0001X: Gudang Belakang"],
    "SN-0002X": ["Kode: B5", "Nomor seri SN-0002X: Toko Utama · sudah terjual"],
}
"""Lines of a product's page that come from optional tables and columns."""
OWNERS = ["Stok minimum: 6", "Pemasok: PT Pemasok", "Diubah di iPOS: 2 Jan 2026"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("real")) as toko:
        yield toko


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Iterator[str]:
    with real_database(postgres) as database:
        yield database


def served_prices(shop: Installation) -> set[tuple[object, ...]]:
    columns = "kodeitem, prices.satuan, level, jumlah_sampai, hargajual"
    return set(shop.query(f"SELECT {columns} FROM prices JOIN products USING (product_id)"))


def check_served(shop: Installation, file: Path) -> None:
    """This file is served, with the prices that the till asks."""
    sync("--backup", file)
    assert shop.record("product_catalog")["backup"]["sha256"] == file_digest(file)
    assert served_prices(shop) == PRICES
    served = served_catalog(shop.data / "catalog", file.parent / "served")
    for query, page in PAGES.items():
        assert product_text(served, query)[2 : 2 + len(page)] == page


def test_the_database_is_as_large_as_a_real_shops(postgres: PostgresServer, database: str) -> None:
    with postgres.connect(database) as connection:
        query = (
            "SELECT count(DISTINCT table_name), count(*) FROM information_schema.columns JOIN information_schema.tables"
        )
        query += " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        assert connection.execute(query.encode()).fetchone() == (TABLES, COLUMNS)


@pytest.mark.parametrize("options", READ.values(), ids=READ.keys())
def test_a_dump_made_with_these_options_is_published(
    postgres: PostgresServer, database: str, shop: Installation, tmp_path: Path, options: list[str]
) -> None:
    check_served(shop, dump(postgres, database, tmp_path / "good.i5bu", *options))


@pytest.mark.parametrize("options", [[], ["--quote-all-identifiers"]], ids=["plain", "quoted"])
@pytest.mark.parametrize("version", ["1.12", "1.13", "1.14"])
def test_a_dump_of_an_older_server_is_published(
    postgres: PostgresServer, database: str, shop: Installation, tmp_path: Path, version: str, options: list[str]
) -> None:
    file = dump(postgres, database, tmp_path / "good.i5bu", *options)
    file.write_bytes(write(as_of(parse(file.read_bytes()), version)))
    check_served(shop, file)


@pytest.mark.parametrize(("option", "line"), REJECTED.items())
def test_a_dump_that_lacks_a_part_is_rejected_in_one_line_that_says_which(
    postgres: PostgresServer, database: str, shop: Installation, tmp_path: Path, option: str, line: str
) -> None:
    file = dump(postgres, database, tmp_path / "bad.i5bu", option)
    served = shop.catalog
    answer = run_toko("sync", "--backup", file)
    assert answer.status == 1
    assert answer.error.startswith(f"toko: {line}")
    assert "\n" not in answer.error
    assert shop.catalog == served


def test_every_optional_field_is_in_an_answer(
    postgres: PostgresServer, database: str, shop: Installation, tmp_path: Path
) -> None:
    check_served(shop, dump(postgres, database, tmp_path / "good.i5bu"))
    served = served_catalog(shop.data / "catalog", tmp_path / "again")
    for query, lines in FIELDS.items():
        page = [line.strip() for line in product_text(served, query, asked=True)]
        assert [line for line in lines if line not in page] == [], page
    assert [line for line in product_text(served, "barang biasa 4") if line.startswith("Stok")] == []
    for owner in (True, False):
        page = product_text(served, "barang biasa 1", owner=owner)
        assert [line for line in OWNERS if line in page] == (OWNERS if owner else [])


def test_without_the_optional_fields_the_answers_are_as_before(
    postgres: PostgresServer, shop: Installation, tmp_path: Path
) -> None:
    with real_database(postgres, statements=WITHOUT_OPTIONAL) as database:
        sync("--backup", dump(postgres, database, tmp_path / "good.i5bu"))
    as_rupiah = {("B2", "BKS", None, None, Decimal("12.5")), ("B3", "BKS", None, None, Decimal("7.5"))}
    assert served_prices(shop) == {price for price in PRICES if price[0] not in ("B2", "B3")} | as_rupiah
    served = served_catalog(shop.data / "catalog", tmp_path / "served")
    for query, page in PAGES.items():
        as_before = [line for at, line in enumerate(page) if line != "Stok 0" and page[at - 1 : at] != ["Stok 0"]]
        assert product_text(served, query)[2 : 2 + len(as_before)] == as_before
    for number in range(1, 6):
        page = product_text(served, f"barang biasa {number}", owner=True, asked=True)
        assert [line for line in page if line.startswith(("Stok", "Keterangan", "Nomor", "Pemasok", "Diubah"))] == []
    assert shop.query("SELECT count(*) FROM search_index WHERE name LIKE 'remark%' OR name LIKE 'serial%'") == [(0,)]


@pytest.mark.usefixtures("shop")
def test_a_backup_of_ipos_4_is_named(postgres: PostgresServer, tmp_path: Path) -> None:
    with real_database(postgres, name="i4_TOKO") as database:
        answer = run_toko("sync", "--backup", dump(postgres, database, tmp_path / "old.i5bu"))
    assert answer.status == 1
    assert answer.error == (
        "toko: old.i5bu is a backup of iPOS 4 (database i4_TOKO), not of iPOS 5. Choose a backup that iPOS 5 wrote."
    )


@pytest.mark.parametrize("encoding", ["UTF8", "SQL_ASCII"])
def test_items_without_a_code_of_their_own_are_left_out_and_shown(
    postgres: PostgresServer, shop: Installation, tmp_path: Path, encoding: str
) -> None:
    without_keys = (
        "ALTER TABLE tbl_item DROP CONSTRAINT tbl_item_pkey CASCADE; ALTER TABLE tbl_item ALTER kodeitem DROP NOT NULL",
        "INSERT INTO tbl_item (kodeitem, namaitem, satuan, sistemhargajual, hargajual1, dateupd) "
        "VALUES ('', 'TANPA KODE', 'BKS', 'O', 5000, now()), ('2004', 'BERAS LAMA', 'BKS', 'O', 1, '2019-01-01')",
    )
    with real_database(postgres, encoding=encoding, statements=without_keys) as database:
        check_served(shop, dump(postgres, database, tmp_path / "good.i5bu"))
    assert shop.query("SELECT namaitem FROM products WHERE kodeitem = '2004'") == [("BERAS PULEN 5KG",)]
    assert shop.query("SELECT count(*) FROM products WHERE namaitem = 'TANPA KODE'") == [(0,)]


def test_one_percent_of_items_without_a_code_is_rejected_in_a_readable_line(
    postgres: PostgresServer, shop: Installation, tmp_path: Path
) -> None:
    statements = (
        "ALTER TABLE tbl_item DROP CONSTRAINT tbl_item_pkey CASCADE; ALTER TABLE tbl_item ALTER kodeitem DROP NOT NULL",
        "INSERT INTO tbl_item (kodeitem, namaitem) SELECT '', 'TANPA KODE ' || n FROM generate_series(1, 3) n",
    )
    with real_database(postgres, statements=statements) as database:
        answer = run_toko("sync", "--backup", dump(postgres, database, tmp_path / "bad.i5bu"))
    assert answer.error == (
        "toko: bad.i5bu: 3 of 258 rows of tbl_item have no code, or the code of a newer row: 1.2%; less than 1% may. "
        "First: TANPA KODE 1/no code; TANPA KODE 2/no code; TANPA KODE 3/no code. "
        "Give these items codes of their own in iPOS, or delete them there, then make the backup again."
    )
    assert shop.catalog is not None
