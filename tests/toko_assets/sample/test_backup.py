"""The sample backup: a true pg_dump file in every encoding, the same for the same seed, and nothing left behind."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from toko_assets.ipos.archive.reader import read_archive
from toko_assets.postgres.server import PostgresError, PostgresServer, program
from toko_assets.sample.backup import write_sample_backup
from toko_assets.sample.ledgers import history_counts

ACCENTED = " ½ "
"""Some of the sample's names say so."""

HISTORY_TABLES = ("tbl_ikhd", "tbl_ikdt", "tbl_imhd", "tbl_imdt", "tbl_item_ik", "tbl_item_im", "tbl_accjurnal")
SHOP_TABLES = (
    "tbl_item",
    "tbl_itemsatuanjml",
    "tbl_itemhj",
    "tbl_itemstok",
    "tbl_itemjenis",
    "tbl_itemmerek",
    "tbl_itemsatuan",
    "tbl_kantor",
    "tbl_supelgrup",
    "tbl_itempotongan",
    "tbl_infodb",
)


@pytest.fixture(scope="module")
def backup(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "TOKO.i5bu"
    write_sample_backup(postgres, out, products=300, history=5_000, seed=1)
    return out


def pg_restore(*args: str | Path) -> bytes:
    return subprocess.run([program("pg_restore"), *args], capture_output=True, check=True).stdout


def contents(backup: Path) -> str:
    return pg_restore("-l", backup).decode()


def data_of(backup: Path, *tables: str) -> bytes:
    """The rows as pg_restore writes them for psql, in the bytes of the database."""
    chosen = [option for table in tables for option in ("-t", table)]
    output = pg_restore("--data-only", "-f", "-", *chosen, backup)
    # pg_dump puts a new random key into every script (\restrict).
    return b"\n".join(line for line in output.splitlines() if b"restrict" not in line)


@contextmanager
def restored(server: PostgresServer, backup: Path, encoding: str) -> Iterator[psycopg.Connection[Any]]:
    name = "sample_restored"
    with server.connect("postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
    try:
        server.run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-d", name, str(backup))
        with server.connect(name) as connection:
            yield connection
    finally:
        with server.connect("postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def leftovers(server: PostgresServer) -> tuple[int, int]:
    """Databases and roles of samples on the server."""
    with server.connect("postgres") as connection:
        databases = connection.execute("SELECT count(*) FROM pg_database WHERE datname ILIKE 'i5_%'").fetchone()
        roles = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'sysi5adm'").fetchone()
    assert databases is not None
    assert roles is not None
    return databases[0], roles[0]


def test_the_file_is_a_custom_format_dump_with_all_the_tables(backup: Path) -> None:
    assert backup.read_bytes()[:5] == b"PGDMP"
    listed = contents(backup)
    for table in SHOP_TABLES + HISTORY_TABLES:
        assert f"TABLE DATA public {table} sysi5adm" in listed


def test_the_file_carries_what_a_real_one_carries_besides_tables(backup: Path) -> None:
    listed = contents(backup)
    for entry in (
        "VIEW public view_itemharga",
        "FUNCTION public fn_dateupd()",
        "TRIGGER public tbl_item trg_item_dateupd",
        "SEQUENCE public seq_notransaksi",
        "FK CONSTRAINT public tbl_ikdt fk_ikdt_ikhd",
        "INDEX public idx_itemhj_kodeitem",
        "CONSTRAINT public tbl_item tbl_item_pkey",
    ):
        assert f"{entry} " in listed
    assert "goods" not in listed


def test_a_full_restore_has_exactly_the_products_and_history_rows_asked_for(
    postgres: PostgresServer, backup: Path
) -> None:
    with restored(postgres, backup, "UTF8") as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("tbl_item", *HISTORY_TABLES)
        }
    assert counts["tbl_item"] == (300,)
    expected = history_counts(5_000)
    assert {table: counts[table] for table in HISTORY_TABLES} == {
        table: (getattr(expected, table),) for table in HISTORY_TABLES
    }


def test_sales_speak_of_the_shops_own_goods(postgres: PostgresServer, backup: Path) -> None:
    with restored(postgres, backup, "UTF8") as connection:
        strangers = connection.execute(
            "SELECT count(*) FROM tbl_ikdt WHERE kodeitem NOT IN (SELECT kodeitem FROM tbl_item) OR jumlah <= 0"
        ).fetchone()
        sold = connection.execute("SELECT count(DISTINCT kodeitem) FROM tbl_ikdt").fetchone()
        days = connection.execute(
            "SELECT max(tanggal)::date::text, min(tanggal) >= '2023-01-01' FROM tbl_ikhd"
        ).fetchone()
    assert strangers == (0,)
    assert sold is not None
    assert sold[0] > 100
    assert days == ("2026-01-05", True)


def test_sales_are_of_several_types_units_and_prices_and_end_when_asked(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    out, end = tmp_path / "SALES.i5bu", datetime(2026, 11, 28, 21, 30)
    write_sample_backup(postgres, out, products=300, history=50_000, seed=1, history_end=end)
    with restored(postgres, out, "UTF8") as connection:
        types = {kind for (kind,) in connection.execute("SELECT DISTINCT tipe FROM tbl_ikhd")}
        (last,) = connection.execute("SELECT max(tanggal) FROM tbl_ikhd").fetchone() or (None,)
        shares = connection.execute(
            "SELECT avg((potongan > 0)::int), avg((jmlretur > 0)::int), avg((jmlkonversi > 1)::int), "
            "avg((notrsretur IS NOT NULL)::int) FROM tbl_ikdt"
        ).fetchone()
    assert types == {"KSR", "JL", "RJ", "IK"}
    assert last == end
    assert shares is not None
    assert all(0 < share < 0.6 for share in shares), shares


@pytest.mark.parametrize("rows", [0, 100, 101, 4_999, 1_000_000, 10_000_003])
def test_the_shares_of_the_history_tables_add_up(rows: int) -> None:
    counts = history_counts(rows)
    each = [getattr(counts, table) for table in HISTORY_TABLES]
    assert sum(each) == rows
    assert rows == 0 or min(each) > 0


def test_the_same_seed_gives_the_same_rows_in_every_table(
    postgres: PostgresServer, backup: Path, tmp_path: Path
) -> None:
    again, other = tmp_path / "again.i5bu", tmp_path / "other.i5bu"
    write_sample_backup(postgres, again, products=300, history=5_000, seed=1)
    write_sample_backup(postgres, other, products=300, history=5_000, seed=2)
    assert data_of(again) == data_of(backup)
    for table in ("tbl_item", "tbl_itemhj", "tbl_ikdt", "tbl_accjurnal"):
        assert data_of(other, table) != data_of(backup, table), table


@pytest.mark.parametrize(
    ("encoding", "present", "absent"),
    [
        ("UTF8", [ACCENTED.encode()], [ACCENTED.encode("cp1252")]),
        ("WIN1252", [ACCENTED.encode("cp1252")], [ACCENTED.encode()]),
        ("SQL_ASCII", [ACCENTED.encode("cp1252"), ACCENTED.encode()], []),
    ],
)
def test_names_are_kept_in_the_bytes_of_the_encoding(
    postgres: PostgresServer, tmp_path: Path, encoding: str, present: list[bytes], absent: list[bytes]
) -> None:
    out = tmp_path / "TOKO.i5bu"
    write_sample_backup(postgres, out, products=5_000, history=0, seed=1, encoding=encoding)
    data = data_of(out, "tbl_item")
    assert all(text in data for text in present)
    assert not any(text in data for text in absent)
    with restored(postgres, out, encoding) as connection:
        assert connection.execute("SELECT count(*) FROM tbl_item").fetchone() == (5_000,)


def test_what_stays_behind_is_the_file_alone(postgres: PostgresServer, backup: Path) -> None:
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]
    assert leftovers(postgres) == (0, 0)


def test_a_failed_dump_leaves_neither_file_nor_database_nor_role_and_keeps_the_old_file(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    class WithoutDump(PostgresServer):
        """The same server, whose pg_dump fails after writing half a file."""

        def run(self, _: str, *args: str | Path, environment: Mapping[str, str] | None = None) -> None:
            assert environment
            target = next(str(arg).partition("=")[2] for arg in args if str(arg).startswith("--file="))
            Path(target).write_bytes(b"PGDMP half")
            raise PostgresError("no space left on device")

    out = tmp_path / "TOKO.i5bu"
    out.write_bytes(b"the old one")
    with pytest.raises(PostgresError, match="no space left"):
        failing = WithoutDump(postgres.host, postgres.port, postgres.user)
        write_sample_backup(failing, out, products=20, history=0, seed=1)
    assert out.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["TOKO.i5bu"]
    assert leftovers(postgres) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"encoding": "LATIN1"}, "UTF8, WIN1252 or SQL_ASCII"),
        ({"history": 7}, "at least 100"),
        ({"products": 3}, "at least 20 products"),
    ],
)
def test_an_impossible_wish_is_refused_before_any_work(
    postgres: PostgresServer, tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    wishes: dict[str, Any] = {"products": 20, "history": 0, "seed": 1, **wrong}
    with pytest.raises(ValueError, match=message):
        write_sample_backup(postgres, tmp_path / "TOKO.i5bu", **wishes)
    assert not list(tmp_path.iterdir())


def test_progress_is_told_step_by_step(postgres: PostgresServer, tmp_path: Path) -> None:
    told: list[str] = []
    write_sample_backup(postgres, tmp_path / "A.i5bu", products=20, history=200, seed=1, progress=told.append)
    assert told == ["Shop: 20 products", "Rows of the shop", "History: 200 rows", "Keys and indexes", "Dump: A.i5bu"]


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Jayapura", "Asia/Kolkata", "America/New_York"])
def test_the_dump_has_the_shops_time_whatever_the_machines_zone_and_without_a_time_zone_database(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TZDIR", str(tmp_path))
    out = tmp_path / "TOKO.i5bu"
    write_sample_backup(postgres, out, products=20, history=0, seed=1, zone=ZoneInfo(zone))
    dumped_at = read_archive(out).dumped_at.replace(tzinfo=ZoneInfo(zone))
    assert abs(datetime.now(UTC) - dumped_at) < timedelta(minutes=1)
