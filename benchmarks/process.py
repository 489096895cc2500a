"""Starts a measured process and sees it to its end; how busy the rest of the machine was meanwhile."""

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
from toko_core.errors import TokoError

LOG = "stderr.log"
"""Standard error of the measured process, in its folder."""
END_SECONDS = 30
"""A process that is interrupted stops its PostgreSQL first."""


class MeasurementError(TokoError):
    """A measured process failed; the message is the last line that it wrote."""


@contextmanager
def running(
    module: str, *args: str | Path, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module args…` in `folder` (its data folder is `folder/data`), ended when the block is left.

    `settings` are added to its environment. The block waits for it, or it is waited for. Raises MeasurementError.
    """
    log = folder / LOG
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, args)],
            cwd=folder,  # where there is no .env
            env={**_environment(folder), **(settings or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # a Ctrl-C reaches us alone, and we end it properly
        )
    try:
        yield process
        status = process.wait()
    except BaseException:
        _end(process)
        raise
    if status != 0:
        said = log.read_text(errors="replace").strip().splitlines() or [f"exit status {status}"]
        raise MeasurementError(f"{module} failed: {said[-1]}")


class OtherLoad:
    """How many processor cores everything else on the machine kept busy during the `with` block, on average."""

    cores = 0.0

    def __enter__(self) -> "OtherLoad":
        self._used, self._busy, self._begun = _our_seconds(), busy_seconds(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        others = (busy_seconds() - self._busy) - (_our_seconds() - self._used)
        self.cores = max(0.0, others / (time.monotonic() - self._begun))


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """An empty folder that is removed afterwards."""
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM leaves as an exception, so that what was made is removed; Ctrl-C is one already."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _environment(folder: Path) -> dict[str, str]:
    """This one, without a single setting of the shop that may live here, whose data nothing must touch.

    Python's bytecode is kept beside, whatever is installed: without it each start compiles for 2.5 seconds.
    """
    names = {name.upper() for name in (*Settings.model_fields, *BotSettings.model_fields)}
    left_out = names | {"DAGSTER_HOME", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in left_out}
    return {
        **kept,
        "TOKO_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(Path(benchmarks.__file__).parents[1]),
        "PYTHONPYCACHEPREFIX": str(folder.with_name("bytecode")),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it, wait, and at last kill it; then wait for its PostgreSQL, which ends with it."""
    family = descendants(process.pid)
    for kind in (signal.SIGINT, signal.SIGKILL):
        process.send_signal(kind)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
            break
    wait_for_end(family, END_SECONDS)


def _our_seconds() -> float:
    """Processor time of this process and of all that it started and saw end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
