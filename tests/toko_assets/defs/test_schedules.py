"""The schedule `daily_sync`: only with DAILY_SYNC_CRON, in the shop's time zone."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from tests.acceptance.places import installed
from tests.code_location import load_defs
from toko_assets.common.settings import Settings
from toko_assets.defs.schedules import daily_sync
from toko_core import SettingError


def the_schedule() -> dg.ScheduleDefinition:
    return load_defs().resolve_schedule_def("daily_sync")


def test_without_the_setting_the_schedule_is_off(tmp_path: Path) -> None:
    with installed(tmp_path, DAILY_SYNC_CRON=""):
        assert the_schedule().default_status == dg.DefaultScheduleStatus.STOPPED


def test_with_the_setting_it_is_on_in_the_shops_zone(tmp_path: Path) -> None:
    with installed(tmp_path, DAILY_SYNC_CRON="30 21 * * 1-6", SHOP_TIMEZONE="Asia/Jayapura"):
        schedule = the_schedule()
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 21 * * 1-6", "Asia/Jayapura")


def test_each_time_it_asks_for_one_sync_of_the_newest_backup(tmp_path: Path) -> None:
    with installed(tmp_path, DAILY_SYNC_CRON="0 5 * * *"), dg.DagsterInstance.ephemeral() as instance:
        due = datetime(2026, 3, 1, 22, tzinfo=UTC)
        context = dg.build_schedule_context(instance, due, repository_def=None)
        (request,) = the_schedule().evaluate_tick(context).run_requests or []
        assert the_schedule().job_name == "sync"
        assert not request.run_config


@pytest.mark.parametrize("wrong", ["jam 5", "0 5 * *", "0 5 * * * *", "0 25 * * *", "0 0 30 2 *", "\n"])
def test_what_is_no_cron_line_is_one_line_that_names_the_setting(wrong: str) -> None:
    with pytest.raises(SettingError) as error:
        daily_sync(Settings(daily_sync_cron=wrong))
    (line,) = str(error.value).splitlines()
    assert line == f"The setting DAILY_SYNC_CRON is wrong: {wrong!r} is not a cron line like 0 5 * * *."


def test_the_code_location_is_not_loaded_with_a_wrong_one(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="DAILY_SYNC_CRON"), installed(tmp_path, DAILY_SYNC_CRON="jam 5"):
        load_defs()
        pytest.fail("It was loaded.")
