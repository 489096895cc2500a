"""Dagster's records on one machine: its own files, in which others see each event as it comes."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from toko_assets.defs import dagster_storage
from toko_assets.defs.dagster_storage import MOST_ENGINES, LocalEvents, LocalRuns

SECONDS = 20
STORED = {
    "runs/index.db": ["event_logs", "asset_keys", "asset_check_executions"],
    "runs/{run}.db": ["event_logs"],
}
NOT_COMPARED = {"id", "run_id", "last_run_id", "event", "evaluation_event", "last_materialization"}
"""Columns that differ for each run, as all times do."""


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


def stored(home: Path, run_id: str) -> dict[str, object]:
    """The rows of a run's events, without what differs for each run, and the tables of its files."""
    found: dict[str, object] = {}
    for file, tables in STORED.items():
        with sqlite3.connect(home / "history" / file.format(run=run_id)) as connection:
            connection.row_factory = sqlite3.Row
            found[file] = sorted(name for (name,) in connection.execute("SELECT sql FROM sqlite_master") if name)
            found[f"{file} journal"] = connection.execute("PRAGMA journal_mode").fetchone()[0]
            for table in tables:
                rows = map(dict, connection.execute(f"SELECT * FROM {table} ORDER BY id"))
                found[f"{file} {table}"] = [
                    {name: value for name, value in row.items() if name not in NOT_COMPARED and "timestamp" not in name}
                    for row in rows
                    if row.get("run_id", row.get("last_run_id")) == run_id
                ]
        connection.close()
    return found


def test_what_it_stores_is_what_dagsters_own_classes_store(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with dg.DagsterInstance.get() as instance:
        first, second = run(instance), run(instance)  # the file of the second is a copy
    own = tmp_path_factory.mktemp("own")
    with dg.DagsterInstance.local_temp(str(own)) as instance:
        assert not isinstance(instance.event_log_storage, LocalEvents)
        run(instance)  # so that last_run_id is that of the second
        expected = stored(own, run(instance))
    assert stored(home, second) == expected
    assert stored(home, first)["runs/{run}.db event_logs"] == expected["runs/{run}.db event_logs"]
    kinds = [row["dagster_event_type"] for row in expected["runs/{run}.db event_logs"]]  # type: ignore[attr-defined]
    assert {"ASSET_CHECK_EVALUATION_PLANNED", "ASSET_CHECK_EVALUATION", "ASSET_MATERIALIZATION"} <= set(kinds)


@pytest.mark.usefixtures("home")
def test_the_result_of_a_check_is_read_in_the_step_that_yielded_it() -> None:
    whole = dg.AssetCheckKey(dg.AssetKey("looked"), "whole")

    @dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="looked")])
    def looked(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        yield dg.AssetCheckResult(check_name="whole", passed=True)
        (record,) = context.instance.event_log_storage.get_asset_check_execution_history(whole, limit=1)
        yield dg.MaterializeResult(metadata={"status": record.status.value})

    with dg.DagsterInstance.get() as instance:
        done = dg.materialize([looked], instance=instance)
    (made,) = done.asset_materializations_for_node("looked")
    assert made.metadata["status"].value == "SUCCEEDED"


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
