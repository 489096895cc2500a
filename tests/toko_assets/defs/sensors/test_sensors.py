"""`new_backup`: what it asks for, that the run then does just that, and what becomes of failures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster import DagsterEvent, DagsterEventType

from tests.acceptance.dumps import dumped_at
from tests.backups import a_shop, write_backup
from tests.servers.dropbox import DropboxServer
from tests.servers.dropbox_client import dropbox_server
from tests.toko_assets.defs.sensing import Daemon, a_daemon
from toko_assets.common.lock import run_mark
from toko_assets.defs.sensors.attempts import ATTEMPT, BACKUP, REVISION, SKIPPED
from toko_assets.postgres.server import PostgresServer

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

STILL_CHANGING = "toko.i5bu is still changing: it is synced once it stops."
FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Of a shop whose backups come into a folder."""
    with a_daemon(tmp_path) as daemon:
        daemon.toko.inbox.mkdir(parents=True)
        yield daemon


@pytest.fixture
def dropbox() -> Iterator[DropboxServer]:
    with dropbox_server() as server:
        yield server


def key(file: Path, attempt: int = 1) -> str:
    return f"{file.stat().st_size}-{file.stat().st_mtime_ns}:{attempt}"


def lost_run(daemon: Daemon, **tags: str) -> dg.DagsterRun:
    """A run that Dagster believes to be at work."""
    return daemon.instance.create_run_for_job(daemon.job, tags=tags, status=dg.DagsterRunStatus.STARTED)


def test_a_catalogue_of_an_older_version_of_toko_is_made_anew(
    daemon: Daemon, postgres: PostgresServer, tmp_path: Path
) -> None:
    cheap = write_backup(postgres, tmp_path / "cheap", a_shop()).read_bytes()
    file = daemon.put("toko.i5bu", 1, cheap)
    daemon.run(daemon.ask())
    assert "is served" in daemon.look().said
    assert daemon.toko.catalog is not None
    with duckdb.connect(daemon.toko.catalog) as connection:
        connection.execute("UPDATE catalog_info SET value = '1' WHERE key = 'schema_version'")
    daemon.wait(timedelta(hours=1))
    assert daemon.ask().run_key == key(file, 2)


def test_the_newest_of_a_full_folder_is_asked_for_once_and_just_that_revision_is_synced(
    tmp_path: Path, postgres: PostgresServer, dropbox: DropboxServer
) -> None:
    for day in (1, 2):
        dropbox.put(f"/IPOS/{day}.i5bu", b"an older one")
    first = dropbox.put("/IPOS/toko.i5bu", write_backup(postgres, tmp_path / "1", a_shop(price=1000)).read_bytes())
    with a_daemon(tmp_path, **dropbox.settings) as daemon:
        request = daemon.ask()
        assert request.run_key == f"{first.rev}:1"
        assert request.tags[BACKUP] == "toko.i5bu"
        assert request.tags[REVISION] == first.rev
        assert request.tags[ATTEMPT] == "1"
        assert request.tags[SKIPPED] in ("1.i5bu, 2.i5bu", "2.i5bu, 1.i5bu")
        later = dumped_at(
            write_backup(postgres, tmp_path / "2", a_shop(price=2000)),
            datetime.now(UTC) + timedelta(hours=7, minutes=1),
        )
        second = dropbox.put("/IPOS/toko.i5bu", later.read_bytes())
        assert daemon.status(daemon.run(request)) == SUCCEEDED
        assert daemon.toko.record("product_catalog")["backup"]["revision"] == first.rev
        assert daemon.toko.prices()["BRG-0"] == 1000
        request = daemon.ask()
        assert request.run_key == f"{second.rev}:1"
        assert daemon.status(daemon.run(request)) == SUCCEEDED
        assert daemon.toko.prices()["BRG-0"] == 2000
        assert daemon.look().said == "toko.i5bu is served."


def test_a_file_that_was_replaced_before_its_run_fails_in_passing_and_the_new_one_is_asked_for(daemon: Daemon) -> None:
    daemon.put("toko.i5bu", 1)
    request = daemon.ask()
    replaced = daemon.put("toko.i5bu", 2)
    run = daemon.run(request)
    assert daemon.status(run) == FAILED
    assert "toko.i5bu was replaced" in daemon.reason(run)
    assert daemon.attempts(run) == 3
    assert daemon.ask().run_key == key(replaced)


def test_a_file_that_failed_in_passing_is_tried_again_after_a_minute_then_after_five(daemon: Daemon) -> None:
    file = daemon.put("toko.i5bu", 1)
    request = daemon.ask()
    for attempt, delay in ((2, MINUTE), (3, 5 * MINUTE)):
        file.unlink()
        assert daemon.status(daemon.run(request)) == FAILED
        daemon.put("toko.i5bu", 1)
        daemon.later = delay - 30 * SECOND  # of the time at which the run really ended
        assert daemon.look().said.startswith("toko.i5bu is tried again at ")
        daemon.later = delay
        request = daemon.ask()
        assert (request.run_key, request.tags[ATTEMPT]) == (key(file, attempt), str(attempt))


def test_a_file_that_is_no_backup_is_never_asked_for_again_but_an_older_one_is(daemon: Daemon) -> None:
    daemon.put("toko.i5bu", 5)
    run = daemon.run(daemon.ask())
    assert daemon.status(run) == FAILED
    assert daemon.attempts(run) == 1
    for _ in range(3):
        assert daemon.look().said == "toko.i5bu was rejected by its checks: see its run, or run `toko sync`."
        daemon.wait(timedelta(days=1))
    older = daemon.put("lama.i5bu", 1)
    request = daemon.ask()
    assert request.run_key == key(older)
    assert request.tags[SKIPPED] == "toko.i5bu"
    daemon.restart()
    daemon.run(request)
    assert not daemon.look().requests


def test_a_file_that_is_no_backup_is_asked_for_again_with_other_settings(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = daemon.put("toko.i5bu", 5)
    daemon.run(daemon.ask())
    assert not daemon.look().requests
    monkeypatch.setenv("IPOS_DATABASE", "i5_TOKO")
    daemon.restart()
    assert daemon.ask().run_key == key(bad, 2)


def test_a_run_that_a_person_stopped_is_not_asked_for_again(daemon: Daemon) -> None:
    daemon.put("toko.i5bu", 1)
    run = lost_run(daemon, **daemon.ask().tags)
    daemon.instance.report_run_canceled(run)
    daemon.wait(timedelta(days=1))
    assert "was rejected" in daemon.look().said


def test_a_run_whose_process_died_is_repeated_at_once_and_after_a_second_death_after_minutes(daemon: Daemon) -> None:
    file = daemon.put("toko.i5bu", 1)
    run = lost_run(daemon, **daemon.ask().tags)
    request = daemon.ask()
    assert request.run_key == key(file, 2)
    assert daemon.status(run) == FAILED
    assert daemon.logged == [f"Run {run.run_id[:8]} died and has been marked as failed."]
    lost_run(daemon, **request.tags)
    assert daemon.look().said.startswith("toko.i5bu is tried again at ")
    daemon.wait(5 * MINUTE)
    assert daemon.ask().run_key == key(file, 3)


def test_a_run_that_waited_in_the_queue_for_long_is_not_dead_when_it_is_launched(daemon: Daemon) -> None:
    daemon.put("toko.i5bu", 1)
    run = daemon.instance.create_run_for_job(daemon.job, status=dg.DagsterRunStatus.NOT_STARTED)
    storage = daemon.instance.run_storage
    with storage.connect() as connection:  # type: ignore[attr-defined] # it is a storage in SQL
        connection.exec_driver_sql("UPDATE runs SET create_timestamp = '2020-01-01', update_timestamp = '2020-01-01'")
    event = DagsterEvent(DagsterEventType.PIPELINE_STARTING.value, run.job_name, message="launched")
    daemon.instance.report_dagster_event(event, run.run_id)
    assert daemon.look().said == "toko.i5bu waits: another run is in progress."
    assert daemon.status(run) == dg.DagsterRunStatus.STARTING
    with storage.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("UPDATE runs SET update_timestamp = '2020-01-01'")
    assert daemon.ask()
    assert daemon.status(run) == FAILED


def test_a_dead_run_holds_up_no_other_backup(daemon: Daemon) -> None:
    run, file = lost_run(daemon), daemon.put("toko.i5bu", 1)
    assert daemon.ask().run_key == key(file)
    assert daemon.status(run) == FAILED


def test_while_a_run_is_at_work_or_about_to_start_nothing_is_asked_for(daemon: Daemon) -> None:
    daemon.put("toko.i5bu", 1)
    run = lost_run(daemon)
    with run_mark(daemon.toko.data, run.run_id):
        assert daemon.look().said == "toko.i5bu waits: another run is in progress."
    assert daemon.status(run) == dg.DagsterRunStatus.STARTED
    daemon.instance.report_run_failed(run)
    daemon.instance.create_run_for_job(daemon.job, status=dg.DagsterRunStatus.STARTING)
    assert daemon.look().said == "toko.i5bu waits: another run is in progress."


def test_a_backup_that_is_written_just_now_is_asked_for_at_once_when_it_is_whole(
    daemon: Daemon, postgres: PostgresServer, tmp_path: Path
) -> None:
    whole = write_backup(postgres, tmp_path / "whole", a_shop()).read_bytes()
    file = daemon.toko.inbox / "toko.i5bu"
    for size in (0, 300, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        assert [daemon.look().said for _ in range(2)] == 2 * [STILL_CHANGING]
    file.write_bytes(whole)
    assert daemon.ask().run_key == key(file)


def test_a_backup_that_is_renamed_into_the_folder_is_asked_for_at_once(
    daemon: Daemon, postgres: PostgresServer
) -> None:
    part = write_backup(postgres, daemon.toko.inbox / "toko.i5bu.crdownload", a_shop())
    assert daemon.look().said == "There is no backup yet."
    file = part.rename(daemon.toko.inbox / "toko.i5bu")
    assert daemon.ask().run_key == key(file)


def test_a_backup_that_stays_cut_short_is_asked_for_after_a_minute_and_rejected(
    daemon: Daemon, postgres: PostgresServer, tmp_path: Path
) -> None:
    whole = write_backup(postgres, tmp_path / "whole", a_shop()).read_bytes()
    file = daemon.toko.inbox / "toko.i5bu"
    file.write_bytes(whole[:-1])
    assert daemon.look().said == STILL_CHANGING
    daemon.wait(59 * SECOND)
    assert daemon.look().said == STILL_CHANGING
    daemon.wait(SECOND)
    run = daemon.run(daemon.ask())
    assert daemon.status(run) == FAILED
    assert "toko.i5bu is incomplete or damaged" in daemon.reason(run)
    assert "was rejected" in daemon.look().said


def test_conflicted_copies_are_warned_of_and_left_out(daemon: Daemon) -> None:
    file = daemon.put("toko.i5bu", 1)
    daemon.put("toko (KASIR-2's conflicted copy 2026-01-05).i5bu", 5)
    assert daemon.ask().run_key == key(file)
    (warning,) = daemon.logged
    assert warning.startswith("Skipped: toko (KASIR-2's conflicted copy 2026-01-05).i5bu is a conflicted copy.")


def test_of_a_hundred_files_the_tags_name_a_few(daemon: Daemon) -> None:
    for day in range(100):
        daemon.put(f"{day:02}.i5bu", day)
    request = daemon.ask()
    assert request.tags[BACKUP] == "99.i5bu"
    assert request.tags[SKIPPED] == "98.i5bu, 97.i5bu, 96.i5bu, 95.i5bu, 94.i5bu and 94 more"
    assert len(daemon.cursors["new_backup"] or "") < 400


def test_an_empty_folder_and_none_at_all_are_nothing_to_sync(daemon: Daemon) -> None:
    assert daemon.look().said == "There is no backup yet."
    daemon.toko.inbox.rmdir()
    assert daemon.look().said == "There is no backup yet."


def test_a_failure_in_passing_is_tried_three_times_in_a_run_and_once_by_hand(
    tmp_path: Path, dropbox: DropboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    dropbox.fail("files/list_folder", "html", times=None)
    with a_daemon(tmp_path, **dropbox.settings) as daemon:
        assert daemon.status(daemon.run()) == FAILED
        assert len(dropbox.received("files/list_folder")) == 3
        answer = daemon.toko.run("sync", capsys=capsys)
    assert answer.status == 1
    assert answer.error.startswith("toko: The response does not come from Dropbox")
    assert len(dropbox.received("files/list_folder")) == 4


def test_a_dropbox_that_wants_fewer_requests_gets_none_for_so_long(tmp_path: Path, dropbox: DropboxServer) -> None:
    dropbox.fail("files/list_folder", "429", retry_after=300)
    with a_daemon(tmp_path, **dropbox.settings) as daemon:
        assert daemon.look().said.startswith("Dropbox asks for fewer requests. (since ")
        asked = len(dropbox.requests)
        daemon.looks(4 * MINUTE)
        assert len(dropbox.requests) == asked
        daemon.wait(MINUTE)
        assert daemon.look().said == "There is no backup yet."
