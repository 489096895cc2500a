"""What an installation's Dagster instance remembers of its runs, read as the web interface reads it."""

from dataclasses import dataclass
from typing import Any

import dagster as dg

from tests.installation import Installation


@dataclass(frozen=True)
class Evaluation:
    asset: str
    name: str
    passed: bool
    blocking: bool
    items: frozenset[str]
    """`kodeitem` of the rows that it shows."""


@dataclass(frozen=True)
class Run:
    id: str
    job: str
    succeeded: bool
    materialised: dict[str, dict[str, Any]]
    """Metadata values by name, of each asset."""
    evaluations: list[Evaluation]

    def failed(self, *, blocking: bool) -> dict[str, frozenset[str]]:
        """Names of the checks that did not pass, with the items concerned."""
        return {e.name: e.items for e in self.evaluations if not e.passed and e.blocking == blocking}


def runs(toko: Installation) -> list[Run]:
    """All runs, the newest first."""
    with dg.DagsterInstance.from_config(str(toko.data / "dagster")) as instance:
        return [_run(instance, record.dagster_run) for record in instance.get_run_records()]


def last_run(toko: Installation) -> Run:
    return runs(toko)[0]


def _run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Run:
    materialised: dict[str, dict[str, Any]] = {}
    evaluations: list[Evaluation] = []
    for entry in instance.all_logs(run.run_id):
        event = entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            made = event.step_materialization_data.materialization
            materialised[made.asset_key.to_user_string()] = {name: v.value for name, v in made.metadata.items()}
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluations.append(_evaluation(event.asset_check_evaluation_data))
    return Run(run.run_id, run.job_name, run.status == dg.DagsterRunStatus.SUCCESS, materialised, evaluations)


def _evaluation(found: Any) -> Evaluation:
    items = {
        str(record.data["kodeitem"])
        for value in found.metadata.values()
        if isinstance(value, dg.TableMetadataValue)
        for record in value.records
        if "kodeitem" in record.data
    }
    return Evaluation(
        asset=found.asset_key.to_user_string(),
        name=found.check_name,
        passed=found.passed,
        blocking=found.severity == dg.AssetCheckSeverity.ERROR,
        items=frozenset(items),
    )
