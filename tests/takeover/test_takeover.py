"""An installation of the version before goes on with the new one: its runs, its cursor, its catalogue, its settings."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import dagster as dg
import pytest

from tests.acceptance.history import runs
from tests.acceptance.places import published_files, run_toko
from tests.takeover.installation import OldInstallation, asset_config, old_installation, stored_cursor, tick

CHAIN = ["raw_backup", "restored_database", "exported_products", "price_history", "product_catalog"]
WITA = timezone(timedelta(hours=8))
NOODLES = "000004"
"""An item of senin and selasa, whose prices rose by 500."""


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldInstallation]:
    with old_installation(tmp_path) as old:
        yield old


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldInstallation]:
    """One for tests that change nothing."""
    with old_installation(tmp_path_factory.mktemp("untouched")) as old:
        yield old


def served(old: OldInstallation) -> str:
    assert old.toko.catalog is not None
    return old.toko.catalog.name


def info(old: OldInstallation) -> dict[str, str]:
    return dict(old.toko.query("SELECT key, value FROM catalog_info"))


def rejected(old: OldInstallation) -> str | None:
    """The name of the backup that a rollback rejected."""
    refusal = json.loads((old.toko.data / "records" / "rollback.json").read_bytes())["refusal"]
    return None if refusal is None else str(refusal["name"])


def failure(run: dg.DagsterRun) -> str:
    """Why a run failed."""
    with dg.DagsterInstance.get() as instance:
        (entry,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    assert entry.dagster_event is not None
    data = entry.dagster_event.step_failure_data
    assert data.user_failure_data is not None, data.error
    return str(data.user_failure_data.description)


# Dagster's instance


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
    from toko_assets.definitions import defs

    graph = defs.resolve_asset_graph()
    assets = [key for key in graph.get_all_asset_keys() if graph.get(key).is_materializable]
    with dg.DagsterInstance.get() as instance:
        made = instance.get_latest_materialization_events(assets)
        checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(graph.asset_check_keys))
    assert {key.to_user_string() for key, event in made.items() if event is not None} == set(CHAIN)
    assert {key.to_user_string() for key in assets} == set(CHAIN)
    assert set(checks) == set(graph.asset_check_keys)


def test_the_old_dagster_yaml_loads_and_is_left_as_it_is(old: OldInstallation) -> None:
    file = old.toko.data / "dagster" / "dagster.yaml"
    before = file.read_text()
    assert "toko_assets.dagster_storage" in before
    old.thursday()
    assert run_toko("sync").status == 0
    assert file.read_text() == before
    with dg.DagsterInstance.get() as instance:
        assert len(instance.get_runs()) == len(old.runs) + 1


# The sensor new_backup


def test_the_stored_cursor_is_that_of_the_sensors_last_tick(untouched: OldInstallation) -> None:
    assert stored_cursor() == untouched.cursor


def test_a_backup_that_failed_is_tried_once_more_with_a_run_key_of_its_own(old: OldInstallation) -> None:
    """As after every restart: other settings may be in force. A key that was used would never be run."""
    (request,) = tick(stored_cursor()).run_requests or []
    assert request.run_key == f"{old.revision('rusak')}:2"
    assert request.tags["toko/attempt"] == "2"


@pytest.mark.parametrize("first", [False, True], ids=["from the stored cursor", "as if it were the first tick"])
def test_the_rejected_backup_is_not_asked_for(old: OldInstallation, first: bool) -> None:
    old.remove("rusak")
    asked = tick(None if first else stored_cursor())
    assert not asked.run_requests
    assert asked.skip_message is not None
    assert asked.skip_message.startswith("rabu.i5bu was ")
    if first:
        assert "by a rollback on 2026-" in asked.skip_message


def test_an_older_backup_is_not_asked_for_when_the_newer_ones_are_deleted(old: OldInstallation) -> None:
    for name in ("rusak", "rabu"):
        old.remove(name)
    asked = tick(stored_cursor())
    assert not asked.run_requests
    assert asked.skip_message == "There is no backup that is newer than the served one."


def test_what_is_served_is_not_asked_for(old: OldInstallation) -> None:
    old.remove("rusak")
    assert old.run("rollback_catalog", {"file": old.catalogue("rabu")}).status == dg.DagsterRunStatus.SUCCESS
    for cursor in (stored_cursor(), None):
        asked = tick(cursor)
        assert not asked.run_requests
        assert asked.skip_message == "rabu.i5bu is served."


def test_a_newer_backup_is_asked_for_and_its_run_publishes_it(old: OldInstallation) -> None:
    file = old.thursday()
    asked = tick(stored_cursor())
    (request,) = asked.run_requests or []
    revision = f"{file.stat().st_size}-{file.stat().st_mtime_ns}"
    assert request.run_key == f"{revision}:1"
    assert (request.tags["toko/backup"], request.tags["toko/revision"]) == ("kamis.i5bu", revision)
    assert old.run("sync", request.run_config, request.tags).status == dg.DagsterRunStatus.SUCCESS
    assert info(old)["backup_name"] == "kamis.i5bu"
    after = tick(asked.cursor)
    assert not after.run_requests
    assert after.skip_message == "kamis.i5bu is served."


# The catalogue


def test_the_old_catalogue_is_served_and_searched(untouched: OldInstallation) -> None:
    assert served(untouched) == untouched.catalogue("selasa")
    found = run_toko("search", "indomi", "grg", "spesial")
    assert (found.status, found.error) == (0, "")
    assert "INDOMIE GORENG PCS up to 5 Rp3.650 Rp2.86" in found.output


@pytest.mark.usefixtures("untouched")
def test_the_doctor_finds_nothing_wrong_and_knows_every_setting_of_the_old_env_file() -> None:
    answer = run_toko("doctor")
    assert (answer.status, answer.error) == (0, "")
    assert "Nothing is wrong." in answer.output
    assert "✓ catalogue catalog-" in answer.output
    assert "45 products" in answer.output
    assert "from selasa.i5bu of 2026-01-06 21:00" in answer.output
    assert "its dagster.yaml is valid" in answer.output
    assert "✓ leftovers no unfinished files" in answer.output
    _, _, given = answer.output.partition("settings set: ")
    names = {"SHOP_NAME", "SHOP_TIMEZONE", "TOKO_DATA_DIR", "STALE_HOURS", "CLOSED_DAYS", "KEEP_BACKUPS"}
    assert names <= set(given.partition(" ✓ ")[0].split(", "))


def test_a_sync_of_a_newer_backup_publishes_and_compares_with_the_old_catalogue(old: OldInstallation) -> None:
    old.thursday()
    answer = run_toko("sync")
    assert (answer.status, answer.error) == (0, "")
    assert "(2 new, 0 gone, 83 prices changed)" in answer.output
    assert served(old) not in {old.catalogue(day) for day in ("minggu", "senin", "selasa", "rabu")}
    assert info(old)["backup_name"] == "kamis.i5bu"
    assert datetime.fromisoformat(info(old)["backup_time"]) == datetime(2026, 1, 9, 21, tzinfo=WITA)
    made = runs(old.toko)[0].materialised["product_catalog"]
    assert (made["products_new"], made["products_gone"], made["prices_changed"]) == (2, 0, 83)
    assert len(published_files(old.toko)) == 5


def test_the_price_history_goes_on(old: OldInstallation) -> None:
    old.thursday()
    assert run_toko("sync").status == 0
    history = old.toko.record("price_history")
    assert history["backups"] == 5
    assert datetime.fromisoformat(history["since"]) == datetime(2026, 1, 4, 21, tzinfo=WITA)
    assert (info(old)["history_backups"], info(old)["history_since"]) == ("5", "2026-01-04T13:00:00+00:00")
    changes = old.toko.query(
        f"""SELECT before, after, seen_from FROM price_changes JOIN products p USING (product_id)
            WHERE kodeitem = '{NOODLES}' AND price_changes.satuan = 'PCS' AND jumlah_sampai = 5 ORDER BY seen_from"""
    )
    days = [datetime(2026, 1, day, 13) for day in (5, 6, 7, 9)]
    prices = [None, 3150, 3650, 36500, 3150]
    assert changes == list(zip(prices, prices[1:], days, strict=False))


# The backup that a rollback rejected


def test_a_sync_does_not_publish_the_rejected_backup(old: OldInstallation) -> None:
    answer = run_toko("sync")
    assert answer.status == 1
    assert answer.error.startswith("toko: rabu.i5bu was ")
    assert "by a rollback on 2026-" in answer.error
    assert served(old) == old.catalogue("selasa")
    assert rejected(old) == "rabu.i5bu"


def test_a_queued_run_of_the_rejected_backup_does_not_publish_it(old: OldInstallation) -> None:
    place, revision = str(old.toko.inbox / "rabu.i5bu"), old.revision("rabu")
    run = old.run("sync", asset_config(raw_backup={"file": place, "revision": revision}))
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert failure(run).startswith("rabu.i5bu was ")
    assert served(old) == old.catalogue("selasa")


def test_a_newer_backup_ends_the_rejection(old: OldInstallation) -> None:
    old.thursday()
    assert run_toko("sync").status == 0
    assert rejected(old) is None


def test_who_chooses_the_rejected_backup_gets_it(old: OldInstallation) -> None:
    run = old.run("sync_this_backup", {"backup": "rabu.i5bu", "most_products_lost": 0.5})
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert info(old)["backup_name"] == "rabu.i5bu"
    assert rejected(old) is None


@pytest.mark.parametrize("before", ["minggu", "senin"])
def test_a_rollback_to_each_old_catalogue_works(old: OldInstallation, before: str) -> None:
    run = old.run("rollback_catalog", {"file": old.catalogue(before)})
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert served(old) == old.catalogue(before)
    assert rejected(old) == "rabu.i5bu"


def test_a_rollback_of_a_new_catalogue_goes_to_the_old_one_that_was_served(old: OldInstallation) -> None:
    old.thursday()
    assert run_toko("sync").status == 0
    assert old.run("rollback_catalog", {}).status == dg.DagsterRunStatus.SUCCESS
    assert served(old) == old.catalogue("selasa")
    assert rejected(old) == "kamis.i5bu"
    assert "45 products" in run_toko("doctor").output


# Records, and the config of runs


@pytest.mark.usefixtures("old")
def test_single_steps_go_on_from_the_old_records() -> None:
    """raw_backup's is that of rabu, which was rejected later."""
    answer = run_toko("extract")
    assert (answer.status, answer.error) == (0, "")
    assert "CSV: data/exports/20260107_210000.csv" in answer.output


def test_the_catalogue_is_rebuilt_from_the_old_export_and_history(old: OldInstallation) -> None:
    assert old.run("rollback_catalog", {"file": old.catalogue("rabu")}).status == dg.DagsterRunStatus.SUCCESS
    prices = old.toko.query("SELECT kodeitem, prices.* FROM prices JOIN products USING (product_id) ORDER BY ALL")
    (old.toko.data / "catalog" / "CURRENT").unlink()  # so that there is something to publish
    assert old.run("rebuild_catalog", {}).status == dg.DagsterRunStatus.SUCCESS
    assert prices == old.toko.query(
        "SELECT kodeitem, prices.* FROM prices JOIN products USING (product_id) ORDER BY ALL"
    )


@pytest.mark.parametrize(
    ("raw_backup", "published"),
    [
        ({"path": "INBOX/senin.i5bu"}, "senin.i5bu"),
        ({"backup": "senin.i5bu"}, "senin.i5bu"),
        ({"backup": "INBOX/senin.i5bu"}, "senin.i5bu"),
        ({"file": "INBOX/kamis.i5bu", "revision": "REVISION"}, "kamis.i5bu"),
        ({}, "kamis.i5bu"),
    ],
    ids=["path", "backup, by name", "backup, by path", "file and revision", "nothing"],
)
def test_every_form_of_the_config_of_raw_backup_is_taken(
    old: OldInstallation, raw_backup: Mapping[str, str], published: str
) -> None:
    file = old.thursday()
    revision = f"{file.stat().st_size}-{file.stat().st_mtime_ns}"
    config = {
        name: value.replace("INBOX", str(old.toko.inbox)).replace("REVISION", revision)
        for name, value in raw_backup.items()
    }
    run = old.run("sync", asset_config(raw_backup=config))
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert info(old)["backup_name"] == published


def test_a_queued_run_whose_backup_was_replaced_meanwhile_publishes_nothing(
    old: OldInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0.0)
    config = {"file": str(old.thursday()), "revision": "46387-1"}
    run = old.run("sync", asset_config(raw_backup=config))
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert served(old) == old.catalogue("selasa")


@pytest.mark.parametrize(("most", "status"), [(0.0, "FAILURE"), (0.5, "SUCCESS")])
def test_the_config_of_product_catalog_says_how_many_products_may_be_lost(
    old: OldInstallation, most: float, status: str
) -> None:
    """selasa has two products less than senin."""
    assert old.run("rollback_catalog", {"file": old.catalogue("senin")}).status == dg.DagsterRunStatus.SUCCESS
    chosen, limit = {"backup": "selasa.i5bu"}, {"most_products_lost": most}
    run = old.run("sync", asset_config(raw_backup=chosen, product_catalog=limit))
    assert run.status.value == status
    assert info(old)["backup_name"] == ("selasa.i5bu" if status == "SUCCESS" else "senin.i5bu")


# It was switched off in the middle of two runs, or somebody has moved it


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


def test_an_installation_that_was_moved_to_another_path_is_taken_over_too(tmp_path: Path) -> None:
    with old_installation(tmp_path, moved=True) as old:
        assert not Path(old.toko.record("product_catalog")["file"]).exists()
        assert "INDOMIE GORENG PCS up to 5 Rp3.650" in run_toko("search", "indomie goreng special").output
        assert run_toko("doctor").status == 0
        old.remove("rusak")
        assert not tick(stored_cursor()).run_requests
        assert run_toko("sync").error.startswith("toko: rabu.i5bu was ")
        old.thursday()
        assert "(2 new, 0 gone, 83 prices changed)" in run_toko("sync").output
        assert old.run("rollback_catalog", {}).status == dg.DagsterRunStatus.SUCCESS
        assert served(old) == old.catalogue("selasa")
