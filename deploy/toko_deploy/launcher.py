"""Starts a container for each run, and removes the containers of old runs.

What a container is and may comes from `dagster.yaml` and the daemon's environment alone: image, command, user, mounts,
networks, limits. A run's row in Dagster's storage names only the job. Dagster's own launcher takes image, command and
any option of Docker from that row, so that whoever writes to the database becomes root on the server. It also looks at
and stops the container that the row names; this one finds it by its label.

It watches each container, as a killed one cannot report the end of its run.

It overrides methods of Dagster's launcher, which is one reason why `dagster` is pinned to a minor version. It also
keeps the logs of failed runs for a week without letting containers accumulate, and the web interface needs no Docker
socket to stop a run.
"""

import os
from datetime import UTC, datetime, timedelta
from string import Template
from threading import Thread
from typing import Any

import docker  # type: ignore[import-untyped]
from dagster import DagsterRun
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster_docker import DockerRunLauncher
from dagster_docker.container_context import DockerContainerContext
from docker.errors import APIError, DockerException  # type: ignore[import-untyped]
from requests import RequestException

from toko_assets.defs.daemon.watching_launcher import LOG, WatchingLauncher

COMMAND = ("python", "-m", "toko_assets.defs.daemon.run_process")
"""What a container runs, followed by the run's id."""
KEPT = timedelta(days=7)
"""How long the container of a failed run, with its log, is kept after the run."""
MOST_KEPT = 20
"""Containers of failed runs that are kept at most, the newest. The log of each has up to 10 MB."""
NEVER_STARTED = timedelta(hours=1)
"""The age at which a container that was created and never started is removed."""
SHORT_ID = 8
"""The characters of a run's id that the web interface shows."""
RUN_ID = "dagster/run_id"
"""The label of every run container."""


class RunLauncher(WatchingLauncher, DockerRunLauncher):
    """Dagster's launcher without trust in the database. It also removes containers, and stops runs without a socket."""

    def prepare(self) -> None:
        """Watch the containers that an earlier daemon has started."""
        try:
            containers = docker.from_env().containers.list(all=True, filters={"label": RUN_ID}, ignore_removed=True)
        except (DockerException, RequestException) as error:
            LOG.error("Docker does not answer, so no run can be started: %s", error)
            return
        for container in containers:
            self._watch(container)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Remove old containers, then start the new one. Raises ValueError if the environment lacks a volume."""
        sweep(docker.from_env(), datetime.now(UTC))
        run, image = context.dagster_run, os.environ.get("PLATFORM_IMAGE") or self.image
        self._launch_container_with_command(run, image, [*COMMAND, run.run_id])  # type: ignore[no-untyped-call]
        self._watch(self._get_container(run))

    @property
    def supports_resume_run(self) -> bool:
        """False: a sync starts from the beginning."""
        return False

    def get_container_context(self, dagster_run: DagsterRun) -> DockerContainerContext:
        """Return the options of every run container, and its name. Of the run's row only the id counts."""
        volumes = [_expand(volume) for volume in self.container_kwargs.get("volumes", ())]
        name = f"toko-run-{dagster_run.run_id[:SHORT_ID]}"
        return DockerContainerContext(
            self.registry, self.env_vars, self.networks, {**self.container_kwargs, "volumes": volumes, "name": name}
        )

    def terminate(self, run_id: str) -> bool:
        """Stop a run. The web interface has no socket: it sets the status CANCELING, and the run stops itself."""
        try:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        except DockerException:
            return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Return whether a run's container is alive; UNKNOWN in a process that cannot reach Docker."""
        try:
            return super().check_run_worker_health(run)  # type: ignore[no-untyped-call, no-any-return]
        except (DockerException, RequestException) as error:
            return CheckRunHealthResult(WorkerStatus.UNKNOWN, msg=str(error))

    def _watch(self, container: Any) -> None:
        """Wait in a thread for the end of a run's container, then report the run's end if the run has not done so."""
        Thread(target=self._wait, args=(container,), daemon=True).start()

    def _wait(self, container: Any) -> None:
        try:
            exit_code = container.wait(timeout=None)["StatusCode"]
        except (DockerException, RequestException):  # Docker was restarted: Dagster's monitoring asks every 30 seconds
            return
        self.report_end(self._instance, container.labels[RUN_ID], exit_code)

    def _get_container(self, run: DagsterRun) -> Any:
        """Return the run's container, or None. Dagster takes the id from the run's tags."""
        found = docker.from_env().containers.list(all=True, filters={"label": f"{RUN_ID}={run.run_id}"})
        return found[0] if found else None


def _expand(volume: str) -> str:
    """Replace $NAME in a volume by the value in this process's environment."""
    try:
        return Template(volume).substitute(os.environ)
    except KeyError as missing:
        name = missing.args[0]
        raise ValueError(f"Set {name} in the daemon's environment, as docker-compose.yml does: {volume}") from None


def sweep(client: Any, now: datetime) -> list[str]:
    """Remove the containers of runs that succeeded, and of those that failed the old ones. Return their names."""
    states = {"status": ["created", "exited", "dead"]}
    ended = client.containers.list(all=True, filters={"label": RUN_ID, **states}, ignore_removed=True)
    failed = sorted((one for one in ended if _exit_code(one)), key=_finished, reverse=True)
    kept = [one for one in failed if now - _finished(one) < KEPT][:MOST_KEPT]
    kept += [one for one in ended if one.status == "created" and now - _time(one.attrs["Created"]) < NEVER_STARTED]
    removed = []
    for container in ended:
        if container in kept:
            continue
        try:
            container.remove(v=True)
        except APIError:  # another process is removing it
            continue
        removed.append(container.name)
    return removed


def _exit_code(container: Any) -> int:
    return int(container.attrs["State"]["ExitCode"])


def _finished(container: Any) -> datetime:
    return _time(container.attrs["State"]["FinishedAt"])


def _time(written: str) -> datetime:
    return datetime.fromisoformat(written)
