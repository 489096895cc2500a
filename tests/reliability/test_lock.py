"""One sync at a time, and a dead run never stands in the way of the next."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from tests.backups import a_shop, write_backup
from tests.code_location import load_defs
from tests.installation import Installation
from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.common.lock import is_alive, run_mark, sync_lock
from toko_assets.common.process import start_time
from toko_assets.common.settings import load_settings
from toko_assets.defs.recovery import COMMAND, PROCESS, STARTED_BY, recover
from toko_assets.postgres.server import PostgresServer
from toko_core.files import DataFolder

HOLDER = """
import sys
from pathlib import Path
from toko_assets.common.lock import run_mark, sync_lock
root = Path(sys.argv[1])
with run_mark(root, sys.argv[2]), sync_lock(root, None):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_sync(data: Path, run_id: str = "another") -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it is told to end."""
    command = [sys.executable, "-c", HOLDER, str(data), run_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def an_unfinished_run(tags: dict[str, str] | None = None) -> tuple[dg.DagsterInstance, str]:
    """A run that Dagster shows as started, as a killed process leaves it."""
    instance = dg.DagsterInstance.get()
    run = instance.create_run_for_job(load_defs().resolve_job_def("sync"), tags=tags)
    started = dg.DagsterEvent("PIPELINE_START", job_name="sync", message="")
    instance.report_dagster_event(started, run_id=run.run_id)
    return instance, run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_second_sync_may_refuse_to_wait(toko: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    with another_sync(toko.data):
        answer = toko.run("sync", "--no-wait", capsys=capsys)
    assert answer.status == 1
    assert answer.error.startswith("toko: Another sync is running in ")
    assert "\n" not in answer.error


def test_a_second_sync_waits_and_says_so(
    postgres: PostgresServer, toko: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(postgres, toko.inbox / "a.i5bu", a_shop())
    with another_sync(toko.data) as holder:
        import fcntl

        flock = fcntl.flock

        def let_go_when_waited_for(handle: int, operation: int) -> None:
            if operation == fcntl.LOCK_EX and Path(f"/proc/self/fd/{handle}").readlink().name == "sync.lock":
                assert holder.stdin is not None
                holder.stdin.write("\n")
                holder.stdin.flush()
            flock(handle, operation)

        monkeypatch.setattr(fcntl, "flock", let_go_when_waited_for)
        answer = toko.run("sync", capsys=capsys)
    assert (answer.status, answer.error) == (0, "")
    assert answer.output.startswith("Another sync is running: waiting until it is done.")
    assert toko.catalog is not None


def test_cleanup_does_not_disturb_a_running_sync(toko: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    with another_sync(toko.data):
        answer = toko.run("cleanup", capsys=capsys)
    assert (answer.status, answer.output) == (1, "")


def test_the_lock_goes_with_a_killed_process(toko: Installation) -> None:
    with another_sync(toko.data) as holder:
        assert is_alive(toko.data, "another")
        holder.kill()
        holder.wait()
        assert not is_alive(toko.data, "another")
        with sync_lock(toko.data, waiting=None) as first:
            assert first
    assert not list((toko.data / "runs").iterdir())


def test_a_mark_survives_those_who_ask_about_it_while_it_is_made(tmp_path: Path) -> None:
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            is_alive(tmp_path, "run")

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            for _ in range(2_000):
                with run_mark(tmp_path, "run"):
                    assert (tmp_path / "runs" / "run").exists()
        finally:
            done.set()
        asking.result()


def test_a_process_that_holds_the_lock_gets_it_again(tmp_path: Path) -> None:
    with sync_lock(tmp_path, None) as first, sync_lock(tmp_path, None) as second:
        assert (first, second) == (True, False)


@pytest.mark.parametrize("tags", [{STARTED_BY: "toko"}, {}], ids=["of the command", "of the web interface"])
def test_the_next_sync_fails_a_run_whose_process_is_gone(
    postgres: PostgresServer, toko: Installation, capsys: pytest.CaptureFixture[str], tags: dict[str, str]
) -> None:
    write_backup(postgres, toko.inbox / "a.i5bu", a_shop())
    (toko.data / "catalog").mkdir(parents=True)
    (toko.data / "catalog" / "next.duckdb.part").touch()
    (toko.data / "exports" / "abc.part").mkdir(parents=True)
    assert toko.run("sync", "--backup", "none", capsys=capsys).status == 1
    instance, run_id = an_unfinished_run(tags)
    answer = toko.run("sync", capsys=capsys)
    assert (answer.status, answer.error) == (0, "")
    assert f"Run {run_id[:8]} died and has been marked as failed." in answer.output
    assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE
    assert toko.list_leftovers() == []


def test_a_run_that_waits_for_its_turn_is_left_alone(toko: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert toko.run("sync", "--backup", "none", capsys=capsys).status == 1
    instance, run_id = an_unfinished_run()
    with run_mark(toko.data, run_id):
        assert recover(instance, DataFolder(toko.data)) == []
        assert status(instance, run_id) == dg.DagsterRunStatus.STARTED
    assert recover(instance, DataFolder(toko.data)) == [f"Run {run_id[:8]} died and has been marked as failed."]


def test_runs_that_dagster_launches_are_left_alone_at_each_moment_of_their_start(toko: Installation) -> None:
    """A run of the bot, and one of the command that somebody repeats in the web interface, which copies its tags."""
    prepare_dagster_home(load_settings())
    instance, folder, job = dg.DagsterInstance.get(), DataFolder(toko.data), load_defs().resolve_job_def("sync")
    bots, repeated = (
        instance.create_run_for_job(job, tags={STARTED_BY: by}, remote_job_origin=launched_job()).run_id
        for by in ("telegram", COMMAND)
    )

    def report(event: str) -> None:
        for run_id in (bots, repeated):
            instance.report_dagster_event(dg.DagsterEvent(event, job_name="sync", message=""), run_id=run_id)

    for event in ("PIPELINE_ENQUEUED", "PIPELINE_DEQUEUED", "PIPELINE_STARTING"):
        assert recover(instance, folder) == []
        report(event)
    assert recover(instance, folder) == []
    assert status(instance, bots) == status(instance, repeated) == dg.DagsterRunStatus.STARTING
    report("PIPELINE_START")
    with ThreadPoolExecutor(1) as pool:
        recovered = pool.submit(recover, instance, folder)
        with run_mark(toko.data, bots), run_mark(toko.data, repeated):  # the recovery waits for the marks
            assert recovered.result() == []
    assert status(instance, bots) == status(instance, repeated) == dg.DagsterRunStatus.STARTED


def test_a_run_that_has_given_its_mark_back_and_not_recorded_its_end_yet_is_left_alone(toko: Installation) -> None:
    prepare_dagster_home(load_settings())
    with subprocess.Popen(["sleep", "600"]) as process:
        identity = json.dumps((process.pid, start_time(process.pid)))
        instance, run_id = an_unfinished_run({PROCESS: identity})
        assert recover(instance, DataFolder(toko.data)) == []
        process.kill()
    assert recover(instance, DataFolder(toko.data)) == [f"Run {run_id[:8]} died and has been marked as failed."]


def launched_job() -> RemoteJobOrigin:
    """The job as Dagster's web interface and daemon launch it."""
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="toko_assets.definitions"), location_name="toko"
    )
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), "sync")
