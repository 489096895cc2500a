"""Dagster's instance goes on: runs, their events, checks, dagster.yaml; a run that was killed, one that was queued."""

from pathlib import Path

import dagster as dg
import pytest

from tests.acceptance.history import runs
from tests.acceptance.places import run_toko
from tests.code_location import load_defs
from tests.takeover.installation import CHAIN, OldInstallation, old_installation
from toko_assets.cli.dagster_home import DAGSTER_FILES
from toko_assets.publishing.guards import checks as guards

SINCE = {
    "currencies_converted", "discounts_understood", "group_discounts_clear", "item_kinds_known", "items_left_out",
    "optional_tables_read", "price_rows_of_no_system", "stale_price_rows", "synonyms_understood",
    "unknown_marks",
    *guards.BLOCKING, *guards.WARNING,
}  # fmt: skip
"""Checks that the old version does not have."""


def test_the_old_runs_are_listed_with_jobs_statuses_and_tags(untouched: OldInstallation) -> None:
    with dg.DagsterInstance.get() as instance:
        listed = instance.get_runs()
    assert [(run.run_id, run.job_name, run.status.value) for run in listed] == [
        (run.id, run.job, run.status) for run in untouched.runs
    ]
    assert [run.status for run in untouched.runs] == ["FAILURE", *["SUCCESS"] * 5]
    for run, before in zip(listed, untouched.runs, strict=True):
        assert before.tags.items() <= run.tags.items()


def test_the_events_of_the_old_runs_can_be_read(untouched: OldInstallation) -> None:
    failed, rolled_back, *syncs = runs(untouched.toko)
    assert list(failed.materialised) == []
    assert [check.name for check in failed.evaluations if not check.passed] == ["whole_archive"]
    assert rolled_back.materialised["product_catalog"]["rolled_back_from"] == untouched.catalogue("rabu")
    for sync in syncs:
        assert list(sync.materialised) == CHAIN
        assert sync.failed(blocking=True) == {}
        assert sync.materialised["product_catalog"]["dagster/row_count"] in (45, 47)
        assert {check.asset for check in sync.evaluations} == set(CHAIN)


@pytest.mark.usefixtures("untouched")
def test_every_asset_and_check_of_the_new_version_has_its_old_results() -> None:
    graph = load_defs().resolve_asset_graph()
    assets = [key for key in graph.get_all_asset_keys() if graph.get(key).is_materializable]
    with dg.DagsterInstance.get() as instance:
        made = instance.get_latest_materialization_events(assets)
        checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(graph.asset_check_keys))
    assert {key.to_user_string() for key, event in made.items() if event is not None} == set(CHAIN)
    assert {key.to_user_string() for key in assets} == {*CHAIN, "recent_sales"}
    assert {key.name for key in graph.asset_check_keys - checks.keys()} == SINCE | {"till_agrees"}


def test_the_old_dagster_yaml_loads_and_a_sync_replaces_it(old: OldInstallation) -> None:
    file = old.toko.data / "dagster" / "dagster.yaml"
    assert "toko_assets.dagster_storage" in file.read_text()
    with dg.DagsterInstance.get() as instance:
        assert len(instance.get_runs()) == len(old.runs)
    old.thursday()
    assert run_toko("sync").status == 0
    assert file.read_text() == (DAGSTER_FILES / "dagster.yaml").read_text()
    with dg.DagsterInstance.get() as instance:
        assert len(instance.get_runs()) == len(old.runs) + 1


def test_the_old_dagster_yaml_with_an_edit_loads_and_is_left_as_it_is(old: OldInstallation) -> None:
    file = old.toko.data / "dagster" / "dagster.yaml"
    edited = file.read_text().replace("max_runtime_seconds: 7200", "max_runtime_seconds: 3600")
    file.write_text(edited)
    old.thursday()
    assert run_toko("sync").status == 0
    assert file.read_text() == edited
    with dg.DagsterInstance.get() as instance:
        assert len(instance.get_runs()) == len(old.runs) + 1


def test_a_sync_fails_the_run_that_was_killed_and_leaves_the_queued_one_to_the_daemon(tmp_path: Path) -> None:
    with old_installation(tmp_path, killed=True) as old:
        old.thursday()
        answer = run_toko("sync")
        assert (answer.status, answer.error) == (0, "")
        assert f"Run {old.killed['started'][:8]} died and has been marked as failed." in answer.output
        with dg.DagsterInstance.get() as instance:
            statuses = {run.run_id: run.status.value for run in instance.get_runs()}
        assert statuses[old.killed["started"]] == "FAILURE"
        assert statuses[old.killed["queued"]] == "QUEUED"
