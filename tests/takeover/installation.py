"""An installation that the version before has written, unpacked; `make_installation.py` says what happened in it."""

import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData
from dagster._core.scheduler.instigation import SensorInstigatorData

from tests.acceptance.dumps import dumped_at
from tests.acceptance.places import installed, set_time
from tests.code_location import load_defs
from tests.installation import Installation
from tests.takeover.make_installation import ARCHIVE
from tests.takeover.old_version import moment

CHAIN = ["raw_backup", "restored_database", "exported_products", "price_history", "product_catalog"]
THURSDAY = 9
"""Of January 2026: a day after the last backup."""


@dataclass(frozen=True)
class OldRun:
    """A run, as the old version's web interface showed it."""

    id: str
    job: str
    status: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class OldInstallation:
    """What the old version left, and the new one working on it."""

    toko: Installation
    told: Mapping[str, Any]
    """What `make_installation.py` wrote down."""

    @property
    def runs(self) -> list[OldRun]:
        """The newest first, without those of the kill."""
        return [
            OldRun(r["runId"], r["jobName"], r["status"], {tag["key"]: tag["value"] for tag in r["tags"]})
            for r in self.told["runs"]
        ]

    @property
    def cursor(self) -> str:
        """The one that the sensor wrote last."""
        return str(self.told["cursor"])

    @property
    def killed(self) -> Mapping[str, str]:
        """Ids of the two runs of the kill: `started`, `queued`."""
        found: Mapping[str, str] = self.told["killed"]
        return found

    @property
    def served(self) -> str:
        """The name of the catalogue that is served now."""
        assert self.toko.catalog is not None
        return self.toko.catalog.name

    @property
    def info(self) -> dict[str, str]:
        """What that says of itself."""
        return dict(self.toko.query("SELECT key, value FROM catalog_info"))

    @property
    def rejected(self) -> str | None:
        """The name of the backup that a rollback rejected."""
        refusal = self.toko.record("rollback")["refusal"]
        return None if refusal is None else str(refusal["name"])

    def catalogue(self, backup: str) -> str:
        """The name of the file that was published from it."""
        return str(self.told["catalogues"][backup])

    def revision(self, backup: str) -> str:
        return str(self.told["revisions"][backup])

    def thursday(self) -> Path:
        """A newer backup comes: kamis, with the prices of senin."""
        file = shutil.copyfile(self.toko.inbox / "senin.i5bu", self.toko.inbox / "kamis.i5bu")
        dumped_at(file, datetime(2026, 1, THURSDAY, 21))
        return set_time(file, moment(THURSDAY))

    def remove(self, backup: str) -> None:
        """Somebody deletes it from the folder."""
        (self.toko.inbox / f"{backup}.i5bu").unlink()

    def run(self, job: str, config: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dg.DagsterRun:
        """A run with a config as users and queued runs hold it."""
        with dg.DagsterInstance.get() as instance:
            return (
                load_defs()
                .resolve_job_def(job)
                .execute_in_process(instance=instance, run_config=config, tags=tags, raise_on_error=False)
                .dagster_run
            )


@contextmanager
def old_installation(folder: Path, *, killed: bool = False, moved: bool = False) -> Iterator[OldInstallation]:
    """Below this folder, with its `.env`, and the new version's settings for as long as the block lasts.

    `killed`: as it was when the machine was switched off in the middle of two runs. `moved`: by somebody who copied it
    to another path; otherwise its records name the path where it is, as those of an installation do that is upgraded.
    """
    with tarfile.open(ARCHIVE) as archive:
        # Debian 12's Python 3.11.2 has no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        archive.extractall(folder)  # noqa: S202 - our own archive
    told = json.loads((folder / "installation.json").read_text())
    if not moved:
        for record in (folder / "data" / "records").glob("*.json"):
            record.write_text(record.read_text().replace(told["root"], str(folder)))
    if killed:
        shutil.rmtree(folder / "data" / "dagster")
        for room in ("dagster", "runs"):
            shutil.move(folder / "killed" / room, folder / "data" / room)
    with installed(folder) as toko:
        yield OldInstallation(toko, told)


def asset_config(**assets: Mapping[str, Any]) -> dict[str, Any]:
    """The config of the job `sync`, as the Launchpad has it; what the run logs is not printed."""
    return {"ops": {asset: {"config": config} for asset, config in assets.items()}, "loggers": {"console": {}}}


def stored_cursor() -> str | None:
    """That of `new_backup`, in Dagster's instance."""
    with dg.DagsterInstance.get() as instance:
        (state,) = (state for state in instance.all_instigator_state() if state.name == "new_backup")
        assert isinstance(state.instigator_data, SensorInstigatorData)
        return state.instigator_data.cursor


def tick(cursor: str | None) -> SensorExecutionData:
    """One tick of `new_backup`, as Dagster's daemon makes it."""
    defs = load_defs()
    sensor = defs.resolve_sensor_def("new_backup")
    used = {name: value for name, value in (defs.resources or {}).items() if name in sensor.required_resource_keys}
    with (
        dg.DagsterInstance.get() as instance,
        dg.build_sensor_context(instance, cursor, sensor_name=sensor.name, resources=used) as context,
    ):
        return sensor.evaluate_tick(context)


def failure(run: dg.DagsterRun) -> str:
    """Why a run failed."""
    with dg.DagsterInstance.get() as instance:
        (entry,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    assert entry.dagster_event is not None
    data = entry.dagster_event.step_failure_data
    assert data.user_failure_data is not None, data.error
    return str(data.user_failure_data.description)
