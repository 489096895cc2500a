"""The report's section of Dagster's last runs, with their failed checks, and of the sensors' last ticks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from toko_assets.cli.report.given import Given

if TYPE_CHECKING:
    import dagster as dg

RUNS = 20


def describe_runs(given: Given) -> Iterator[str]:
    """Yield a line for each run, each check that did not pass, each failed step, and each sensor."""
    home = given.dagster_home
    if not (home / "dagster.yaml").is_file():
        yield f"There is no dagster.yaml in {home}: nothing has run yet, or DAGSTER_HOME is another folder."
        return
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        records = instance.get_run_records(limit=RUNS)
        yield f"{instance.get_runs_count():,} runs, the newest first:"
        for record in records:
            yield from _run(instance, record)
        yield from _sensors(instance)


def _run(instance: "dg.DagsterInstance", record: "dg.RunRecord") -> Iterator[str]:
    from toko_assets.defs.failures import asset_failure

    run, begun, ended = record.dagster_run, record.start_time, record.end_time
    took = f", {ended - begun:.1f} s" if begun and ended else ""
    yield f"{run.run_id[:8]} {run.job_name} {run.status.value}, {record.create_timestamp:%Y-%m-%d %H:%M} UTC{took}"
    yield from _checks(instance, run.run_id)
    if failure := asset_failure(instance, run.run_id):
        yield f"  failed: {failure.asset}: {failure.said}"


def _checks(instance: "dg.DagsterInstance", run_id: str) -> Iterator[str]:
    """Yield the checks that did not pass: their counts, and none of the rows."""
    import dagster as dg

    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        if entry.dagster_event is None or (found := entry.dagster_event.asset_check_evaluation_data).passed:
            continue
        figures = [f"{name} {found.metadata[name].value}" for name in ("count", "limit") if name in found.metadata]
        yield f"  check {found.check_name} did not pass ({found.severity.value}): {', '.join(figures)}"


def _sensors(instance: "dg.DagsterInstance") -> Iterator[str]:
    for beat in instance.get_daemon_heartbeats().values():
        yield f"Daemon {beat.daemon_type}: {datetime.fromtimestamp(beat.timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC"
    for state in instance.all_instigator_state():
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1):
            said = tick.error.message if tick.error else tick.skip_reason or ""
            time = datetime.fromtimestamp(tick.timestamp, UTC)
            yield f"{state.name} {state.status.value}: {tick.status.value} at {time:%Y-%m-%d %H:%M:%S} UTC: {said}"
