"""The job recent_sales: when its sensor starts it, and that no sync waits for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from tests.backups import Shop, a_shop, write_backup
from tests.toko_assets.defs.sensing import Daemon, a_daemon
from toko_assets.common.lock import run_mark
from toko_assets.defs.queues import QUEUE, SALES_TAGS
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.sales.store import last_sales
from toko_core.files import DataFolder

SENSOR = "start_recent_sales"
FAILED, STARTED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS
SALES = (
    "DROP TABLE tbl_ikdt",
    "CREATE TABLE tbl_ikhd (notransaksi varchar(50), tanggal timestamp, tipe varchar(20))",
    "CREATE TABLE tbl_ikdt (notransaksi varchar(50), kodeitem varchar(100), satuan varchar(50), jumlah numeric(35,20), "
    "harga numeric(35,20))",
    "INSERT INTO tbl_ikhd VALUES ('K1', '2026-01-01 10:00', 'KSR')",
    "INSERT INTO tbl_ikdt VALUES ('K1', 'BRG-1', 'pcs', 2, 1001), ('K1', 'BRG-2', 'PCS', 1, 900)",
)


@pytest.fixture(scope="module")
def backups(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One with sales, a later one with others, and one without the tables."""
    folder, plain = tmp_path_factory.mktemp("backups"), a_shop()
    more = (*SALES, "INSERT INTO tbl_ikdt VALUES ('K1', 'BRG-0', 'PCS', 5, 1000)")
    shops = {
        "sold": Shop(plain.items, plain.units, statements=SALES),
        "more": Shop(plain.items, plain.units, statements=more),
        "none": Shop(plain.items, plain.units, statements=["DROP TABLE tbl_ikdt"]),
    }
    return {name: write_backup(postgres, folder / name, shop).read_bytes() for name, shop in shops.items()}


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with a_daemon(tmp_path) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        yield daemon


def synced(daemon: Daemon, name: str, day: int, backup: bytes) -> None:
    daemon.put(name, day, backup)
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED


def sold(daemon: Daemon) -> dict[str, int]:
    sales = last_sales(DataFolder(daemon.toko.data))
    assert sales is not None
    return {"lines": sales.lines, "items": sales.items}


def test_the_sensor_starts_it_once_for_a_publication_and_at_most_once_a_day(
    daemon: Daemon, backups: dict[str, bytes]
) -> None:
    assert "No catalogue" in daemon.look_at(SENSOR).said
    synced(daemon, "satu.i5bu", 1, backups["sold"])
    (request,) = daemon.look_at(SENSOR).requests
    assert not request.run_config
    assert daemon.status(daemon.launch("recent_sales")) == SUCCEEDED
    assert "read already" in daemon.look_at(SENSOR).said
    synced(daemon, "dua.i5bu", 2, backups["more"])
    assert "the next time is 1 day" in daemon.look_at(SENSOR).said
    daemon.wait(timedelta(hours=23, minutes=59))
    assert not daemon.look_at(SENSOR).requests
    daemon.wait(timedelta(minutes=2))
    assert len(daemon.look_at(SENSOR).requests) == 1


def test_without_sales_every_hours_it_is_started_only_by_hand(tmp_path: Path, backups: dict[str, bytes]) -> None:
    with a_daemon(tmp_path, SALES_EVERY_HOURS="0") as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        synced(daemon, "satu.i5bu", 1, backups["sold"])
        assert "SALES_EVERY_HOURS is 0" in daemon.look_at(SENSOR).said
        assert daemon.status(daemon.launch("recent_sales")) == SUCCEEDED


def test_a_sync_does_not_wait_for_it_and_does_not_take_it_for_dead(daemon: Daemon, backups: dict[str, bytes]) -> None:
    synced(daemon, "satu.i5bu", 1, backups["sold"])
    job = daemon.defs.resolve_job_def("recent_sales")
    reading = daemon.instance.create_run_for_job(job, tags=SALES_TAGS, status=STARTED)
    with run_mark(daemon.toko.data, reading.run_id):
        daemon.put("dua.i5bu", 2, backups["more"])
        request = daemon.ask()
        assert daemon.status(daemon.run(request)) == SUCCEEDED
        assert daemon.status(reading) == STARTED
    daemon.put("tiga.i5bu", 3, backups["none"])
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.status(reading) == FAILED, "a run whose process died blocks the next one"


def test_it_runs_while_a_sync_holds_the_lock_and_keeps_only_the_newest(
    daemon: Daemon, backups: dict[str, bytes]
) -> None:
    synced(daemon, "satu.i5bu", 1, backups["sold"])
    with held_elsewhere(daemon.toko.data):
        run = daemon.launch("recent_sales")
        assert daemon.status(run) == SUCCEEDED
    assert daemon.tags(run)[QUEUE] == "sales"
    assert sold(daemon) == {"lines": 2, "items": 2}
    synced(daemon, "dua.i5bu", 2, backups["more"])
    assert daemon.toko.query("SELECT kodeitem, terjual_90 FROM products ORDER BY kodeitem") == [
        ("BRG-0", 0), ("BRG-1", 2), ("BRG-2", 1),
    ]  # fmt: skip
    assert daemon.status(daemon.launch("recent_sales")) == SUCCEEDED
    assert sold(daemon) == {"lines": 3, "items": 3}
    assert len(list((daemon.toko.data / "sales").iterdir())) == 1


def test_a_backup_without_sales_is_no_failure_and_the_next_catalogue_knows_of_none(
    daemon: Daemon, backups: dict[str, bytes]
) -> None:
    synced(daemon, "satu.i5bu", 1, backups["none"])
    assert daemon.status(daemon.launch("recent_sales")) == SUCCEEDED
    sales = last_sales(DataFolder(daemon.toko.data))
    assert sales is not None
    assert "tbl_ikhd" in (sales.problem or "")
    synced(daemon, "dua.i5bu", 2, backups["more"])
    assert daemon.toko.query("SELECT count(terjual_90) FROM products") == [(0,)]


def test_if_the_copy_of_the_backup_is_gone_it_fails_with_one_line_and_nobody_is_notified(
    daemon: Daemon, backups: dict[str, bytes]
) -> None:
    assert "run `toko sync` first" in daemon.reason(daemon.launch("recent_sales"))
    synced(daemon, "satu.i5bu", 1, backups["sold"])
    (copy,) = (daemon.toko.data / "backups").glob("*.i5bu")
    copy.unlink()
    run = daemon.launch("recent_sales")
    assert daemon.status(run) == FAILED
    assert f"The copy of satu.i5bu is gone: {copy} was removed." in daemon.reason(run)
    assert any("stops no prices" in line for line in daemon.tell())


@contextmanager
def held_elsewhere(data: Path) -> Iterator[None]:
    """The sync lock, held by another process."""
    hold = (
        "import sys; from pathlib import Path; from toko_assets.common.lock import sync_lock\n"
        "with sync_lock(Path(sys.argv[1]), None): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            assert holder.stdin is not None
            holder.stdin.close()
