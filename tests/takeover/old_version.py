"""The version before, at work: its `toko` command and its `toko dev`, from a checkout of it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.places import set_time
from tests.waiting import wait_until
from tests.web_interface import WebInterface, web_interface

SECONDS = 120
NEW_YEAR = 1_767_225_600
"""1 January 2026, UTC, in seconds since 1970. Times of backups are whole seconds: no archive rounds them."""
DAYS = {"minggu": 4, "senin": 5, "selasa": 6, "rabu": 7, "rusak": 8}
"""Of January, when each backup came."""

STATE = """{
  runsOrError { ... on Runs { results { runId jobName status tags { key value } } } }
  sensorOrError(sensorSelector: {
    repositoryLocationName: "toko", repositoryName: "__repository__", sensorName: "new_backup"
  }) { ... on Sensor { sensorState { ticks(limit: 1) { timestamp status skipReason cursor } } } }
}"""
LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
} }"""


@dataclass
class OldVersion:
    """The installation while it is made."""

    root: Path
    old: Path
    """A checkout of the version before."""
    backups: Path
    """Where they wait until their day."""

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def programs(self) -> Path:
        """Where `toko` and `python` are, as the installation sees it: a path that is gone when it is unpacked."""
        return self.root.parent / ".venv" / "bin"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.old), "DAGSTER_HOME": str(self.data / "dagster")}

    def toko(self, *args: str | Path) -> None:
        """The old version's command."""
        subprocess.run([self.programs / "toko", *args], env=self.environment, cwd=self.root, check=True)

    def arrive(self, name: str) -> None:
        """The day's backup comes into the folder."""
        file = shutil.copyfile(self.backups / f"{name}.i5bu", self.data / "inbox" / f"{name}.i5bu")
        set_time(file, moment(DAYS[name]))

    def revision(self, name: str) -> str:
        """Of the day's backup, as the folder lists it."""
        file = self.data / "inbox" / f"{name}.i5bu"
        return f"{file.stat().st_size}-{moment(DAYS[name])}000000000"

    @contextmanager
    def dagster(self) -> Iterator["Dagster"]:
        """The old version's `toko dev`."""
        log = self.backups / "dagster.log"
        with chdir(self.root), web_interface(self.data, log, PYTHONPATH=str(self.old)) as web:
            yield Dagster(web, log)


@dataclass
class Dagster:
    web: WebInterface
    log: Path

    @property
    def state(self) -> dict[str, Any]:
        return self.web.ask(STATE)

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The newest first."""
        runs: list[dict[str, Any]] = self.state["runsOrError"]["results"]
        return runs

    def tick(self) -> dict[str, Any]:
        """The sensor's last one; nothing before the first."""
        ticks: list[dict[str, Any]] = self.state["sensorOrError"]["sensorState"]["ticks"]
        return next(iter(ticks), {"skipReason": None, "cursor": None, "timestamp": 0})

    def wait(self, done: Callable[[], bool]) -> None:
        wait_until(done, SECONDS, self.log)

    def wait_for_skip(self, reason: str) -> None:
        self.wait(lambda: reason in (self.tick()["skipReason"] or ""))

    def wait_for_run(self, revision: str, status: str) -> None:
        """The sensor asks for this revision, and its run gets there."""
        self.wait(
            lambda: any({"key": "toko/revision", "value": revision} in run["tags"] and run["status"] == status
                        for run in self.runs)
        )  # fmt: skip

    def launch(self, job: str, config: Mapping[str, Any]) -> str:
        """As the Launchpad does."""
        selector = {"repositoryLocationName": "toko", "repositoryName": "__repository__", "jobName": job}
        params = {"selector": selector, "runConfigData": json.dumps(config)}
        answer = self.web.ask(LAUNCH, params=params)["launchRun"]
        return str(answer["run"]["runId"])

    def wait_until_over(self, run: str, status: str) -> None:
        self.wait(lambda: any(r["runId"] == run and r["status"] == status for r in self.runs))


def moment(day: int) -> int:
    """When the file of a day's backup was written: 22:00 in the shop."""
    return NEW_YEAR + (day - 1) * 86_400 + 14 * 3_600
