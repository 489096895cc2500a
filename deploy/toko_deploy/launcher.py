"""A container for each run; those that ended long ago are removed.

It overrides two public methods of Dagster's launcher. What it gains: containers of ended runs do not pile up, but keep
their logs for a week, and the web interface needs no Docker socket to end a run.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import docker  # type: ignore[import-untyped]
from dagster._core.launcher import LaunchRunContext
from dagster_docker import DockerRunLauncher
from docker.errors import APIError, DockerException  # type: ignore[import-untyped]

KEPT = timedelta(days=7)
"""The log of a run can be read for so long after its end."""
RUN_ID = "dagster/run_id"
"""Label of every run container."""


class RunLauncher(DockerRunLauncher):
    """Dagster's, which neither removes containers nor can end a run without a Docker socket."""

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the container, after removing old ones."""
        sweep(docker.from_env(), datetime.now(UTC))
        super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """In the web interface, which has no socket: mark the run as being cancelled, which it sees by itself."""
        try:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        except DockerException:
            return True


def sweep(client: Any, now: datetime) -> list[str]:
    """Remove the containers of runs that ended more than a week ago; answers their names."""
    removed = []
    for container in client.containers.list(all=True, filters={"label": RUN_ID, "status": ["exited", "dead"]}):
        if now - datetime.fromisoformat(container.attrs["State"]["FinishedAt"]) < KEPT:
            continue
        try:
            container.remove(v=True)
        except APIError:  # somebody else removes it
            continue
        removed.append(container.name)
    return removed
