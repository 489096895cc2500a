"""Runs a measured process to its end, and measures how busy the rest of the machine was meanwhile."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import benchmarks
from benchmarks.procfs import busy_seconds, descendants, wait_for_end
from toko_assets.common.settings import Settings
from toko_bot.settings import BotSettings
from toko_core import TokoError
from toko_web.settings import PageSettings

LOG = "stderr.log"
"""The file with the standard error of the measured process, in its folder."""
END_SECONDS = 30
"""How long an interrupted process may take: it stops its PostgreSQL first."""


class MeasurementError(TokoError):
    """A measured process failed. The message is the last line that it wrote."""


@contextmanager
def running(
    module: str, *args: str | Path, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m module args…` in `folder`, with the data folder `folder/data`.

    `settings` are added to its environment. At the end of the block, this waits for the process; after an error in the
    block, it stops the process. Raises MeasurementError.
    """
    log = folder / LOG
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, args)],
            cwd=folder,  # a folder without an .env file
            env={**_environment(folder), **(settings or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches only this process, which then stops the other cleanly
        )
    try:
        yield process
        status = process.wait()
    except BaseException:
        _end(process)
        raise
    if status != 0:
        lines = log.read_text(errors="replace").strip().splitlines() or [f"exit status {status}"]
        raise MeasurementError(f"{module} failed: {lines[-1]}")


class OtherLoad:
    """Measures how many processor cores other processes kept busy during the `with` block, on average."""

    cores = 0.0

    def __enter__(self) -> "OtherLoad":
        self._used, self._busy, self._begun = _our_seconds(), busy_seconds(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        others = (busy_seconds() - self._busy) - (_our_seconds() - self._used)
        self.cores = max(0.0, others / (time.monotonic() - self._begun))


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """Create an empty folder, and remove it afterwards."""
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Turn SIGTERM into an exception, as Ctrl-C is, so that temporary files are removed."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _environment(folder: Path) -> dict[str, str]:
    """Return this process's environment without any setting of a shop on this machine, whose data must stay untouched.

    Python's bytecode is cached in a folder next to `folder`: without it, each start compiles for 2.5 seconds.
    """
    names = {name.upper() for name in (*Settings.model_fields, *BotSettings.model_fields, *PageSettings.model_fields)}
    left_out = names | {"DAGSTER_HOME", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in left_out}
    return {
        **kept,
        "TOKO_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(Path(benchmarks.__file__).parents[1]),
        "PYTHONPYCACHEPREFIX": str(folder.with_name("bytecode")),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process, and kill it after a timeout. Then wait for its PostgreSQL, which ends with it."""
    family = descendants(process.pid)
    for kind in (signal.SIGINT, signal.SIGKILL):
        process.send_signal(kind)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
            break
    wait_for_end(family, END_SECONDS)


def _our_seconds() -> float:
    """Return the processor time of this process and of its finished child processes."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
