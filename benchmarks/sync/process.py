"""Measures one process of one way, and reads what it reports."""

import os
import time
from pathlib import Path

from benchmarks.process import OtherLoad, running
from benchmarks.sync.memory import TreeWatch
from benchmarks.sync.report import read_report
from benchmarks.sync.results import Measured


def measure(module: str, *args: str | Path, folder: Path) -> Measured:
    """Run `python -m module REPORT args…` in `folder` to its end. Raises MeasurementError."""
    report = folder / "report.json"
    os.sync()  # what the last one wrote is not this one's to wait for
    begun = time.monotonic()
    with (
        OtherLoad() as others,
        running(module, report, *args, folder=folder) as process,
        TreeWatch(process.pid) as watch,
    ):
        process.wait()
    told = read_report(report)
    return Measured(
        steps=told.steps,
        whole=told.published - begun,
        start_up=told.imported - begun,
        afterwards=told.afterwards,
        memory=watch.memory(told.peak_rss),
        other_load=others.cores,
    )
