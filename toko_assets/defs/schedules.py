"""The safety net: a sync at fixed times, for what the sensor may have missed."""

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.jobs import sync
from toko_core.errors import SettingError

WHEN_SWITCHED_ON = "0 5 * * *"
"""Without DAILY_SYNC_CRON the schedule is off, and has this time if somebody switches it on."""


def daily_sync(settings: Settings) -> dg.ScheduleDefinition:
    """The schedule `daily_sync`, in the shop's time zone. Raises SettingError if DAILY_SYNC_CRON is no cron line."""
    try:
        return dg.ScheduleDefinition(
            name="daily_sync",
            job=sync,
            cron_schedule=settings.daily_sync_cron or WHEN_SWITCHED_ON,
            execution_timezone=settings.shop_timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING
            if settings.daily_sync_cron
            else dg.DefaultScheduleStatus.STOPPED,
            description="A sync at the times of DAILY_SYNC_CRON, besides those of new_backup. Off without it.",
        )
    except dg.DagsterInvalidDefinitionError as error:
        raise SettingError(
            f"The setting DAILY_SYNC_CRON is wrong: {settings.daily_sync_cron!r} is no cron line, like 0 5 * * *."
        ) from error
