"""Going back to an earlier catalogue: what is served then, what is refused, until when, and what is told."""

import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.acceptance.history import last_run
from tests.reliability.test_lock import another_sync
from tests.toko_assets.defs.sensing import Daemon, an_owner
from tests.toko_assets.publishing.rolling_back import ThreeDays, three_days
from tests.waiting import wait_until
from toko_assets.postgres.server import PostgresServer
from toko_assets.publishing.rollback import RollbackError, inspect
from toko_core.catalog.schema import ADDED
from toko_core.catalog.store import prune
from toko_core.files import DataFolder

FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
REFUSED = "hari-3.i5bu was rejected by a rollback on "
ALL_THE_SAME = "; the job sync_this_backup publishes it anyway."
CHECKS = {"counts_match_export", "product_hashes_unique", "search_finds_products"}


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeDays]:
    with three_days(postgres, tmp_path_factory.mktemp("three-days")) as shop:
        yield shop


@pytest.fixture
def daemon(shop: ThreeDays, tmp_path: Path) -> Iterator[Daemon]:
    with shop.daemon(tmp_path) as daemon:
        yield daemon


def served(daemon: Daemon) -> str:
    """The file that CURRENT names, which its record must name too."""
    assert daemon.toko.catalog is not None
    assert Path(daemon.toko.record("product_catalog")["file"]).name == daemon.toko.catalog.name
    return daemon.toko.catalog.name


def state(daemon: Daemon) -> dict[str, bytes]:
    """All that a rollback may change."""
    rooms = (daemon.toko.data / "catalog", daemon.toko.data / "records")
    return {str(file): file.read_bytes() for room in rooms for file in room.rglob("*") if file.is_file()}


def roll_back(daemon: Daemon, file: str | None = None) -> None:
    run = daemon.launch("rollback_catalog", **({"file": file} if file else {}))
    assert daemon.status(run) == SUCCEEDED


def refused(daemon: Daemon, file: str | None = None) -> str:
    """Why a rollback did not happen."""
    before = state(daemon)
    run = daemon.launch("rollback_catalog", **({"file": file} if file else {}))
    assert daemon.status(run) == FAILED
    assert state(daemon) == before
    (line,) = daemon.reason(run).splitlines()
    return line


def fails(daemon: Daemon, job: str = "sync", **config: object) -> str:
    """Why a job that must not publish failed."""
    before = served(daemon)
    run = daemon.launch(job, **config)
    assert daemon.status(run) == FAILED
    assert served(daemon) == before
    return daemon.reason(run)


def test_the_catalogue_before_is_served_and_its_record_tells_of_its_own_backup(daemon: Daemon, shop: ThreeDays) -> None:
    roll_back(daemon)
    assert served(daemon) == shop.catalogues[1]
    assert daemon.toko.prices() == {"BRG-0": 2000, "BRG-1": 2001, "BRG-2": 2002}
    record, info = daemon.toko.record("product_catalog"), dict(daemon.toko.query("FROM catalog_info"))
    assert record["backup"]["name"] == "hari-2.i5bu"
    assert record["backup"]["size"] == len(shop.backups[2])
    assert record["backup"]["revision"] == info["backup_revision"]
    assert record["backup"]["dumped_at"].startswith("2026-01-02T21:00:00")
    assert record["counts"]["products"] == 3
    assert Path(record["backup"]["path"]).parent == daemon.toko.data / "backups"


def test_the_catalogues_page_shows_the_rollback_and_its_checks(daemon: Daemon, shop: ThreeDays) -> None:
    roll_back(daemon)
    run = last_run(daemon.toko)
    metadata = run.materialised["product_catalog"]
    assert metadata["rolled_back_from"] == shop.catalogues[2]
    assert Path(metadata["file"]).name == shop.catalogues[1]
    assert metadata["refused_backup_time"] - metadata["backup_time"] == 86_400
    assert metadata["dagster/row_count"] == 3
    assert {check.name for check in run.evaluations if check.passed and check.blocking} == CHECKS
    latest = daemon.instance.get_latest_materialization_event(dg.AssetKey("product_catalog"))
    assert latest is not None
    assert latest.run_id == run.id


def test_the_refused_backup_is_published_by_no_job_of_its_own_accord(
    daemon: Daemon, shop: ThreeDays, capsys: pytest.CaptureFixture[str]
) -> None:
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED  # nothing new; makes the export of the third day
    roll_back(daemon)
    look = daemon.look()
    assert not look.requests
    lines = [look.said, fails(daemon), fails(daemon, "rebuild_catalog")]
    capsys.readouterr()  # the log of these runs
    answer = daemon.toko.run("sync", capsys=capsys)
    assert answer.status == 1
    lines.append(answer.error.removeprefix("toko: "))
    for line in lines:
        assert line.startswith(REFUSED), line
        assert line.endswith(ALL_THE_SAME)
        assert "\n" not in line
    assert served(daemon) == shop.catalogues[1]


def test_neither_is_an_older_one_whatever_its_time_in_the_folder_but_the_served_one_may(
    daemon: Daemon, shop: ThreeDays
) -> None:
    roll_back(daemon)
    for file in daemon.toko.inbox.iterdir():
        file.unlink()
    daemon.put("salinan.i5bu", 8, shop.backups[1])
    assert daemon.look().said == "hari-2.i5bu is served."
    assert "no backup in" in fails(daemon)
    daemon.put("salinan.i5bu", 9, shop.backups[3])
    assert fails(daemon).startswith("salinan.i5bu was rejected by a rollback on ")
    daemon.put("salinan.i5bu", 10, shop.backups[2])
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 2000
    daemon.put("salinan.i5bu", 11, shop.backups[3])
    assert fails(daemon).startswith("salinan.i5bu was rejected by a rollback on ")


def test_a_newer_backup_is_asked_for_and_published_and_ends_the_refusal(daemon: Daemon, shop: ThreeDays) -> None:
    roll_back(daemon)
    daemon.look()
    shop.put(daemon, 4)
    assert daemon.status(daemon.run(daemon.ask())) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 4000
    assert daemon.look().said == "hari-4.i5bu is served."
    (daemon.toko.inbox / "hari-4.i5bu").unlink()
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 4000


@pytest.mark.parametrize("by_command", [False, True])
def test_the_refused_backup_is_published_when_a_person_chooses_it_which_ends_the_refusal(
    daemon: Daemon, capsys: pytest.CaptureFixture[str], by_command: bool
) -> None:
    roll_back(daemon)
    if by_command:
        assert daemon.toko.run("sync", "--backup", daemon.toko.inbox / "hari-3.i5bu", capsys=capsys).status == 0
    else:
        assert daemon.status(daemon.launch("sync_this_backup", backup="hari-3.i5bu")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 3000
    assert daemon.look().said == "hari-3.i5bu is served."
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.status(daemon.launch("rebuild_catalog")) == SUCCEEDED


def test_an_older_backup_is_published_when_a_person_chooses_it_and_the_refused_one_stays_refused(
    daemon: Daemon,
) -> None:
    roll_back(daemon)
    assert daemon.status(daemon.launch("sync_this_backup", backup="hari-1.i5bu")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 1000
    assert daemon.look().said == "hari-1.i5bu is served."
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED
    assert daemon.toko.prices()["BRG-0"] == 1000


def test_one_can_go_back_again_and_forward_to_the_refused_file_which_ends_the_refusal(
    daemon: Daemon, shop: ThreeDays
) -> None:
    roll_back(daemon)
    roll_back(daemon)
    assert served(daemon) == shop.catalogues[0]
    assert daemon.look().said.startswith(REFUSED)
    roll_back(daemon, shop.catalogues[1])
    assert daemon.look().said.startswith(REFUSED)
    roll_back(daemon, shop.catalogues[2])
    assert served(daemon) == shop.catalogues[2]
    assert daemon.look().said == "hari-3.i5bu is served."
    assert daemon.status(daemon.launch("sync")) == SUCCEEDED


def test_a_catalogue_that_was_taken_back_is_passed_over_by_later_rollbacks(daemon: Daemon, shop: ThreeDays) -> None:
    roll_back(daemon)
    shop.put(daemon, 4)
    daemon.run(daemon.ask())
    roll_back(daemon)
    assert served(daemon) == shop.catalogues[1]


def test_of_two_catalogues_of_one_backup_the_earlier_stays_until_a_newer_backup(
    daemon: Daemon, shop: ThreeDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toko_assets.publishing.publish.version", lambda _: "next")
    daemon.launch("sync")
    assert served(daemon) not in shop.catalogues
    roll_back(daemon)
    assert served(daemon) == shop.catalogues[2]
    assert fails(daemon).startswith(REFUSED)


def test_a_refused_way_back_is_one_line_and_changes_nothing(daemon: Daemon, shop: ThreeDays) -> None:
    first, second, third = shop.catalogues
    assert refused(daemon, "catalog-typo.duckdb") == (
        f"There is no catalogue catalog-typo.duckdb. Other catalogues: {second}, {first}."
    )
    assert refused(daemon, third).startswith(f"{third} is served already. Other catalogues: ")
    assert refused(daemon, "../records/rollback.json").startswith("There is no catalogue ../records/rollback.json.")
    for name in (first, second):
        (daemon.toko.data / "catalog" / name).unlink()
    assert refused(daemon) == f"There is no catalogue before {third} to go back to. There are no other catalogues."


def test_before_the_first_catalogue_there_is_nothing_to_go_back_from(daemon: Daemon) -> None:
    (daemon.toko.data / "catalog" / "CURRENT").unlink()
    assert refused(daemon) == "No catalogue is served yet: there is nothing to roll back."


@pytest.mark.parametrize("damage", ["half", "empty", "no catalogue", "other schema"])
def test_a_catalogue_that_is_damaged_or_of_another_schema_is_refused(
    daemon: Daemon, shop: ThreeDays, damage: str
) -> None:
    file = daemon.toko.data / "catalog" / shop.catalogues[1]
    content = file.read_bytes()
    if damage == "other schema":
        with duckdb.connect(file) as connection:
            connection.execute("UPDATE catalog_info SET value = '1' WHERE key = 'schema_version'")
    else:
        file.write_bytes(
            {
                "half": content[: len(content) // 2],
                "empty": b"",
                "no catalogue": b"These are not the data you are looking for.\n" * 500,
            }[damage]
        )
    assert refused(daemon) == (
        f"{shop.catalogues[1]} cannot be served: it is damaged, or from another version of toko. Nothing was changed. "
        f"Other catalogues: {shop.catalogues[0]}."
    )


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(file, read_only=True) as connection:
        tables = [table for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {table: connection.execute(f"FROM {table}").fetchall() for table in tables}


def test_a_catalogue_of_before_the_names_and_groups_can_be_served_again(daemon: Daemon, shop: ThreeDays) -> None:
    file = daemon.toko.data / "catalog" / shop.catalogues[1]
    with duckdb.connect(file) as connection:
        for table in ADDED:
            connection.execute(f"DROP TABLE {table}")
            connection.execute("DELETE FROM catalog_info WHERE key = ?", [f"{table}_count"])
    roll_back(daemon)
    assert served(daemon) == file.name
    counts = daemon.toko.record("product_catalog")["counts"]
    assert counts["products"] == 3
    assert not ADDED & counts.keys()


def test_damage_anywhere_is_found_unless_every_row_is_as_it_was(daemon: Daemon, shop: ThreeDays) -> None:
    file = daemon.toko.data / "catalog" / shop.catalogues[1]
    content, whole = file.read_bytes(), rows(file)
    found = 0
    for place in range(0, len(content), len(content) // 20):
        file.write_bytes(content[:place] + bytes(b ^ 0xFF for b in content[place : place + 8]) + content[place + 8 :])
        try:
            inspected = inspect(DataFolder(daemon.toko.data), file)
        except RollbackError:
            found += 1
        else:
            assert all(outcome.passed for outcome in inspected.outcomes)
            assert rows(file) == whole
    assert found > 0


def test_a_catalogue_that_fails_a_check_is_refused_and_the_check_is_shown(daemon: Daemon, shop: ThreeDays) -> None:
    with duckdb.connect(daemon.toko.data / "catalog" / shop.catalogues[1]) as connection:
        connection.execute("DELETE FROM prices")
    assert refused(daemon).startswith(f"{shop.catalogues[1]}: Rows: ")
    assert set(last_run(daemon.toko).failed(blocking=True)) == {"counts_match_export"}
    assert "product_catalog" not in last_run(daemon.toko).materialised


def test_a_served_catalogue_that_cannot_be_read_is_left_by_its_record(daemon: Daemon, shop: ThreeDays) -> None:
    (daemon.toko.data / "catalog" / shop.catalogues[2]).write_bytes(b"damaged")
    roll_back(daemon)
    assert served(daemon) == shop.catalogues[1]
    assert daemon.look().said.startswith(REFUSED)


def test_the_limit_of_catalogues_never_takes_the_one_that_is_served(daemon: Daemon, shop: ThreeDays) -> None:
    roll_back(daemon, shop.catalogues[0])
    prune(daemon.toko.data / "catalog", 1)
    left = {file.name for file in (daemon.toko.data / "catalog").glob("*.duckdb")}
    assert left == {shop.catalogues[0], shop.catalogues[2]}


def test_a_rollback_waits_for_a_sync_that_is_at_work(daemon: Daemon, shop: ThreeDays) -> None:
    def waits() -> bool:
        runs = daemon.instance.get_runs(limit=1)
        return bool(runs) and any(
            "waiting until it is done" in entry.user_message for entry in daemon.instance.all_logs(runs[0].run_id)
        )

    rollback = threading.Thread(target=daemon.launch, args=["rollback_catalog"])
    with another_sync(daemon.toko.data) as holder:
        rollback.start()
        wait_until(waits, 60, daemon.toko.data / "catalog" / "CURRENT")
        assert served(daemon) == shop.catalogues[2]
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        rollback.join(60)
    assert served(daemon) == shop.catalogues[1]


def test_the_owners_are_not_told_of_what_a_person_ordered(shop: ThreeDays, tmp_path: Path) -> None:
    with an_owner() as owner, shop.daemon(tmp_path, **owner.settings) as daemon:
        roll_back(daemon)
        daemon.tell()
        owner.read()
        refused, mistyped = daemon.run(), daemon.launch("rollback_catalog", file="catalog-nothing.duckdb")
        assert daemon.status(refused) == daemon.status(mistyped) == dg.DagsterRunStatus.FAILURE
        daemon.tell()
        assert owner.read() == []


def test_the_owners_are_told_once_what_is_served_now_and_until_when(shop: ThreeDays, tmp_path: Path) -> None:
    with an_owner() as owner, shop.daemon(tmp_path, **owner.settings) as daemon:
        roll_back(daemon)
        daemon.tell()
        (text,) = owner.read()
        assert text.splitlines() == [
            "↩️ Toko: harga dikembalikan",
            "Sekarang dipakai: data Jum 2 Jan 2026 21.00 WIB",
            "3 barang",
            "Data Sab 3 Jan 2026 21.00 WIB tidak dipakai lagi sampai ada backup yang lebih baru.",
        ]
        daemon.tell()
        assert owner.read() == []
