"""Measures one process, and reads its report."""

import os
import time
from pathlib import Path

from benchmarks.process import OtherLoad, running
from benchmarks.sync.memory import TreeWatch
from benchmarks.sync.report import read_report
from benchmarks.sync.results import Measured


def measure(module: str, *args: str | Path, folder: Path) -> Measured:
    """Run `python -m module REPORT args…` in `folder` to its end, and measure it. Raises MeasurementError."""
    report = folder / "report.json"
    os.sync()  # so that this process does not wait for the previous one's writes
    begun = time.monotonic()
    with (
        OtherLoad() as others,
        running(module, report, *args, folder=folder) as process,
        TreeWatch(process.pid) as watch,
    ):
        process.wait()
    figures = read_report(report)
    return Measured(
        steps=figures.steps,
        whole=figures.published - begun,
        start_up=figures.imported - begun,
        afterwards=figures.afterwards,
        memory=watch.memory(figures.peak_rss),
        other_load=others.cores,
    )
