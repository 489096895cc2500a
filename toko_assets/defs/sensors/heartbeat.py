"""report_syncs: requests HEARTBEAT_URL after each sync that succeeded, also if it published nothing new."""

import dagster as dg

from toko_assets.common.settings import Settings
from toko_assets.defs.jobs import rebuild_catalog
from toko_assets.publishing.heartbeat import SyncHeartbeat


def heartbeat_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor, which is off without HEARTBEAT_URL. Runs, which read untrusted backups, do not get it."""
    heartbeat = SyncHeartbeat(settings)

    @dg.sensor(
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING if heartbeat.is_set_up else dg.DefaultSensorStatus.STOPPED,
        description="Requests HEARTBEAT_URL once for each sync that succeeded, so that a dead-man's switch notices if "
        "there is none any more. Repeats a request that fails every 30 seconds, for a day.",
    )
    def report_syncs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """One tick. Of several failures the first is logged: each tick with a log leaves a file in DAGSTER_HOME."""
        before = heartbeat.problem
        try:
            count = report_successes(heartbeat, context.instance)
        except OSError as error:
            return dg.SkipReason(f"HEARTBEAT_URL is not requested: {error}")
        if not heartbeat.problem:
            return dg.SkipReason(
                f"{count} {'sync' if count == 1 else 'syncs'} reported." if count else "None to report."
            )
        if not before:
            context.log.warning(heartbeat.problem)
        return dg.SkipReason(f"{heartbeat.problem} It is requested again in 30 s.")

    return report_syncs


def report_successes(heartbeat: SyncHeartbeat, instance: dg.DagsterInstance) -> int:
    """Report the syncs that succeeded and are not reported yet. Return how many were reported."""
    runs = heartbeat.unreported() if heartbeat.is_set_up else []
    if not runs:
        return 0
    successes = dg.RunsFilter(run_ids=runs, statuses=[dg.DagsterRunStatus.SUCCESS])
    found = {run.run_id for run in instance.get_runs(successes) if run.job_name != rebuild_catalog.name}
    return heartbeat.report(run for run in runs if run in found)
