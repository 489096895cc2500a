"""Checks whether the machine is large enough, and what runs there already."""

import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from toko_assets.cli.containers.docker import Container, Docker
from toko_assets.cli.dev.lock import Started, find_started
from toko_assets.cli.doctor.finding import Finding, good, note, wrong
from toko_assets.cli.doctor.machine import SYNC_BYTES, SYNC_TIMES, SYNCS_AHEAD, newest_size
from toko_assets.common.settings import Settings
from toko_assets.publishing.served import read_served
from toko_core.files import nearest_existing
from toko_core.settings import ShopSettings
from toko_core.text import moment

GB = 1_000_000_000
LEAST_MEMORY, ENOUGH_MEMORY = 0.9 * GB, 1.8 * GB
"""A server of "2 GB" has somewhat less. Everything together needs about 0.7 GB, and a sync as much again."""
IMAGES = 4 * GB
"""The disk space of the images, and of what is needed to build them."""
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def look_at_machine(docker: Docker | None) -> Iterator[Finding]:
    """Check processors and memory; with Docker, the space for images too."""
    count, memory = len(os.sched_getaffinity(0)), _memory()
    size = f"{count} processor{'s' if count > 1 else ''}, {memory / GB:.1f} GB of memory"
    if memory < LEAST_MEMORY:
        yield wrong("machine", f"{size}: 1 GB is the least, and 2 GB are better. Add memory.")
    elif memory < ENOUGH_MEMORY:
        yield note("machine", f"{size}: 2 GB are better, a sync of a large shop may not fit.")
    else:
        yield good("machine", size)
    if docker:
        with suppress(OSError):  # not of this machine
            free = shutil.disk_usage(docker.root).free
            said = f"{docker.root} has {free / GB:.1f} GB free, images need about {IMAGES / GB:.0f} GB"
            yield note("Docker", f"{said}: free some space first.") if free < IMAGES else good("Docker", said)


def look_at_disk(settings: Settings) -> Finding:
    """Compare the free space of the data folder's disk with what a sync of the largest backup needs."""
    free, needed = (
        shutil.disk_usage(nearest_existing(settings.data_folder)).free,
        SYNC_BYTES + SYNC_TIMES * newest_size(settings),
    )
    said = f"{free / GB:,.1f} GB free for {settings.data_folder}, a sync needs about {needed / GB:.1f} GB"
    if free < needed:
        return wrong("disk", f"{said}: free some space, or set TOKO_DATA_DIR to a larger disk.")
    return note("disk", f"{said}: free some space soon.") if free < SYNCS_AHEAD * needed else good("disk", said)


def look_at_installation(settings: ShopSettings, running: Sequence[Container]) -> Iterator[Finding]:
    """Say what is installed here already. Nothing of it is changed."""
    served = read_served(settings.folder)
    if served is not None and served.problem:
        yield note("installed", served.problem)
    elif served is not None:
        origin = "the demo's backup, which the shop's first one replaces" if served.is_demo else "an earlier sync"
        if served.backup and not served.is_demo:
            dumped = served.backup.dumped_at.replace(tzinfo=settings.zone)
            origin = f"{served.backup.name} of {moment(dumped, settings.zone)}"
        yield good("installed", f"{settings.data_folder} serves a catalogue, from {origin}")
    if started := running_dev(settings):
        yield note("installed", f"toko runs here (process {started.pid}, {started.address}): restart it afterwards.")
    if running:
        names = ", ".join(sorted(container.name for container in running))
        yield note("installed", f"Containers run here ({names}): `make up` again afterwards.")


def running_dev(settings: ShopSettings) -> Started | None:
    """Return the Dagster that runs with this data folder."""
    home = Path(os.environ.get("DAGSTER_HOME") or settings.folder.dagster)
    started = find_started(home)
    return started if started and started.is_alive else None


def port_problem(port: int) -> str:
    """Return one line that says why this machine cannot listen on a port; an empty text if it can."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections don't count
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen()
        except OSError as error:
            return f"Port {port} cannot be used ({error.strerror})"
    return ""


def free_port(after: int) -> int:
    """Return the next port that is free."""
    return next(port for port in range(after + 1, 65_536) if not port_problem(port))


def _memory() -> int:
    """Return the bytes of memory: the machine's, or less if a limit of the kernel says so."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in MEMORY_LIMITS:
        with suppress(OSError, ValueError):  # another version of cgroups, or "max"
            sizes.append(int(limit.read_text()))
    return min(sizes)
