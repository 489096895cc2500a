"""What the version before has published is served, searched, compared with, and gone back to."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import dagster as dg
import pytest

from tests.acceptance.history import runs
from tests.acceptance.places import published_files, run_toko
from tests.takeover.installation import OldInstallation, asset_config, failure, old_installation, stored_cursor, tick

WITA = timezone(timedelta(hours=8))
NOODLES = "000004"
"""An item of senin and selasa, whose prices rose by 500."""


def test_the_old_catalogue_is_served_and_searched(untouched: OldInstallation) -> None:
    assert untouched.served == untouched.catalogue("selasa")
    found = run_toko("search", "indomi", "grg", "spesial")
    assert (found.status, found.error) == (0, "")
    assert "INDOMIE GORENG SPECIAL 85 GR" in found.output
    assert "PCS up to 5 Rp3.650 Rp2.860" in found.output


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


def test_a_sync_of_a_newer_backup_compares_with_the_old_catalogue_goes_on_with_the_history_and_ends_the_rejection(
    old: OldInstallation,
) -> None:
    old.thursday()
    answer = run_toko("sync")
    assert (answer.status, answer.error) == (0, "")
    assert "(2 new, 0 gone, 83 prices changed)" in answer.output
    assert old.served not in {old.catalogue(day) for day in ("minggu", "senin", "selasa", "rabu")}
    assert old.info["backup_name"] == "kamis.i5bu"
    assert datetime.fromisoformat(old.info["backup_time"]) == datetime(2026, 1, 9, 21, tzinfo=WITA)
    made = runs(old.toko)[0].materialised["product_catalog"]
    assert (made["products_new"], made["products_gone"], made["prices_changed"]) == (2, 0, 83)
    assert len(published_files(old.toko)) == 5
    assert old.rejected is None
    history = old.toko.record("price_history")
    assert history["backups"] == 5
    assert datetime.fromisoformat(history["since"]) == datetime(2026, 1, 4, 21, tzinfo=WITA)
    assert (old.info["history_backups"], old.info["history_since"]) == ("5", "2026-01-04T13:00:00+00:00")
    changes = old.toko.query(
        f"""SELECT before, after, seen_from FROM price_changes JOIN products p USING (product_id)
            WHERE kodeitem = '{NOODLES}' AND price_changes.satuan = 'PCS' AND jumlah_sampai = 5 ORDER BY seen_from"""
    )
    days = [datetime(2026, 1, day, 13) for day in (5, 6, 7, 9)]
    prices = [None, 3150, 3650, 36500, 3150]
    assert changes == list(zip(prices, prices[1:], days, strict=False))


def test_a_sync_does_not_publish_the_rejected_backup(old: OldInstallation) -> None:
    answer = run_toko("sync")
    assert answer.status == 1
    assert answer.error.startswith("toko: rabu.i5bu was ")
    assert "by a rollback on 2026-" in answer.error
    assert old.served == old.catalogue("selasa")
    assert old.rejected == "rabu.i5bu"


def test_a_queued_run_of_the_rejected_backup_does_not_publish_it(old: OldInstallation) -> None:
    place, revision = str(old.toko.inbox / "rabu.i5bu"), old.revision("rabu")
    run = old.run("sync", asset_config(raw_backup={"file": place, "revision": revision}))
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert failure(run).startswith("rabu.i5bu was ")
    assert old.served == old.catalogue("selasa")


def test_who_chooses_the_rejected_backup_gets_it(old: OldInstallation) -> None:
    run = old.run("sync_this_backup", {"backup": "rabu.i5bu", "most_products_lost": 0.5})
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert old.info["backup_name"] == "rabu.i5bu"
    assert old.rejected is None


@pytest.mark.parametrize("before", ["minggu", "senin"])
def test_a_rollback_to_each_old_catalogue_works(old: OldInstallation, before: str) -> None:
    run = old.run("rollback_catalog", {"file": old.catalogue(before)})
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert old.served == old.catalogue(before)
    assert old.rejected == "rabu.i5bu"


def test_a_rollback_of_a_new_catalogue_goes_to_the_old_one_that_was_served(old: OldInstallation) -> None:
    old.thursday()
    assert run_toko("sync").status == 0
    assert old.run("rollback_catalog", {}).status == dg.DagsterRunStatus.SUCCESS
    assert old.served == old.catalogue("selasa")
    assert old.rejected == "kamis.i5bu"
    assert "45 products" in run_toko("doctor").output


def test_an_installation_that_was_moved_to_another_path_is_taken_over_too(tmp_path: Path) -> None:
    with old_installation(tmp_path, moved=True) as old:
        assert not Path(old.toko.record("product_catalog")["file"]).exists()
        assert "PCS up to 5 Rp3.650" in run_toko("search", "indomie goreng special").output
        assert run_toko("doctor").status == 0
        old.remove("rusak")
        assert not tick(stored_cursor()).run_requests
        assert run_toko("sync").error.startswith("toko: rabu.i5bu was ")
        old.thursday()
        assert "(2 new, 0 gone, 83 prices changed)" in run_toko("sync").output
        assert old.run("rollback_catalog", {}).status == dg.DagsterRunStatus.SUCCESS
        assert old.served == old.catalogue("selasa")
