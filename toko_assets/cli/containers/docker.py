"""Asks the `docker` command: which Docker it reaches, and which containers of ours there are."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = "toko"
"""The name in docker-compose.yml."""
SOCKET = "/var/run/docker.sock"
"""The default of DOCKER_SOCKET, which docker-compose.yml mounts into the daemon."""
DATABASE_VOLUME = "toko_postgres"
VOLUMES = (DATABASE_VOLUME, "toko_data", "toko_catalog", "toko_state", "toko_inbox", "toko_certificates")
NETWORKS = ("toko_platform", "toko_runs", "toko_bot", "toko_web")
LABEL = "com.docker.compose."
OLDEST_COMPOSE = (2, 20)
SECONDS = 60
NO_RIGHT = "permission denied"


class DockerError(Exception):
    """Docker cannot be used. One line that says what to do."""


class Docker(NamedTuple):
    """The Docker that the command reaches."""

    root: str
    """The folder of its images and volumes."""
    is_local: bool
    """Whether its paths, ports and groups are those of this machine."""
    maps_groups: bool
    """Whether group 0 of a container owns the socket, as with Docker Desktop and without root."""
    has_images: bool
    """Whether our images are built already."""

    def group(self, socket: str) -> str:
        """Return the number that DOCKER_GID must have for this socket; empty if the socket is another machine's.

        Raises OSError if there is no such socket.
        """
        if self.maps_groups:
            return "0"
        return str(Path(socket).stat().st_gid) if self.is_local else ""


class Container(NamedTuple):
    """A container that Compose made."""

    name: str
    project: str
    folder: str
    """Where its docker-compose.yml was."""
    environment: dict[str, str]
    ports: frozenset[int]
    """Of this machine."""
    is_ours: bool
    """Whether it uses one of our volumes or networks."""
    is_running: bool
    is_healthy: bool


def run_docker(*arguments: str, seconds: float = SECONDS) -> str:
    """Return what `docker ARGUMENTS…` prints. Raises DockerError, also if it takes longer than `seconds`."""
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=seconds, check=False)
    except FileNotFoundError:
        raise DockerError("Docker is not installed: docs/deployment.md says how.") from None
    except subprocess.TimeoutExpired:
        raise DockerError(f"Docker did not answer within {seconds:g} seconds: sudo systemctl restart docker") from None
    if done.returncode != 0:
        raise DockerError(_explain(done.stderr))
    return done.stdout


def _explain(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if line] or ["no message"]
    lowered = said.lower()
    if NO_RIGHT in lowered:
        return "You may not use Docker: sudo usermod -aG docker $USER, then log out and in; or run this as root."
    if "cannot connect" in lowered or "error during connect" in lowered or "failed to connect" in lowered:
        return "Docker is not running: sudo systemctl start docker (Docker Desktop: start it)."
    return f"Docker says: {lines[-1]}"


def find_docker() -> Docker:
    """Ask for the Docker that the command reaches. Raises DockerError if it cannot be used, or has no Compose v2."""
    info: dict[str, Any] = json.loads(run_docker("info", "--format", "{{json .}}"))
    if info.get("ServerErrors"):  # some versions exit with status 0
        raise DockerError(_explain(" ".join(info["ServerErrors"])))
    _check_compose()
    host = os.environ.get("DOCKER_HOST") or run_docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    desktop = "Docker Desktop" in info.get("OperatingSystem", "")
    images = run_docker("image", "ls", "-q", "toko-platform")
    return Docker(
        root=info.get("DockerRootDir", ""),
        is_local=host.strip().startswith("unix://"),
        maps_groups=desktop or any("rootless" in option for option in info.get("SecurityOptions") or ()),
        has_images=bool(images.strip()),
    )


def _check_compose() -> None:
    needed = ".".join(map(str, OLDEST_COMPOSE))
    try:
        version = run_docker("compose", "version", "--short").strip().lstrip("v")
    except DockerError:
        raise DockerError(
            f"Docker has no Compose v2, and docker-compose 1.29 is too old: install {needed} or newer "
            "(docs/deployment.md)."
        ) from None
    if tuple(int(part) for part in version.split("-")[0].split("+")[0].split(".")[:2]) < OLDEST_COMPOSE:
        raise DockerError(f"Docker Compose {version} is too old: install {needed} or newer (docs/deployment.md).")


def find_volumes() -> set[str]:
    """Return the names of our volumes that exist: those of an installation. Raises DockerError."""
    return set(VOLUMES) & set(run_docker("volume", "ls", "--quiet").split())


def find_containers() -> list[Container]:
    """Return all containers that Compose made, of any project. Raises DockerError."""
    ids = run_docker("ps", "--all", "--quiet", "--filter", f"label={LABEL}project").split()
    return [_container(found) for found in json.loads(run_docker("inspect", *ids))] if ids else []


def _container(found: dict[str, Any]) -> Container:
    labels, host = found["Config"]["Labels"] or {}, found["HostConfig"]
    volumes = {mount.get("Name") for mount in found.get("Mounts") or ()}
    networks = set(found["NetworkSettings"].get("Networks") or ())
    bindings = [binding for bound in (host.get("PortBindings") or {}).values() for binding in bound or ()]
    return Container(
        name=found["Name"].lstrip("/"),
        project=labels[f"{LABEL}project"],
        folder=labels.get(f"{LABEL}project.working_dir", ""),
        environment=dict(variable.partition("=")[::2] for variable in found["Config"]["Env"] or ()),
        ports=frozenset(int(binding["HostPort"]) for binding in bindings if binding.get("HostPort")),
        is_ours=not volumes.isdisjoint(VOLUMES) or not networks.isdisjoint(NETWORKS),
        is_running=bool(found["State"]["Running"]),
        is_healthy=found["State"].get("Health", {}).get("Status") == "healthy",
    )
