"""What a backup in the inbox becomes: the DuckDB file, and the road it took."""

import hashlib
import io
import re
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.places import installed, its_postgres, published_files, sync
from tests.acceptance.rows import item, price, stock, unit
from tests.backups import Shop, write_backup
from tests.installation import Answer, Installation
from toko_assets.postgres.place import find_cluster
from toko_assets.postgres.server import PostgresServer

MONEY, QUANTITY, INTEGER, TEXT = r"DECIMAL\(18,4\)", r"DECIMAL\(\d+,\d+\)", "(U?INTEGER|U?BIGINT)", "VARCHAR"
PERIOD = {
    "dari": "TIMESTAMP", "sebelum": "TIMESTAMP", "jam_dari": "TIME", "jam_sampai": "TIME", "hari": INTEGER,
}  # fmt: skip

TABLES = {
    "products": {
        "product_id": INTEGER, "kodeitem": TEXT, "namaitem": TEXT, "jenis": TEXT, "merek": TEXT, "rak": TEXT,
        "satuan": TEXT, "sistem_harga": TEXT, "dijual": "BOOLEAN", "keterangan": TEXT, "matauang": TEXT,
        "jasa": "BOOLEAN", "stokmin": QUANTITY, "supplier": TEXT, "dateupd": "TIMESTAMP",
        "terjual_90": QUANTITY, "terakhir_terjual": "TIMESTAMP",
    },
    "prices": {
        "product_id": INTEGER, "satuan": TEXT, "konversi": QUANTITY, "level": INTEGER, "jumlah_sampai": QUANTITY,
        "hargapokok": MONEY, "hargajual": MONEY,
    },
    "barcodes": {"barcode": TEXT, "product_id": INTEGER, "satuan": TEXT},
    "stock": {"product_id": INTEGER, "kantor": TEXT, "stok": QUANTITY},
    "photos": {"product_id": INTEGER, "gambar": "BLOB"},
    "price_changes": {
        "product_id": INTEGER, "satuan": TEXT, "level": INTEGER, "jumlah_sampai": QUANTITY, "before": MONEY,
        "after": MONEY, "seen_from": "TIMESTAMP", "previous": "TIMESTAMP",
    },
    "serials": {"noserial": TEXT, "product_id": INTEGER, "kantor": TEXT, "terjual": "BOOLEAN"},
    "names": {"kind": TEXT, "kode": TEXT, "nama": TEXT},
    "customer_groups": {"kgrup": TEXT, "grup": TEXT, "level": INTEGER, "potongan": QUANTITY},
    "group_discounts": {
        "product_id": INTEGER, "kgrup": TEXT, "pot1": QUANTITY, "pot2": QUANTITY, "pot3": QUANTITY, "pot4": QUANTITY,
    },
    "discounts": {
        "product_id": INTEGER, "iddiskon": TEXT, "satuan": TEXT, "kgrup": TEXT, "prioritas": INTEGER, "rupiah": MONEY,
        "pot1": QUANTITY, "pot2": QUANTITY, "pot3": QUANTITY, "pot4": QUANTITY, **PERIOD,
    },
    "promotions": {
        "product_id": INTEGER, "idpromo": TEXT, "satuan": TEXT, "jumlah": QUANTITY, "hadiah": INTEGER,
        "jumlah_hadiah": QUANTITY, "satuan_hadiah": TEXT, "kelipatan": "BOOLEAN", "harga": MONEY, **PERIOD,
    },
    "sales": {
        "product_id": INTEGER, "struk_7": INTEGER, "struk_90": INTEGER, "terjual_7": QUANTITY, "terjual_90": QUANTITY,
        "terakhir_terjual": "TIMESTAMP",
    },
    "catalog_info": {"key": TEXT, "value": TEXT},
}  # fmt: skip

KEPT = ["SOLD", "SOLD-NULL", "SOLD-EMPTY", "SOLD-LOWER", "UNSOLD", "PHOTO", "BAD-PHOTO", "STOCKED"]


def noise(width: int, height: int) -> bytes:
    """The photo that compresses worst."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 100).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody but its owner may enter."""
    folder = tmp_path_factory.mktemp("published") / "private" / "home"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, folder: Path) -> Iterator[Installation]:
    with installed(folder) as toko:
        write_backup(
            postgres,
            toko.inbox / "toko.i5bu",
            Shop(
                items=[
                    item("SOLD", jenis="MINUMAN", merek="PUCUK", rak="A-1"),
                    item("SOLD-NULL", statusjual=None),
                    item("SOLD-EMPTY", statusjual=""),
                    item("SOLD-LOWER", statusjual=" y "),
                    item("UNSOLD", statusjual="N"),
                    item("PHOTO", gambar=noise(1600, 1200)),
                    item("BAD-PHOTO", gambar=b"this is no photo"),
                    item("STOCKED"),
                    item("DELETED", statushapus="Y", gambar=noise(20, 20)),
                    item("DELETED-LOWER", statushapus=" y "),
                ],
                units=[
                    unit("SOLD", "PCS", kodebarcode="0899"),
                    unit("DELETED", "PCS", kodebarcode="0777"),
                ],
                prices=[price("DELETED", "PCS", 3000)],
                stock=[
                    stock("STOCKED", "UTM", "12.500"),
                    stock("STOCKED", "GUDANG", -3),
                    stock("DELETED", "UTM", 5),
                ],
                history=500,
            ),
        )
        yield toko


@pytest.fixture(scope="module", autouse=True)
def answer(shop: Installation) -> Answer:
    assert shop.catalog is None
    return sync()


def test_current_is_one_line_with_the_name_of_the_only_published_file(shop: Installation) -> None:
    name = (shop.data / "catalog" / "CURRENT").read_text()
    assert published_files(shop) == [name.strip()]
    assert len(name.splitlines()) == 1
    backup = shop.record("raw_backup")["sha256"]
    found = re.fullmatch(r"catalog-\d{8}T\d{6}\S*Z-(\w+)\.duckdb", name.strip())
    assert found is not None
    assert backup.startswith(found[1])


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_and_types_of_the_design(shop: Installation, table: str) -> None:
    columns = dict(
        shop.query(f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}'")
    )
    assert list(columns) == list(TABLES[table])
    for column, kind in TABLES[table].items():
        assert re.fullmatch(kind, columns[column]), f"{column} is {columns[column]}"


def test_product_ids_are_dense_from_zero(shop: Installation) -> None:
    assert shop.query("SELECT product_id FROM products ORDER BY 1") == [(n,) for n in range(len(KEPT))]


def test_every_item_that_is_not_deleted_is_there_once_and_no_other(shop: Installation) -> None:
    assert Counter(shop.query("SELECT kodeitem FROM products")) == Counter((kode,) for kode in KEPT)


@pytest.mark.parametrize("table", ["prices", "barcodes", "stock", "photos"])
def test_every_row_belongs_to_a_product(shop: Installation, table: str) -> None:
    lost = f"SELECT * FROM {table} WHERE product_id IS NULL OR product_id NOT IN (SELECT product_id FROM products)"
    assert shop.query(lost) == []


def test_every_product_has_a_price_row(shop: Installation) -> None:
    priced = shop.query("SELECT DISTINCT kodeitem FROM prices JOIN products USING (product_id)")
    assert {kode for (kode,) in priced} == set(KEPT)


def test_only_items_marked_as_not_sold_are_not_sold(shop: Installation) -> None:
    assert shop.query("SELECT kodeitem FROM products WHERE NOT dijual") == [("UNSOLD",)]
    assert shop.query("SELECT count(*) FROM products WHERE dijual IS NULL") == [(0,)]


def test_category_brand_and_shelf_are_those_of_the_item(shop: Installation) -> None:
    assert shop.query("SELECT jenis, merek, rak, satuan FROM products WHERE kodeitem = 'SOLD'") == [
        ("MINUMAN", "PUCUK", "A-1", "PCS")
    ]


def test_barcodes_of_deleted_items_are_gone(shop: Installation) -> None:
    assert shop.query("SELECT barcode, kodeitem, b.satuan FROM barcodes b JOIN products USING (product_id)") == [
        ("0899", "SOLD", "PCS")
    ]


def test_stock_is_kept_for_each_branch(shop: Installation) -> None:
    found = shop.query("SELECT kodeitem, kantor, stok FROM stock JOIN products USING (product_id)")
    assert {(kode, kantor, float(stok)) for kode, kantor, stok in found} == {
        ("STOCKED", "UTM", 12.5),
        ("STOCKED", "GUDANG", -3.0),
    }
    assert len(found) == 2


def test_a_large_photo_becomes_a_small_jpeg_and_one_that_cannot_be_read_is_left_out(shop: Installation) -> None:
    ((kode, photo),) = shop.query("SELECT kodeitem, gambar FROM photos JOIN products USING (product_id)")
    assert kode == "PHOTO"
    assert len(photo) <= 60 * 1024
    with Image.open(io.BytesIO(photo)) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= 800
        assert image.width * 3 == image.height * 4


def test_catalog_info_names_the_schema_the_backup_the_times_and_the_counts(shop: Installation) -> None:
    info = dict(shop.query("SELECT key, value FROM catalog_info"))
    backup = shop.record("raw_backup")
    assert info["schema_version"].isdigit()
    assert info["backup_name"] == "toko.i5bu"
    assert info["backup_revision"] == backup["revision"]
    assert info["backup_time"].startswith(backup["dumped_at"][:19])
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*(Z|\+00:00)$", info["published_at"])
    for table in ("products", "prices", "barcodes", "stock", "photos"):
        assert shop.query(f"SELECT count(*) FROM {table}") == [(int(info[f"{table}_count"]),)]


def test_the_time_of_the_data_is_the_dump_headers_in_the_shops_time_zone(shop: Installation) -> None:
    assert shop.record("raw_backup")["dumped_at"].endswith("+07:00")


def test_the_search_index_is_in_the_file(shop: Installation) -> None:
    tables = {name for (name,) in shop.query("SELECT table_name FROM duckdb_tables()")}
    (index,) = tables - set(TABLES)
    kinds = {kind for (kind,) in shop.query(f"SELECT data_type FROM duckdb_columns() WHERE table_name = '{index}'")}
    assert "BLOB" in kinds
    assert shop.query(f"SELECT count(*) > 0 FROM {index}") == [(True,)]


def test_the_backup_is_copied_whole_and_known_by_its_sha256(shop: Installation) -> None:
    (copy,) = (shop.data / "backups").glob("*.i5bu")
    original = (shop.inbox / "toko.i5bu").read_bytes()
    assert copy.read_bytes() == original
    assert shop.record("raw_backup")["sha256"] == hashlib.sha256(original).hexdigest()
    assert shop.record("raw_backup")["size"] == len(original)


def test_history_is_neither_restored_nor_recorded(shop: Installation) -> None:
    record = shop.record("restored_database")
    assert record["tables"]["tbl_item"] == 10
    assert "tbl_ikdt" not in record["tables"]
    with its_postgres(shop) as server, closing(server.connect(record["database"])) as connection:
        tables = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables == {"tbl_item", "tbl_itemsatuanjml", "tbl_itemhj", "tbl_itemstok"}


def test_the_database_bears_the_id_of_its_backup_and_was_restored_by_no_superuser(shop: Installation) -> None:
    record = shop.record("restored_database")
    assert record["database"].startswith("i5bu_")
    assert shop.record("raw_backup")["sha256"].startswith(record["database"].removeprefix("i5bu_"))
    with its_postgres(shop) as server, closing(server.connect(record["database"])) as connection:
        owners = connection.execute(
            "SELECT DISTINCT rolsuper FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE relname ~ '^tbl_'"
        ).fetchall()
    assert owners == [(False,)]


def test_postgresql_is_stopped_after_the_sync(shop: Installation) -> None:
    assert list(find_cluster(shop.data / "postgres").rglob("postmaster.pid")) == []


def test_no_folder_is_opened_to_others(shop: Installation, folder: Path) -> None:
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    versions = list(find_cluster(shop.data / "postgres").rglob("PG_VERSION"))
    assert versions
    assert [file for file in versions if stat.S_IMODE(file.parent.stat().st_mode) & 0o077] == []


def test_nothing_unfinished_is_left(shop: Installation) -> None:
    assert shop.list_leftovers() == []


def test_the_command_says_what_it_published(shop: Installation, answer: Answer) -> None:
    assert shop.catalog is not None
    assert shop.catalog.name in answer.output
    assert "8 products" in answer.output
