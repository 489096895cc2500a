"""Makes the sample backups, measures both ways on each, and removes everything again."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.machine import Machine
from benchmarks.sync.process import measure
from benchmarks.sync.results import Case, Growth, Measured, growths
from toko_assets.errors import PermanentError
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.sample.backup import write_sample_backup

CHAIN, FIRST_VERSION = "benchmarks.sync.chain", "benchmarks.sync.first_version"
Samples = dict[tuple[int, int], Path]
"""Backup files by products and history rows."""

SEED = 1
YESTERDAY = 1000
"""History rows of the backup that was synced the day before: of the same products, which alone count there."""
REPETITIONS, REPETITIONS_OF_LARGE, LARGE = 3, 1, 5_000_000
"""So many, and of a backup with that many history rows or more: there a run is long enough to need no median."""
RESTORE_JOBS = (1, 2)
LEAST_BYTES, BYTES_A_ROW = 2 * 10**9, 600
"""Of disk, for each history row: 190 measured for the restored tables and 40 for the backup, and room to move."""


@dataclass(frozen=True)
class Benchmark:
    """One run of `toko bench sync`."""

    machine: Machine
    cases: list[Case]

    @property
    def growths(self) -> list[Growth]:
        return growths(self.cases)

    def as_json(self) -> dict[str, Any]:
        """For machines; seconds and bytes throughout."""
        return {
            "benchmark": "sync",
            "machine": self.machine.as_json(),
            "cases": [case.as_json() for case in self.cases],
            "growth": [growth.as_json() for growth in self.growths],
        }


def run_benchmark(products: Sequence[int], history: Sequence[int], repeat: int | None, console: Console) -> Benchmark:
    """Measure every combination of sizes; a line on `console` for each measurement. Raises TokoError."""
    machine = Machine.this()
    sizes = [(p, h) for p in sorted(set(products)) for h in sorted(set(history))]
    with (
        _ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="toko-bench-") as temporary,
        _progress(console) as show,
    ):
        folder = Path(temporary)
        _ensure_room(folder, max(history))
        samples = _make_samples(folder, {*sizes, *((p, YESTERDAY) for p, _ in sizes)}, show)
        _warm_up(folder, samples[sizes[0][0], YESTERDAY], show)
        cases = [_case(p, h, samples, repeat or _repetitions(h), folder, show) for p, h in sizes]
    return Benchmark(machine, cases)


def _repetitions(history: int) -> int:
    return REPETITIONS_OF_LARGE if history >= LARGE else REPETITIONS


def _case(products: int, history: int, samples: Samples, times: int, folder: Path, show: "_Lines") -> Case:
    """The ways take turns, so that a disturbance of the machine does not meet one of them alone."""
    backup, yesterday = samples[products, history], samples[products, YESTERDAY]
    ways: dict[str, Callable[..., Measured]] = {
        "our chain, first sync": partial(measure, CHAIN, backup),
        "our chain, next sync": partial(_next_sync, yesterday, backup),
        **{f"first version, -j {jobs}": partial(_first_version, backup, jobs) for jobs in RESTORE_JOBS},
    }
    runs: dict[str, list[Measured]] = {way: [] for way in ways}
    for number in range(1, times + 1):
        for way, run in ways.items():
            show.working(f"{products:,} products, {history:,} history rows: {way}, {number} of {times}")
            with _fresh(folder / "run") as room:
                runs[way].append(run(folder=room))
            show.done(f"{runs[way][-1].whole:6.1f} s")
    first, following, *theirs = (tuple(measured) for measured in runs.values())
    return Case(
        products=products,
        history=history,
        size=backup.stat().st_size,
        first_sync=first,
        next_sync=following,
        first_version=dict(zip(RESTORE_JOBS, theirs, strict=True)),
    )


def _next_sync(yesterday: Path, backup: Path, folder: Path) -> Measured:
    measure(CHAIN, yesterday, folder=folder)
    return measure(CHAIN, backup, folder=folder)


def _first_version(backup: Path, jobs: int, folder: Path) -> Measured:
    """Its server is created beforehand: that happens once in an installation's life."""
    with EmbeddedPostgres(folder / "postgres"):
        pass
    return measure(FIRST_VERSION, backup, folder / "postgres", str(jobs), folder=folder)


def _warm_up(folder: Path, backup: Path, show: "_Lines") -> None:
    """Each way once unmeasured: Python's bytecode is made, programs and libraries are in the system's cache."""
    for run in (partial(measure, CHAIN, backup), partial(_first_version, backup, 1)):
        show.working("Warming up")
        with _fresh(folder / "run") as room:
            run(folder=room)


def _make_samples(folder: Path, sizes: set[tuple[int, int]], show: "_Lines") -> Samples:
    """One backup for each size, on a server that is gone before anything is measured."""
    samples = {}
    with _fresh(folder / "maker") as room, EmbeddedPostgres(room / "postgres") as server:
        for products, history in sorted(sizes):
            samples[products, history] = backup = folder / f"i5_CONTOH_{products}_{history}.i5bu"
            title = f"Sample backup of {products:,} products, {history:,} history rows"

            def progress(step: str, title: str = title) -> None:
                show.working(f"{title}: {step}")

            write_sample_backup(server, backup, products=products, history=history, seed=SEED, progress=progress)
            show.working(title)
            show.done(f"{backup.stat().st_size / 1e6:,.1f} MB")
    return samples


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """An empty folder that is removed afterwards."""
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _ensure_room(folder: Path, history: int) -> None:
    free, needed = shutil.disk_usage(folder).free, LEAST_BYTES + history * BYTES_A_ROW
    if free < needed:
        raise PermanentError(
            f"{folder.parent} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed: "
            "set TMPDIR to a folder with more, or take a smaller --history."
        )


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM leaves as an exception, so that what was made is removed; Ctrl-C is one already."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Lines:
    """A spinner with what is being done, a line for what is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Starting")
        self._doing = ""

    def working(self, what: str) -> None:
        self._doing = what
        self._progress.reset(self._task, description=f"{what} …")

    def done(self, result: str) -> None:
        self._progress.console.print(f"[green]✓[/] {self._doing}: {result}", highlight=False, soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[_Lines]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Lines(progress)
