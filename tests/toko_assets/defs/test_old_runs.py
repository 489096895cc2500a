"""Old runs are deleted from Dagster's storage with all that they left, and the storage gets smaller."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from toko_assets.defs.old_runs import Kept, delete_old_runs

DAY = "2020-01-01"


@dg.asset(check_specs=[dg.AssetCheckSpec("whole", asset="prices")])
def prices() -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    yield dg.AssetCheckResult(passed=True, metadata={"rows": "x" * 50_000})
    yield dg.MaterializeResult(metadata={"chart": "x" * 50_000})


@dg.asset
def rare() -> None:
    """Materialised once, long ago."""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text(
        "telemetry: {enabled: false}\nstorage: {custom: {module: toko_assets.defs.dagster_storage, "
        f"class: LocalStorage, config: {{base_dir: {tmp_path}}}}}}}\n"
    )
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def sync(instance: dg.DagsterInstance, asset: dg.AssetsDefinition = prices) -> str:
    return dg.materialize([asset], instance=instance).run_id


def runs(instance: dg.DagsterInstance) -> list[str]:
    return [run.run_id for run in instance.get_runs()]


def size(folder: Path) -> int:
    """Bytes of all files but SQLite's logs, which have at most 4 MB each."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and file.suffix != ".db-wal")


def test_the_newest_runs_are_kept_and_the_last_success_of_each_asset(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    only = sync(instance, rare)
    made = [sync(instance) for _ in range(12)]
    assert delete_old_runs(instance, Kept(5, 60)) == 7
    assert set(runs(instance)) == {only, *made[-5:]}
    assert instance.get_latest_materialization_event(rare.key) is not None
    assert instance.all_logs(only)
    assert {file.stem for file in tmp_path.rglob("history/runs/*.db")} >= {only, *made[-5:]}
    assert not {file.stem for file in tmp_path.rglob("history/runs/*.db")} & set(made[:-5])
    assert delete_old_runs(instance, Kept(5, 60)) == 0


def test_runs_that_are_too_old_are_deleted_but_unfinished_ones_are_kept(instance: dg.DagsterInstance) -> None:
    old = [sync(instance) for _ in range(3)]
    unfinished = instance.create_run_for_job(dg.Definitions([prices]).resolve_implicit_global_asset_job_def())
    with instance.run_storage.connect() as connection:  # type: ignore[attr-defined] # it is a storage in SQL
        connection.exec_driver_sql(f"UPDATE runs SET create_timestamp = '{DAY}'")
    new = sync(instance)
    assert delete_old_runs(instance, Kept(1000, 60)) == 3
    assert set(runs(instance)) == {new, unfinished.run_id}
    assert not any(instance.all_logs(run) for run in old)


def test_the_storage_does_not_grow_with_the_number_of_syncs(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    sizes = []
    for number in range(60):
        sync(instance)
        delete_old_runs(instance, Kept(10, 60))
        if number in (29, 59):
            sizes.append(size(tmp_path))
    assert sizes[1] < sizes[0] * 1.05
    (last,) = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(prices.check_keys)).values()
    assert last.run_id == runs(instance)[0]


def test_a_storage_with_many_runs_is_cut_down_little_by_little(instance: dg.DagsterInstance) -> None:
    for _ in range(65):
        sync(instance, rare)
    deleted = [delete_old_runs(instance, Kept(10, 60)) for _ in range(3)]
    assert deleted == [50, 5, 0]
