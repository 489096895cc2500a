"""Dagster's records on one machine: its own files, in which others see each event as it comes."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from toko_assets.defs import dagster_storage
from toko_assets.defs.dagster_storage import MOST_ENGINES, LocalEvents, LocalRuns

SECONDS = 20


@dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="prices")])
def prices(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    context.log.info("reading")
    yield dg.AssetCheckResult(check_name="whole", passed=True)
    yield dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copyfile(Path(dagster_storage.__file__).with_name("dagster.yaml"), tmp_path / "dagster.yaml")
    return tmp_path


def run(instance: dg.DagsterInstance) -> str:
    return dg.materialize([prices], instance=instance).run_id


def open_databases(home: Path) -> set[Path]:
    files = {file.resolve() for file in Path("/proc/self/fd").iterdir()}
    return {file for file in files if file.is_relative_to(home.resolve()) and file.suffix == ".db"}


def test_our_dagster_yaml_names_it(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.run_storage, LocalRuns)
        assert isinstance(instance.event_log_storage, LocalEvents)
        assert instance.get_run_by_id(run(instance))


def test_dagsters_own_classes_read_what_it_wrote_while_it_is_open(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        run_id = run(instance)
        own = DagsterSqliteStorage(str(home))
        read = own.run_storage.get_runs(dg.RunsFilter(run_ids=[run_id]))
        assert [r.status for r in read] == [dg.DagsterRunStatus.SUCCESS]
        events = own.event_log_storage.get_logs_for_run(run_id)
        assert [event.user_message for event in events] == [event.user_message for event in instance.all_logs(run_id)]
        assert own.event_log_storage.get_latest_materialization_events([prices.key])[prices.key].run_id == run_id  # type: ignore[union-attr]


def test_a_run_that_dagsters_own_classes_recorded_is_read(home: Path) -> None:
    text = (home / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.get() as instance:
        run_id = run(instance)
    (home / "dagster.yaml").write_text(text)
    with dg.DagsterInstance.get() as instance:
        assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.SUCCESS  # type: ignore[union-attr]
        assert run(instance) != run_id


def test_who_watches_a_run_hears_of_every_event(home: Path) -> None:
    heard: list[str] = []
    ended = threading.Event()

    def hear(event: dg.EventLogEntry, _cursor: str) -> None:
        heard.append(event.message)
        if event.message == "second":
            ended.set()

    with dg.DagsterInstance.get() as instance:
        run_id = run(instance)
        before = len(instance.all_logs(run_id))
        watcher = DagsterSqliteStorage(str(home)).event_log_storage
        watcher.watch(run_id, None, hear)
        record = instance.get_run_by_id(run_id)
        assert record is not None
        instance.report_engine_event("first", record)
        instance.report_engine_event("second", record)
        assert ended.wait(SECONDS)
        watcher.end_watch(run_id, hear)
        watcher.dispose()
    assert heard[before:] == ["first", "second"]


def test_few_files_stay_open_however_many_runs_are_looked_at_and_none_in_the_end(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        runs = [run(instance) for _ in range(MOST_ENGINES + 3)]
        assert all(instance.all_logs(run_id) for run_id in [*runs, *runs])
        assert len(open_databases(home)) <= MOST_ENGINES + 1  # the runs themselves
    assert open_databases(home) == set()
    assert not list(home.rglob("*.db-wal"))


def test_it_can_be_wiped_while_it_is_open(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        gone = run(instance)
        instance.wipe()
        assert instance.get_run_by_id(gone) is None
        assert len(instance.all_logs(run(instance))) > 3
