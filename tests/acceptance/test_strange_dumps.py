"""A dump with more in it than tables, uncompressed: what is needed is restored, and nothing else runs or counts."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.acceptance.history import last_run
from tests.acceptance.places import House, its_postgres
from tests.acceptance.rows import clean_shop
from tests.backups import write_backup
from tests.installation import Installation
from toko_assets.postgres.server import PostgresServer

PRODUCTS = 6

HERE = "current_setting('shop.here', true) = 'yes'"
"""True in the shop's database only, where the statements below set it."""

STRANGE = [
    "SET shop.here = 'yes'",
    "DO $$ BEGIN CREATE ROLE pemilik_lama; EXCEPTION WHEN duplicate_object THEN END $$",
    # a table of the same name in another schema, with other rows
    "CREATE SCHEMA arsip",
    "CREATE TABLE arsip.tbl_item AS SELECT * FROM tbl_item",
    "UPDATE arsip.tbl_item SET kodeitem = 'ARSIP-' || kodeitem, hargajual1 = 1",
    "CREATE TABLE arsip.tbl_itemhj AS SELECT * FROM tbl_itemhj",
    # columns that need more than their table
    "CREATE DOMAIN rupiah AS numeric(20,3) CHECK (VALUE IS NULL OR VALUE > -1000000000)",
    "ALTER TABLE tbl_item ALTER hargajual1 TYPE rupiah",
    "CREATE FUNCTION no_baru() RETURNS varchar LANGUAGE sql AS $$ SELECT 'BRG-BARU'::varchar $$",
    "ALTER TABLE tbl_item ALTER kodeitem SET DEFAULT no_baru()",
    "CREATE SEQUENCE seq_detail",
    "ALTER TABLE tbl_itemhj ALTER iddetail SET DEFAULT nextval('seq_detail')::varchar",
    "CREATE TYPE jenis_tipe AS ENUM ('Y', 'N')",
    "ALTER TABLE tbl_itemsatuanjml ADD tipe_baru jenis_tipe DEFAULT 'Y'",
    "ALTER TABLE tbl_item ADD kolom_lain text DEFAULT 'x'",
    # what would raise if it ran where the dump is restored
    f"CREATE FUNCTION raise_elsewhere(kode text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
    f" IF {HERE} THEN RETURN kode; END IF; RAISE EXCEPTION 'a function of the dump ran'; END $$",
    "CREATE FUNCTION raise_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'a trigger of the dump ran'; END $$",
    "CREATE TRIGGER naik BEFORE INSERT OR UPDATE ON tbl_item FOR EACH ROW EXECUTE FUNCTION raise_trigger()",
    "ALTER TABLE tbl_item ENABLE ALWAYS TRIGGER naik",
    "CREATE INDEX ON tbl_item (raise_elsewhere(kodeitem))",
    "CREATE VIEW v_item AS SELECT raise_elsewhere(kodeitem) AS kode FROM tbl_item",
    "CREATE MATERIALIZED VIEW m_item AS SELECT raise_elsewhere(kodeitem) AS kode FROM tbl_item",
    "CREATE RULE aturan AS ON INSERT TO tbl_itemstok DO ALSO SELECT raise_elsewhere('x')",
    # foreign keys to and from the history, and an owner who is not there
    "CREATE TABLE tbl_penjualan (id integer PRIMARY KEY, kodeitem varchar(100) REFERENCES tbl_item)",
    "INSERT INTO tbl_penjualan VALUES (1, 'BERSIH-1')",
    "ALTER TABLE tbl_itemstok ADD dari integer REFERENCES tbl_penjualan",
    "ALTER TABLE tbl_item OWNER TO pemilik_lama",
    "ALTER TABLE tbl_itemhj OWNER TO pemilik_lama",
    "GRANT SELECT ON tbl_item TO pemilik_lama",
    "ALTER TABLE tbl_item ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY tutup ON tbl_item USING (false)",
]


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    strange = clean_shop(PRODUCTS, statements=STRANGE, history=20)
    out = tmp_path_factory.mktemp("strange") / "toko.i5bu"
    with house.serving(write_backup(postgres, out, strange, options=["-Z", "0"])) as toko:
        yield toko


def test_the_tables_of_schema_public_are_taken_and_not_their_namesakes(shop: Installation) -> None:
    assert {kode for (kode,) in shop.query("SELECT kodeitem FROM products")} == {f"BERSIH-{n}" for n in range(PRODUCTS)}
    assert set(shop.prices().values()) == {3000}


def test_nothing_of_the_other_schema_nor_of_the_history_is_restored(shop: Installation) -> None:
    with its_postgres(shop) as server, closing(server.connect(shop.record("restored_database")["database"])) as found:
        tables = found.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname !~ '^pg_|^information_schema$'"
        ).fetchall()
    assert {name for (name,) in tables} == {
        "public.tbl_item", "public.tbl_itemsatuanjml", "public.tbl_itemhj", "public.tbl_itemstok"
    }  # fmt: skip


def test_no_trigger_and_no_view_of_the_dump_is_restored(shop: Installation) -> None:
    with its_postgres(shop) as server, closing(server.connect(shop.record("restored_database")["database"])) as found:
        triggers = found.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()
        views = found.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relname ~ '_item'"
        ).fetchall()
    assert (triggers, views) == ([], [])


def test_a_strange_dump_passes_every_blocking_check(shop: Installation) -> None:
    run = last_run(shop)
    assert run.succeeded
    assert run.failed(blocking=True) == {}
