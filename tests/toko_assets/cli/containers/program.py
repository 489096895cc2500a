"""A command `docker` that answers as much as our checks ask. With a real Docker: tests/deploy."""

from dataclasses import dataclass
from pathlib import Path

SCRIPT = """#!/bin/sh
[ -z "$SAYS" ] || { echo "$SAYS" >&2; exit 1; }
case "$1 $2" in
  "info "*) echo '{"DockerRootDir": "'"$DOCKER_ROOT"'", "OperatingSystem": "'"$SYSTEM"'", "SecurityOptions": []}' ;;
  "compose version") echo "$COMPOSE" ;;
  "context inspect") echo unix:///var/run/docker.sock ;;
  "inspect "*) cat containers.json ;;
  "ps "*) [ ! -e containers.json ] || echo 0 ;;
  "volume ls") printf '%s\\n' $VOLUMES other ;;
esac
"""
CONTAINER = """[{"Name": "/blog-web-1", "State": {"Running": true}, "Mounts": [], "Config": {
  "Labels": {"com.docker.compose.project": "%s", "com.docker.compose.project.working_dir": "/srv/first"},
  "Env": ["DB_PASSWORD=%s"]},
 "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "%s"}]}},
 "NetworkSettings": {"Networks": {"%s": {}}}}]"""
"""As `docker inspect` describes a container, in containers.json: project, DB_PASSWORD, port, network."""


@dataclass(frozen=True)
class DockerProgram:
    """Where it is, and what it reads from the environment."""

    socket: Path
    environment: dict[str, str]


def docker_program(folder: Path) -> DockerProgram:
    """Write a `docker` that works, below a folder that is also the folder of its images."""
    program, socket = folder / "bin/docker", folder / "docker.sock"
    program.parent.mkdir()
    program.write_text(SCRIPT)
    program.chmod(0o755)
    socket.touch()
    return DockerProgram(
        socket,
        {"PATH": f"{program.parent}:/usr/bin:/bin", "DOCKER_ROOT": str(folder), "SYSTEM": "Debian",
         "COMPOSE": "2.26.1-4", "VOLUMES": "", "SAYS": ""},
    )  # fmt: skip
