"""The sensor `new_backup` goes on from the cursor that the version before has stored."""

import dagster as dg
import pytest

from tests.takeover.installation import OldInstallation, stored_cursor, tick


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
    assert asked.skip_message == "selasa.i5bu is served."


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
    assert old.info["backup_name"] == "kamis.i5bu"
    after = tick(asked.cursor)
    assert not after.run_requests
    assert after.skip_message == "kamis.i5bu is served."
