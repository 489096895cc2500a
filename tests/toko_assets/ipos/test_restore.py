"""Only the needed rows are restored, and nothing of a dump is created or run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archives import END_OF_ROWS, parse, write
from tests.backups import SCHEMA, Shop, a_shop, write_backup
from toko_assets.ipos.archive.contents import IncompleteBackupError
from toko_assets.ipos.archive.reader import read_archive
from toko_assets.ipos.restore import (
    WrongSchemaError,
    database_exists,
    databases,
    restore,
    schema_problems,
    skipped_tables,
)
from toko_assets.postgres.embedded import RESTORER
from toko_assets.postgres.server import PostgresServer


@pytest.fixture
def restorer(postgres: PostgresServer) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres.host, postgres.port, RESTORER)
    yield server
    with server.connect("postgres", autocommit=True) as connection:
        for name in databases(server, "i5test"):
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def with_statements(*statements: str) -> Shop:
    shop = a_shop()
    return Shop(shop.items, shop.units, shop.prices, shop.stock, 100, statements)


def names(server: PostgresServer, database: str, query: str) -> list[str]:
    with server.connect(database) as connection:
        return [name for (name,) in connection.execute(query.encode())]


def test_the_history_stays_in_the_file(postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path) -> None:
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", with_statements()))
    counts = restore(restorer, archive, "i5test_0123456789ab")
    assert counts == {"tbl_item": 3, "tbl_itemsatuanjml": 3, "tbl_itemhj": 0, "tbl_itemstok": 0}
    assert skipped_tables(archive) == ["tbl_ikdt"]
    tables = names(restorer, "i5test_0123456789ab", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert sorted(tables) == ["tbl_item", "tbl_itemhj", "tbl_itemsatuanjml", "tbl_itemstok"]
    assert database_exists(restorer, "i5test_0123456789ab")


def test_what_depends_on_other_objects_is_restored_without_them(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    shop = with_statements(
        "CREATE DOMAIN uang AS numeric(20,3) CHECK (VALUE >= 0)",
        "ALTER TABLE tbl_item ALTER hargajual1 TYPE uang",
        "CREATE FUNCTION tepat() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'x'; END $$",
        "ALTER TABLE tbl_item ALTER keterangan SET DEFAULT tepat()",
        "CREATE FUNCTION berhenti() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ran'; END $$",
        "CREATE TRIGGER berhenti BEFORE INSERT ON tbl_item FOR EACH ROW EXECUTE FUNCTION berhenti()",
        "CREATE VIEW harga AS SELECT kodeitem, hargajual1 FROM tbl_item",
        "CREATE SCHEMA lama", "CREATE TABLE lama.tbl_item (kodeitem text)", "INSERT INTO lama.tbl_item VALUES ('X')",
    )  # fmt: skip
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", shop))
    assert schema_problems(archive) == []
    assert restore(restorer, archive, "i5test_0123456789ab")["tbl_item"] == 3
    assert (
        names(
            restorer, "i5test_0123456789ab", "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        == []
    )
    assert (
        names(restorer, "i5test_0123456789ab", "SELECT typname FROM pg_type WHERE typtype = 'd' AND typname = 'uang'")
        == []
    )


def test_a_second_restore_replaces_the_first(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    for items in (3, 5):
        archive = read_archive(write_backup(postgres, tmp_path / f"{items}.i5bu", a_shop(items)))
        assert restore(restorer, archive, "i5test_0123456789ab")["tbl_item"] == items
    assert databases(restorer, "i5test") == ["i5test_0123456789ab"]


def test_a_failed_restore_leaves_no_database(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", a_shop(2000))
    archive = read_archive(file)
    raw = bytearray(file.read_bytes())
    middle = (archive.data_start + len(raw)) // 2
    raw[middle : middle + 64] = bytes(64)
    file.write_bytes(raw)
    with pytest.raises(IncompleteBackupError, match=r"a\.i5bu is damaged"):
        restore(restorer, archive, "i5test_0123456789ab")
    assert databases(restorer, "i5test") == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DROP TABLE tbl_itemhj", "table tbl_itemhj is missing"),
        ("ALTER TABLE tbl_item DROP COLUMN hargajual1", "column tbl_item.hargajual1 is missing"),
        ("ALTER TABLE tbl_item ALTER hargajual1 TYPE text", "column tbl_item.hargajual1 is text, not numeric"),
        ("ALTER TABLE tbl_itemhj ALTER dateupd TYPE text", "column tbl_itemhj.dateupd is text, not timestamp"),
        ("ALTER TABLE tbl_item ALTER gambar TYPE text", "column tbl_item.gambar is text, not bytea"),
        ("ALTER TABLE tbl_item ALTER satuan TYPE int USING 1", "column tbl_item.satuan is integer, not text"),
    ],
)  # fmt: skip
def test_another_schema_is_named(postgres: PostgresServer, tmp_path: Path, change: str, problem: str) -> None:
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", with_statements(change)))
    assert schema_problems(archive) == [problem]


@pytest.mark.parametrize(
    ("of_prices", "of_items"),
    [("DROP COLUMN tipehj", "DROP COLUMN dateupd"), ("ALTER tipehj TYPE int USING 1", "ALTER dateupd TYPE text")],
    ids=["missing", "of another type"],
)
def test_an_optional_column_that_a_backup_lacks_is_restored_as_null(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, of_prices: str, of_items: str
) -> None:
    insert = "INSERT INTO tbl_itemhj (iddetail, kodeitem) VALUES ('1', 'BRG-0')"
    shop = with_statements(insert, f"ALTER TABLE tbl_itemhj {of_prices}", f"ALTER TABLE tbl_item {of_items}")
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", shop))
    assert schema_problems(archive) == []
    restore(restorer, archive, "i5test_0123456789ab")
    with restorer.connect("i5test_0123456789ab") as connection:
        assert connection.execute("SELECT DISTINCT dateupd FROM tbl_item").fetchall() == [(None,)]
        assert connection.execute("SELECT tipehj FROM tbl_itemhj").fetchall() == [(None,)]


TABLES = {
    "tbl_itemjenis": "jenis varchar(50), ketjenis text",
    "tbl_itemmerek": "merek varchar(50), ketmerek text",
    "tbl_itemsatuan": "satuan varchar(50), ketsatuan text",
    "tbl_kantor": "kodekantor varchar(50), namakantor varchar(200)",
    "tbl_supelgrup": "kgrup varchar(20), grup varchar(100), levelharga integer, potongan numeric(20,3)",
    "tbl_itempotongan": "iddetail text, kodeitem text, kodegrup text, jumlah numeric, pot1 numeric, pot2 numeric, "
    "pot3 numeric, pot4 numeric",
}
CREATED = tuple(f"CREATE TABLE {table} ({columns})" for table, columns in TABLES.items())


@pytest.mark.parametrize("table", TABLES)
def test_an_optional_table_may_be_missing(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, table: str
) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", with_statements(*CREATED, f"DROP TABLE {table}"))
    left_out: dict[str, str] = {}
    archive = read_archive(file)
    counts = restore(restorer, archive, "i5test_0123456789ab", left_out.__setitem__)
    assert counts.keys() == {"tbl_item", "tbl_itemsatuanjml", "tbl_itemhj", "tbl_itemstok", *TABLES} - {table}
    assert (schema_problems(archive), left_out) == ([], {})
    assert skipped_tables(archive) == ["tbl_ikdt"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ALTER TABLE tbl_supelgrup DROP COLUMN grup", "column tbl_supelgrup.grup is missing"),
        (
            "ALTER TABLE tbl_supelgrup ALTER potongan TYPE money USING NULL",
            "column tbl_supelgrup.potongan is money, not numeric",
        ),
        (
            "INSERT INTO tbl_supelgrup (kgrup) SELECT n FROM generate_series(1, 1001) n",
            "more than 1,000 rows, which no shop has",
        ),
    ],
)
def test_an_optional_table_that_does_not_fit_is_left_out_and_said(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path, change: str, reason: str
) -> None:
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", with_statements(*CREATED, change)))
    left_out: dict[str, str] = {}
    counts = restore(restorer, archive, "i5test_0123456789ab", left_out.__setitem__)
    assert left_out == {"tbl_supelgrup": reason}
    assert counts["tbl_item"] == 3
    assert counts.keys() >= TABLES.keys() - {"tbl_supelgrup"}
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert "tbl_supelgrup" not in names(restorer, "i5test_0123456789ab", query)


def test_rows_of_an_optional_table_that_the_server_rejects_leave_it_out(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    file = write_backup(postgres, tmp_path / "a.i5bu", with_statements(*CREATED, "INSERT INTO tbl_kantor VALUES ('A')"))
    dumped = parse(file.read_bytes())
    rows = dumped.entry("tbl_kantor").id
    file.write_bytes(write(replace(dumped, data={**dumped.data, rows: b"A\tB\tC\n" + END_OF_ROWS})))
    left_out: dict[str, str] = {}
    counts = restore(restorer, read_archive(file), "i5test_0123456789ab", left_out.__setitem__)
    assert list(left_out) == ["tbl_kantor"]
    assert "extra data after last expected column" in left_out["tbl_kantor"]
    assert counts["tbl_supelgrup"] == 0


def test_columns_that_are_not_needed_may_be_anything(
    postgres: PostgresServer, restorer: PostgresServer, tmp_path: Path
) -> None:
    schema = SCHEMA.replace("keterangan text", 'keterangan jsonb, "Aneh, ""nama""" int[], warna xml')
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", a_shop(), schema=schema))
    assert restore(restorer, archive, "i5test_0123456789ab")["tbl_item"] == 3


def test_a_dump_of_insert_statements_is_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    archive = read_archive(write_backup(postgres, tmp_path / "a.i5bu", a_shop(), options=["--inserts"]))
    with pytest.raises(WrongSchemaError, match="was not dumped with COPY"):
        schema_problems(archive)
