"""Starts a container for each run, and removes the containers of old runs.

It overrides two public methods of Dagster's launcher. The benefits: containers of finished runs keep their logs for a
week and do not accumulate, and the web interface needs no Docker socket to stop a run.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import docker  # type: ignore[import-untyped]
from dagster._core.launcher import LaunchRunContext
from dagster_docker import DockerRunLauncher
from docker.errors import APIError, DockerException  # type: ignore[import-untyped]

KEPT = timedelta(days=7)
"""How long a run's container, with its log, is kept after the run."""
RUN_ID = "dagster/run_id"
"""The label of every run container."""


class RunLauncher(DockerRunLauncher):
    """Extends Dagster's launcher, which does not remove containers and cannot stop a run without a Docker socket."""

    def launch_run(self, context: LaunchRunContext) -> None:
        """Remove old containers, then start the new one."""
        sweep(docker.from_env(), datetime.now(UTC))
        super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """Stop a run. The web interface has no socket: it sets the status CANCELING, and the run stops itself."""
        try:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        except DockerException:
            return True


def sweep(client: Any, now: datetime) -> list[str]:
    """Remove the containers of runs that ended more than a week ago. Return their names."""
    removed = []
    for container in client.containers.list(all=True, filters={"label": RUN_ID, "status": ["exited", "dead"]}):
        if now - datetime.fromisoformat(container.attrs["State"]["FinishedAt"]) < KEPT:
            continue
        try:
            container.remove(v=True)
        except APIError:  # another process is removing it
            continue
        removed.append(container.name)
    return removed
