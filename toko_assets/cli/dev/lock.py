"""One `toko dev` or `toko up` for each Dagster home: the file that it locks says where it runs."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toko_core import TokoError
from toko_core.files import open_lock, try_lock

FILE = "toko-dev.lock"


@dataclass(frozen=True, slots=True)
class Started:
    """A `toko dev` or `toko up` that was not stopped: it runs, or it was killed."""

    pid: int
    port: int
    is_alive: bool
    command: str = "dev"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def only_one(home: Path, port: int, command: str = "dev") -> Iterator[None]:
    """Hold the lock of a Dagster home. Raises TokoError if another `toko dev` or `toko up` holds it."""
    with open_lock(home / FILE) as handle:
        if not try_lock(handle):
            other = find_started(home)
            where = f" (process {other.pid}, {other.address})" if other else ""
            running = other.command if other else command
            raise TokoError(f"`toko {running}` is already running for {home}{where}: stop it first.")
        _write(handle, json.dumps({"pid": os.getpid(), "port": port, "command": command}))
        try:
            yield
        finally:  # a killed process leaves its text
            _write(handle, "")


@contextmanager
def keep_stopped(home: Path) -> Iterator[None]:
    """Keep `toko dev` and `toko up` from starting with a Dagster home. Raises TokoError if one of them runs.

    None can run in a home that is not writable, as in containers.
    """
    home.mkdir(parents=True, exist_ok=True)
    if not os.access(home, os.W_OK):
        yield
        return
    with open_lock(home / FILE) as handle:
        if not try_lock(handle):
            other = find_started(home)
            where, running = (f" (process {other.pid})", other.command) if other else ("", "dev")
            raise TokoError(f"`toko {running}` is running for {home}{where}: stop it first.")
        yield


def find_started(home: Path) -> Started | None:
    """Return the one that runs or was killed. None if there was none, or if it was stopped.

    None as well if the file cannot be understood: after a power cut it may hold zeros.
    """
    file = home / FILE
    if not file.exists():
        return None
    with open_lock(file) as handle:
        try:
            return Started(**json.loads(file.read_bytes()), is_alive=not try_lock(handle))
        except (ValueError, TypeError):
            return None


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)
