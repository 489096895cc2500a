"""A shop whose backups come into a folder, and whose runs stay in the queue."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, InstigatorTick, TickStatus

from tests.acceptance.places import installed, set_time
from tests.waiting import wait_until
from toko_assets.cli.dagster_home import prepare_dagster_home
from toko_assets.common.settings import load_settings
from toko_assets.defs.sensors import NEW_BACKUP
from toko_assets.defs.sensors.attempts import REVISION

WORKSPACE = str(Path(__file__).parents[4] / "workspace.yaml")
SECONDS = 180
BEGIN = 1_700_000_000


@dataclass
class Shop:
    """The folder, and what Dagster has recorded."""

    folder: Path
    instance: dg.DagsterInstance
    put_so_far: int = 0

    def put(self) -> str:
        """Rename a file into the folder that is newer than all others, and settled. Returns its revision."""
        self.put_so_far += 1
        part = self.folder / "toko.i5bu.part"
        part.write_bytes(b"no backup")
        set_time(part, BEGIN + self.put_so_far).rename(self.folder / f"{self.put_so_far}.i5bu")
        return f"{len(b'no backup')}-{BEGIN + self.put_so_far}000000000"

    def runs(self, revision: str) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(tags={REVISION: revision})))

    def wait_for_run(self, revision: str) -> dg.DagsterRun:
        """The run of a revision, when it is in the queue or was."""
        wait_until(lambda: any(run.status != dg.DagsterRunStatus.NOT_STARTED for run in self.runs(revision)))
        return self.runs(revision)[0]

    def end_runs(self) -> None:
        """End all runs as a person does, so that the next backup does not wait."""
        for run in self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])):
            self.instance.report_run_canceled(run)

    @property
    def state(self) -> InstigatorState | None:
        """Of the sensor; None before its first tick."""
        states = self.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
        return next((state for state in states if state.instigator_name == NEW_BACKUP), None)

    @property
    def ticks(self) -> list[InstigatorTick]:
        """Those of the sensor that have ended, the newest first."""
        if (state := self.state) is None:
            return []
        ticks = self.instance.get_ticks(state.instigator_origin_id, state.selector_id)
        return [tick for tick in ticks if tick.status != TickStatus.STARTED]

    def switch(self, status: InstigatorStatus) -> None:
        """Stop or start the sensor."""
        assert self.state
        self.instance.update_instigator_state(self.state.with_status(status))


@contextmanager
def running_daemon(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon as a process, with this process's settings. It must end by SIGTERM, and log no traceback."""
    command = [sys.executable, "-m", "toko_assets.defs.daemon", "-w", WORKSPACE]
    with log.open("wb") as output:
        daemon = subprocess.Popen(command, env=os.environ, stdout=output, stderr=output)
    try:
        yield daemon
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(SECONDS) == 0
    finally:
        daemon.kill()
        daemon.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


@contextmanager
def a_shop(folder: Path, *, max_runs: int = 0, **settings: str) -> Iterator[Shop]:
    """A new installation. Its instance launches no runs unless `max_runs` says so."""
    with installed(folder, **settings) as toko:
        prepare_dagster_home(load_settings())
        yaml = toko.data / "dagster" / "dagster.yaml"
        yaml.write_text(yaml.read_text().replace("max_concurrent_runs: 2", f"max_concurrent_runs: {max_runs}"))
        toko.inbox.mkdir()
        with dg.DagsterInstance.get() as instance:
            yield Shop(toko.inbox, instance)
