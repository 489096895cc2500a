"""Takes over an installation that was started from another folder, when the project was named after the folder.

Its containers are removed, for the same volumes to be used by new ones. Volumes are never removed.
"""

from __future__ import annotations

from collections.abc import Callable

from toko_assets.cli.containers.docker import NETWORKS, PROJECT, DockerError, find_containers, run_docker

DATABASE = "toko-postgres"
"""The name of its container in docker-compose.yml."""
GRACE_SECONDS = 60
"""PostgreSQL's stop_grace_period."""
MOST_SECONDS = 600


def take_over(say: Callable[[str], object]) -> None:
    """Remove the containers of our volumes and networks that belong to another project. Raises DockerError."""
    containers = [container for container in find_containers() if container.is_ours]
    others = [container for container in containers if container.project != PROJECT]
    if not others:
        return
    waiting = (PROJECT, DATABASE, False)
    if any((one.project, one.name, one.is_healthy) == waiting for one in containers):
        run_docker("rm", "--force", DATABASE)  # it waits for its volume, and Compose would not wait for it
    places = ", ".join(sorted({container.folder or container.project for container in others}))
    say(f"Taking over the installation of {places}: its volumes stay, its {len(others)} containers are replaced.")
    names = [container.name for container in others]
    run_docker("stop", "-t", str(GRACE_SECONDS), *names, seconds=MOST_SECONDS)
    run_docker("rm", *names)
    for network in NETWORKS:
        try:
            run_docker("network", "rm", network)
        except DockerError:  # a run is still in it, or it is not there
            continue
