"""Finds what would keep the containers from starting or from working, before anything is changed."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from toko_assets.cli.containers.docker import (
    PROJECT,
    SOCKET,
    Container,
    Docker,
    DockerError,
    find_containers,
    find_docker,
)
from toko_assets.cli.containers.env_file import read_env_file, repeated_names

SECRETS = ("DB_PASSWORD", "POSTGRES_PASSWORD")
PROFILES = ("tls", "webhook")
PORTS = {
    "WEB_PORT": (3000, "127.0.0.1"),
    "CATALOG_PORT": (8000, "127.0.0.1"),
    "HTTP_PORT": (80, ""),
    "HTTPS_PORT": (443, ""),
}
"""The default and the address of each port of this machine."""
PEOPLE = ("OWNER_USERS", "ALLOWED_USERS")
PAGE = "toko-web"
"""The name of the container of the catalogue's pages in docker-compose.yml."""
HTTPS = "443"
USER = 10001
"""The user, and the group, of the containers that read backups."""
GB = 1_000_000_000
FIRST_GB, NEXT_GB = 4, 1
"""Free disk space that the first start needs, and each later one. Images and the cache of their build take 2.6 GB."""


class Problem(NamedTuple):
    """One line that says what to do."""

    line: str
    is_warning: bool = False
    """Whether the containers start all the same."""


def find_problems(folder: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Problem]:
    """Yield the problems of the installation in `folder`: first of its `.env`, then of Docker and this machine."""
    file = folder / ".env"
    if not file.is_file():
        yield Problem(f"There is no .env in {folder}: cp .env.example .env && chmod 600 .env")
        return
    try:
        text = file.read_text(encoding="utf-8-sig")  # Windows' editor writes a mark before the first name
    except (OSError, UnicodeDecodeError) as error:
        yield Problem(f"{file} cannot be read ({error}): it must be your own, and UTF-8 text.")
        return
    in_file = read_env_file(text)
    settings = {**in_file, **{name: value for name, value in environment.items() if value or name not in in_file}}
    yield from (Problem(line) for line in repeated_names(text))
    yield from _check_passwords(settings)
    yield from _check_project(settings)
    try:
        docker = find_docker()
        containers = find_containers()
    except DockerError as error:
        yield from _check_backup_folder(folder, settings, is_local=False)
        yield Problem(str(error))
        return
    yield from _check_backup_folder(folder, settings, is_local=docker.is_local)
    yield from _check_group(settings, docker)
    yield from _check_running(settings, folder, containers)
    yield from _check_people(settings, containers)
    if docker.is_local:
        yield from _check_ports(settings, containers)
        yield from _check_disk(docker)


def _check_passwords(settings: Mapping[str, str]) -> Iterator[Problem]:
    for name in SECRETS:
        if not settings.get(name):
            yield Problem(f"{name} is empty: set it in .env (openssl rand -hex 24).")
    if settings.get(SECRETS[0]) and settings.get(SECRETS[0]) == settings.get(SECRETS[1]):
        yield Problem(
            f"{SECRETS[0]} and {SECRETS[1]} are the same: every container would know the superuser's password.",
            is_warning=True,
        )


def _check_project(settings: Mapping[str, str]) -> Iterator[Problem]:
    """Check what decides which containers there are: the project's name, its profiles, the number of bots."""
    if settings.get("COMPOSE_PROJECT_NAME", PROJECT) not in ("", PROJECT):
        yield Problem(f"COMPOSE_PROJECT_NAME is set, and the project is always named {PROJECT}: remove it.")
    profiles = [name.strip() for name in settings.get("COMPOSE_PROFILES", "").split(",") if name.strip()]
    for name in profiles:
        if name not in (*PROFILES, "*"):
            yield Problem(
                f"COMPOSE_PROFILES has {name!r}, and the profiles are {' and '.join(PROFILES)}: correct .env."
            )
    port, site = settings.get("HTTPS_PORT") or HTTPS, settings.get("SITE_ADDRESS") or "localhost"
    if profiles and port != HTTPS and site != "localhost" and not settings.get("CATALOG_URL"):
        yield Problem(
            f"HTTPS_PORT is {port}: set CATALOG_URL=https://{site}:{port}, where people reach the catalogue's pages. "
            "Without it, links to them have no port.",
            is_warning=True,
        )
    replicas = settings.get("BOT_REPLICAS") or "1"
    if not replicas.isdigit() or int(replicas) < 1:
        yield Problem(f"BOT_REPLICAS is {replicas!r}: it must be a number of bots, 1 or more.")
    elif int(replicas) > 1 and not settings.get("WEBHOOK_URL"):
        yield Problem(
            f"BOT_REPLICAS is {replicas}, and only one bot can poll Telegram: set WEBHOOK_URL and "
            "COMPOSE_PROFILES=webhook (docs/deployment.md), or BOT_REPLICAS=1."
        )


def _check_backup_folder(folder: Path, settings: Mapping[str, str], *, is_local: bool) -> Iterator[Problem]:
    given = settings.get("BACKUP_FOLDER")
    if not given:
        return  # the volume toko_inbox
    place = Path(given)
    if not place.is_absolute():
        full = Path(os.path.normpath(folder / os.path.expanduser(given)))  # noqa: PTH111, which raises
        yield Problem(f"BACKUP_FOLDER is {given!r}, and containers need a full path: set BACKUP_FOLDER={full}")
    elif ":" in given:
        yield Problem(f"BACKUP_FOLDER is {given!r}, and Docker takes no path with a colon: rename the folder.")
    elif is_local and not place.is_dir():
        yield Problem(f"BACKUP_FOLDER is {given!r}, and there is no such folder: create it, or correct .env.")
    elif is_local and not _containers_may_read(place.stat()):
        yield Problem(f"User {USER} of the containers may not read {given}: chmod o+rx {given}", is_warning=True)


def _containers_may_read(found: os.stat_result) -> bool:
    if found.st_uid == USER:
        needed = stat.S_IRUSR | stat.S_IXUSR
    elif found.st_gid == USER:
        needed = stat.S_IRGRP | stat.S_IXGRP
    else:
        needed = stat.S_IROTH | stat.S_IXOTH
    return found.st_mode & needed == needed


def _check_group(settings: Mapping[str, str], docker: Docker) -> Iterator[Problem]:
    place, given = settings.get("DOCKER_SOCKET") or SOCKET, settings.get("DOCKER_GID", "")
    try:
        is_proxied = place == os.devnull and not docker.maps_groups  # docs/deployment.md
        wanted = "" if is_proxied else docker.group(place)
    except OSError as error:
        yield Problem(f"DOCKER_SOCKET is {place}, which cannot be used ({error.strerror}): correct .env.")
        return
    if not given:
        yield Problem(f"DOCKER_GID is empty: set DOCKER_GID={wanted or '0'} in .env, the group of the Docker socket.")
    elif not given.isdigit() or (wanted and given != wanted):
        yield Problem(f"DOCKER_GID is {given}, and the group of the Docker socket is {wanted}: set DOCKER_GID={wanted}")


def _check_running(settings: Mapping[str, str], folder: Path, containers: Sequence[Container]) -> Iterator[Problem]:
    """Check that `.env` has the passwords of the installation that runs. Its volume keeps them.

    Compose replaces what follows a dollar sign or a backslash, so passwords with one are not compared.
    """
    plain = [name for name in SECRETS if not set("$\\") & set(settings.get(name, ""))]
    for container in containers:
        if not (container.is_ours and container.is_running):
            continue
        other = [name for name in plain if container.environment.get(name, settings.get(name)) != settings.get(name)]
        if other and Path(container.folder or folder) != folder:
            yield Problem(
                f"The installation that runs has another {other[0]}: cp {container.folder}/.env {folder}/.env"
            )
            return


def _check_people(settings: Mapping[str, str], containers: Sequence[Container]) -> Iterator[Problem]:
    """Check that somebody has access, or the pages do not start.

    Pages that run without people in their environment have some in the state database.
    """
    running = [one for one in containers if one.name == PAGE and one.is_healthy]
    if _has_people(settings) or any(not _has_people(one.environment) for one in running):
        return
    yield Problem(
        "OWNER_USERS is empty: while nobody has access, the catalogue's pages do not start. Put the owner's Telegram "
        "id there, or run: docker compose exec code toko people add ID --role owner",
        is_warning=True,
    )


def _has_people(settings: Mapping[str, str]) -> bool:
    return any(settings.get(name) for name in PEOPLE)


def _check_ports(settings: Mapping[str, str], containers: Sequence[Container]) -> Iterator[Problem]:
    profiles = settings.get("COMPOSE_PROFILES", "")
    wanted = ["WEB_PORT", "CATALOG_PORT", *(("HTTP_PORT", "HTTPS_PORT") if profiles.strip() else ())]
    for name in wanted:
        default, address = PORTS[name]
        given = settings.get(name) or str(default)
        if not given.isdigit() or not 0 < int(given) < 1 << 16:
            yield Problem(f"{name} is {given!r}: it must be a port, 1 to 65535.")
            continue
        users = [one for one in containers if one.is_running and int(given) in one.ports]
        if any(one.is_ours for one in users):
            continue
        if users:
            yield Problem(f"Port {given} is in use by the container {users[0].name}: stop it, or set {name} in .env.")
        elif _is_used(address, int(given)):
            yield Problem(
                f"Port {given} is in use (sudo ss -ltnp 'sport = :{given}' says by what): stop that program, or set "
                f"{name} in .env."
            )


def _is_used(address: str, port: int) -> bool:
    """Return whether a program listens there. Ports below 1024 may not be tried, so this connects to them."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that has just ended is no listener
        try:
            tried.bind((address, port))
        except OSError as error:
            if error.errno != errno.EACCES:
                return error.errno == errno.EADDRINUSE
        else:
            return False
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _check_disk(docker: Docker) -> Iterator[Problem]:
    try:
        free = shutil.disk_usage(docker.root).free / GB
    except OSError:  # Docker Desktop has a disk of its own
        return
    needed = NEXT_GB if docker.has_images else FIRST_GB
    if free < needed:
        yield Problem(
            f"The disk of {docker.root} has {free:.1f} GB free, and containers need {needed} GB: free some space "
            "(docker system prune removes what nothing uses)."
        )
