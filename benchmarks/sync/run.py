"""Makes the sample backups, measures our chain and the first version on each, and removes all files."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.machine import Machine
from benchmarks.process import ended_by_sigterm, fresh
from benchmarks.progress import Lines, progress_lines
from benchmarks.sync.process import measure
from benchmarks.sync.results import Case, Growth, Measured, growths
from toko_assets.postgres.embedded import EmbeddedPostgres
from toko_assets.sample.backup import write_sample_backup
from toko_assets.sample.shop import PHOTO_SHARE
from toko_core import PermanentError

CHAIN, FIRST_VERSION = "benchmarks.sync.chain", "benchmarks.sync.first_version"
PACKAGES = ("toko", "dagster", "duckdb", "pandas", "pyarrow")
Samples = dict[tuple[int, int], Path]
"""Backup files by products and history rows."""

SEED = 1
YESTERDAY = 1000
"""History rows of the backup that was synced the day before. Only its products matter, which are the same."""
REPETITIONS, REPETITIONS_OF_LARGE, LARGE = 3, 1, 5_000_000
"""A backup with at least LARGE history rows needs fewer repetitions: a run is long enough to need no median."""
FIRST_VERSIONS = {"as it was": ("stock", "1"), "at its best": ("ours", "2")}
"""The PostgreSQL settings and the number of `pg_restore` jobs of each variant."""
LEAST_BYTES, BYTES_A_ROW = 2 * 10**9, 600
"""Disk space, at least and per history row: 190 measured for the restored tables, 40 for the backup, and a reserve."""


@dataclass(frozen=True)
class Benchmark:
    """One run of `toko bench sync`."""

    machine: Machine
    cases: list[Case]

    @property
    def growths(self) -> list[Growth]:
        return growths(self.cases)

    def as_json(self) -> dict[str, Any]:
        """Return the figures in seconds and bytes, for JSON."""
        return {
            "benchmark": "sync",
            "machine": self.machine.as_json(),
            "cases": [case.as_json() for case in self.cases],
            "growth": [growth.as_json() for growth in self.growths],
        }


def run_benchmark(
    products: Sequence[int], history: Sequence[int], repeat: int | None, console: Console, photos: float = PHOTO_SHARE
) -> Benchmark:
    """Measure every combination of sizes, and print a line on `console` for each measurement. Raises TokoError.

    `photos` is the share of the products that have a photo.
    """
    machine = Machine.this(PACKAGES)
    sizes = [(p, h) for p in sorted(set(products)) for h in sorted(set(history))]
    with (
        ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="toko-bench-") as temporary,
        progress_lines(console) as show,
    ):
        folder = Path(temporary)
        _ensure_disk_space(folder, max(history))
        samples = _make_samples(folder, {*sizes, *((p, YESTERDAY) for p, _ in sizes)}, photos, show)
        _warm_up(folder, samples[sizes[0][0], YESTERDAY], show)
        cases = [_case(p, h, photos, samples, repeat or _repetitions(h), folder, show) for p, h in sizes]
    return Benchmark(machine, cases)


def _repetitions(history: int) -> int:
    return REPETITIONS_OF_LARGE if history >= LARGE else REPETITIONS


def _case(products: int, history: int, photos: float, samples: Samples, times: int, folder: Path, show: Lines) -> Case:
    """Measure one case. The variants take turns, so that a disturbance of the machine does not affect only one."""
    backup, yesterday = samples[products, history], samples[products, YESTERDAY]
    ways: dict[str, Callable[..., Measured]] = {
        "our chain, first sync": partial(measure, CHAIN, backup),
        "our chain, next sync": partial(_next_sync, yesterday, backup),
        **{f"first version {way}": partial(_first_version, backup, *how) for way, how in FIRST_VERSIONS.items()},
    }
    runs: dict[str, list[Measured]] = {way: [] for way in ways}
    for number in range(1, times + 1):
        for way, run in ways.items():
            show.working(f"{products:,} products, {history:,} history rows: {way}, {number} of {times}")
            with fresh(folder / "run") as run_folder:
                runs[way].append(run(folder=run_folder))
            show.done(f"{runs[way][-1].whole:6.1f} s")
    first, following, *theirs = (tuple(measured) for measured in runs.values())
    return Case(
        products=products,
        history=history,
        photos=photos,
        size=backup.stat().st_size,
        first_sync=first,
        next_sync=following,
        first_version=dict(zip(FIRST_VERSIONS, theirs, strict=True)),
    )


def _next_sync(yesterday: Path, backup: Path, folder: Path) -> Measured:
    measure(CHAIN, yesterday, folder=folder)
    return measure(CHAIN, backup, folder=folder)


def _first_version(backup: Path, settings: str, jobs: str, folder: Path) -> Measured:
    """Measure the first version. The server is created beforehand, because that happens only once per installation."""
    with EmbeddedPostgres(folder / "postgres"):
        pass
    return measure(FIRST_VERSION, backup, folder / "postgres", settings, jobs, folder=folder)


def _warm_up(folder: Path, backup: Path, show: Lines) -> None:
    """Run each variant once unmeasured, so that bytecode exists, and programs and libraries are in the page cache."""
    for run in (partial(measure, CHAIN, backup), partial(_first_version, backup, "ours", "1")):
        show.working("Warming up")
        with fresh(folder / "run") as run_folder:
            run(folder=run_folder)


def _make_samples(folder: Path, sizes: set[tuple[int, int]], photos: float, show: Lines) -> Samples:
    """Make one backup for each size, with a server that stops before anything is measured."""
    samples = {}
    with fresh(folder / "maker") as run_folder, EmbeddedPostgres(run_folder / "postgres", keep=False) as server:
        for products, history in sorted(sizes):
            samples[products, history] = backup = folder / f"i5_CONTOH_{products}_{history}.i5bu"
            title = f"Sample backup of {products:,} products, {history:,} history rows"

            def progress(step: str, title: str = title) -> None:
                show.working(f"{title}: {step}")

            write_sample_backup(
                server, backup, products=products, history=history, seed=SEED, photos=photos, progress=progress
            )
            show.working(title)
            show.done(f"{backup.stat().st_size / 1e6:,.1f} MB")
    return samples


def _ensure_disk_space(folder: Path, history: int) -> None:
    free, needed = shutil.disk_usage(folder).free, LEAST_BYTES + history * BYTES_A_ROW
    if free < needed:
        raise PermanentError(
            f"{folder.parent} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed: "
            "set TMPDIR to a folder with more, or take a smaller --history."
        )
