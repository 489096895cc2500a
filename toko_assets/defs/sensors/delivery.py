"""deliver_messages: sends the owners what Telegram did not take at once."""

import dagster as dg

from toko_assets.common.notifier import OwnerNotifier


def delivery_sensor() -> dg.SensorDefinition:
    """Return the sensor. It is one of its own, so that messages arrive even if new_backup is stopped."""

    @dg.sensor(
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends the owners in Telegram what could not be sent at once, every 30 seconds, the oldest message "
        "first. A message that waits for a week is dropped.",
    )
    def deliver_messages(notifier: dg.ResourceParam[OwnerNotifier]) -> dg.SkipReason:
        """One tick. Problems are the skip reason, because each tick with a log leaves a file in DAGSTER_HOME."""
        problems: list[str] = []
        notifier.deliver(problems.append)
        return dg.SkipReason(f"{_count(notifier.waiting)} {'; '.join(problems)}".strip())

    return deliver_messages


def _count(waiting: int) -> str:
    if not waiting:
        return "No message waits."
    return "1 message waits." if waiting == 1 else f"{waiting} messages wait."
