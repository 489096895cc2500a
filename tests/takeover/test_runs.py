"""Runs take the config that users and queued runs hold, and the records that the version before has written."""

from collections.abc import Mapping

import dagster as dg
import pytest

from tests.acceptance.places import run_toko
from tests.takeover.installation import OldInstallation, asset_config


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
    assert old.info["backup_name"] == published


def test_a_queued_run_whose_backup_was_replaced_meanwhile_publishes_nothing(
    old: OldInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0.0)
    config = {"file": str(old.thursday()), "revision": "46387-1"}
    run = old.run("sync", asset_config(raw_backup=config))
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert old.served == old.catalogue("selasa")


@pytest.mark.parametrize(("most", "status"), [(0.0, "FAILURE"), (0.5, "SUCCESS")])
def test_the_config_of_product_catalog_says_how_many_products_may_be_lost(
    old: OldInstallation, most: float, status: str
) -> None:
    """selasa has two products less than senin."""
    assert old.run("rollback_catalog", {"file": old.catalogue("senin")}).status == dg.DagsterRunStatus.SUCCESS
    chosen, limit = {"backup": "selasa.i5bu"}, {"most_products_lost": most}
    run = old.run("sync", asset_config(raw_backup=chosen, product_catalog=limit))
    assert run.status.value == status
    assert old.info["backup_name"] == ("selasa.i5bu" if status == "SUCCESS" else "senin.i5bu")
