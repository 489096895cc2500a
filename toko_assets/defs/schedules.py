"""A sync at fixed times, as a safety net in case the sensor misses a backup."""

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.jobs import sync
from toko_core import SettingError

WHEN_SWITCHED_ON = "0 5 * * *"
"""The time of the schedule without DAILY_SYNC_CRON. The schedule is off then, unless somebody switches it on."""


def daily_sync(settings: Settings) -> dg.ScheduleDefinition:
    """Return the schedule `daily_sync`, in the shop's time zone. Raises SettingError if DAILY_SYNC_CRON is invalid."""
    try:
        return dg.ScheduleDefinition(
            name="daily_sync",
            job=sync,
            cron_schedule=settings.daily_sync_cron or WHEN_SWITCHED_ON,
            execution_timezone=settings.shop_timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING
            if settings.daily_sync_cron
            else dg.DefaultScheduleStatus.STOPPED,
            description="Syncs at the times of DAILY_SYNC_CRON, in addition to new_backup. Off if it is not set.",
        )
    except dg.DagsterInvalidDefinitionError as error:
        raise SettingError(
            f"The setting DAILY_SYNC_CRON is wrong: {settings.daily_sync_cron!r} is not a cron line like 0 5 * * *."
        ) from error
