"""Starts a measured process, watches it, and reads what it reports."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import benchmarks
from benchmarks.sync.memory import TreeWatch, busy_seconds, descendants, wait_for_end
from benchmarks.sync.report import read_report
from benchmarks.sync.results import Measured
from toko_assets.errors import TokoError
from toko_assets.settings import Settings

END_SECONDS = 30
"""A process that is interrupted stops its PostgreSQL first."""


class MeasurementError(TokoError):
    """A measured process failed; the message is the last line that it wrote."""


def measure(module: str, *args: str | Path, folder: Path) -> Measured:
    """Run `python -m module REPORT args…` in `folder` (its data folder is `folder/data`) to its end."""
    report, log = folder / "report.json", folder / "stderr.log"
    command = [sys.executable, "-m", module, str(report), *map(str, args)]
    os.sync()  # what the last one wrote is not this one's to wait for
    used, busy, begun = _our_seconds(), busy_seconds(), time.monotonic()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,  # where there is no .env
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # a Ctrl-C reaches us alone, and we end it properly
        )
    try:
        with TreeWatch(process.pid) as watch:
            status = process.wait()
    except BaseException:
        _end(process)
        raise
    others = (busy_seconds() - busy) - (_our_seconds() - used)
    elapsed = time.monotonic() - begun
    if status != 0:
        said = log.read_text(errors="replace").strip().splitlines() or [f"exit status {status}"]
        raise MeasurementError(f"{module} failed: {said[-1]}")
    told = read_report(report)
    return Measured(
        steps=told.steps,
        whole=told.published - begun,
        start_up=told.imported - begun,
        afterwards=told.afterwards,
        memory=watch.memory(told.peak_rss),
        other_load=max(0.0, others / elapsed),
    )


def _environment(folder: Path) -> dict[str, str]:
    """This one, without a single setting of the shop that may live here, whose data nothing must touch.

    Python's bytecode is kept beside, whatever is installed: without it each start compiles for 2.5 seconds.
    """
    left_out = {name.upper() for name in Settings.model_fields} | {"DAGSTER_HOME", "PYTHONDONTWRITEBYTECODE"}
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
