"""What Docker says of this machine, over its socket: the command line of Docker is not needed.

It is the socket that docker-compose.yml mounts into the daemon, so what is found here holds for `make up` as well.
"""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

SOCKET = "/var/run/docker.sock"
ANSWER_SECONDS = 10.0
DATABASE_VOLUME = "toko_postgres"
VOLUMES = (DATABASE_VOLUME, "toko_data")
"""The volumes of docker-compose.yml that hold what cannot be made again."""


@dataclass(frozen=True, slots=True)
class Docker:
    """A Docker that answers."""

    group: int
    """The id of the group that may use it, for DOCKER_GID."""
    root: Path
    """The folder of its images and volumes."""
    volumes: tuple[str, ...]
    """Which of VOLUMES exist: those of an earlier or a running installation."""
    running: tuple[str, ...]
    """The names of the running containers that use them."""


class NoDockerError(Exception):
    """Docker cannot be used. The message is one line that says why, and what to do."""


def find_docker(path: str) -> Docker:
    """Ask the Docker of this socket. Raises NoDockerError."""
    try:
        group = Path(path).stat().st_gid
        info = _get(path, "/info")
        volumes = tuple(name for name in VOLUMES if _get(path, f"/volumes/{name}"))
        used = quote(json.dumps({"volume": list(volumes), "status": ["running"]}))
        containers = _get(path, f"/containers/json?filters={used}") if volumes else []
        running = tuple(sorted(str(one["Names"][0]).lstrip("/") for one in containers))
    except PermissionError:
        raise NoDockerError(f"this user may not use {path}: run this as root, or join its group.") from None
    except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
        raise NoDockerError(f"no Docker answers at {path} ({error}): is it started?") from None
    # In the machine of Docker Desktop, and in the user's namespace of a Docker without root, the socket is group 0's.
    is_mapped = info.get("OperatingSystem") == "Docker Desktop" or any(
        "rootless" in option for option in info.get("SecurityOptions") or ()
    )
    return Docker(0 if is_mapped else group, Path(info.get("DockerRootDir") or "/"), volumes, running)


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _get(path: str, resource: str) -> Any:
    """Return what Docker answers; None if there is no such thing. Raises OSError, HTTPException and ValueError."""
    connection = _SocketConnection(path)
    try:
        connection.request("GET", resource)
        answer = connection.getresponse()
        content = json.loads(answer.read() or b"null")
    finally:
        connection.close()
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise ValueError(f"status {answer.status}")
    return content
