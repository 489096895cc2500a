"""Measures every engine at every size, each in processes of its own, and removes all files at the end."""

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console

from benchmarks.latency import MILLI
from benchmarks.machine import Machine
from benchmarks.process import MeasurementError, OtherLoad, ended_by_sigterm, fresh, running
from benchmarks.progress import Lines, progress_lines
from benchmarks.search.cases import SearchCase
from benchmarks.search.engines import Engine
from benchmarks.search.judged import Judged
from benchmarks.search.results import Benchmark, Built, Case, Measured, served_of
from benchmarks.search.shops import Shop, Shops

WORKER = "benchmarks.search.worker"
PACKAGES = ("toko", "numpy", "duckdb", "pandas", "rapidfuzz", "tantivy")


def run_benchmark(
    shops: Shops, engines: Sequence[Engine], passes: int, *, everywhere: bool, console: Console
) -> Benchmark:
    """Measure the engines on each shop, and print a line to `console` for each measurement. Raises TokoError.

    `everywhere` also measures engines at sizes for which they are too slow.
    """
    missing = {engine.name: program for engine in engines if (program := engine.missing()) is not None}
    engines = [engine for engine in engines if engine.name not in missing]
    machine = Machine.this(_packages(engines))
    with (
        ended_by_sigterm(),
        tempfile.TemporaryDirectory(prefix="toko-bench-") as temporary,
        progress_lines(console) as show,
    ):
        cases = []
        for size, make in shops.by_size.items():
            show.working(f"{size:,} names")
            shop = make()
            show.done(f"{len(shop.cases):,} searches")
            judged = Judged.on(shops.judged, shop.names) if shops.judged else None
            fit = [e for e in engines if everywhere or e.most_names is None or size <= e.most_names]
            measured = _measure_all(shop, judged, fit, passes, Path(temporary), show)
            left_out = tuple(engine.name for engine in engines if engine not in fit)
            cases.append(Case(size, shop.kinds, measured, left_out, judged.differing if judged is not None else 0))
    return Benchmark(machine, shops.source, tuple(cases), missing)


def _measure_all(
    shop: Shop, judged: Judged | None, engines: Sequence[Engine], passes: int, folder: Path, show: Lines
) -> tuple[Measured, ...]:
    names, questions = folder / "names.json", folder / "questions.json"
    names.write_text(json.dumps(shop.names))
    questions.write_text(json.dumps([_questions(shop), judged.queries if judged is not None else []]))
    measured = []
    for engine in engines:
        show.working(f"{len(shop.names):,} names: {engine.name}")
        with fresh(folder / engine.name) as run_folder:
            one = _measure(engine, len(shop.names), names, questions, passes, run_folder)
        if judged is not None:
            one = replace(one, judged=judged.score(one.served.judged_answers))
        measured.append(one)
        latency = one.served.latency
        show.done(
            f"p50 {latency.p50 * MILLI:.2f} ms, p99 {latency.p99 * MILLI:.2f} ms, recall {one.served.recall:.3f} "
            f"({latency.queries:,} queries, {latency.passes} ×)"
        )
    return tuple(measured)


def _measure(engine: Engine, size: int, names: Path, questions: Path, passes: int, run_folder: Path) -> Measured:
    """Measure an engine in two processes on the same core: one builds the index, the other searches."""
    stored = run_folder / "stored"
    stored.mkdir()
    try:
        built = Built(**_work("build", engine, stored, names, run_folder=run_folder))
        with OtherLoad() as others:
            served = served_of(_work("serve", engine, stored, questions, str(passes), run_folder=run_folder))
    except MeasurementError as error:
        raise MeasurementError(f"{engine.name} with {size:,} names: {error}") from error
    return Measured(engine.name, engine.setting, size, built, served, others.cores)


def _work(step: str, engine: Engine, stored: Path, *args: str | Path, run_folder: Path) -> dict[str, Any]:
    """Run a step in a worker process, and return its report."""
    report = run_folder / f"{step}.json"
    core = max(os.sched_getaffinity(0))
    with running(WORKER, report, str(core), step, engine.name, stored, *args, folder=run_folder):
        pass
    figures: dict[str, Any] = json.loads(report.read_text())
    return figures


def _questions(shop: Shop) -> list[tuple[str, str, list[int]]]:
    """Return the kind, the query and the rows that answer it for each search.

    The kinds alternate, so that adjacent searches share nothing that a cache could keep.
    """
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(shop.names):
        rows[name.strip().casefold()].append(row)
    by_kind: defaultdict[str, list[SearchCase]] = defaultdict(list)
    for case in shop.cases:
        by_kind[case.kind].append(case)
    for kind, cases in by_kind.items():
        Random(kind).shuffle(cases)
    in_turn = chain.from_iterable(zip_longest(*by_kind.values()))
    return [(case.kind, case.query, rows[case.target.strip().casefold()]) for case in in_turn if case is not None]


def _packages(engines: Sequence[Engine]) -> list[str]:
    """Return the packages that these engines need."""
    needed = {"toko", "numpy", *(module.partition(".")[0] for engine in engines for module in engine.modules)}
    return [package for package in PACKAGES if package in needed]
