"""The report of a measured process: a small JSON file, written when its work is done."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.procfs import peak_rss
from benchmarks.sync.results import Step


@dataclass(frozen=True, slots=True)
class Report:
    """A report. Times are `time.monotonic()`, which on Linux is the same clock in all processes."""

    steps: tuple[Step, ...]
    imported: float
    """The time when interpreter and imports were ready."""
    published: float
    """The time when the result was available to readers."""
    afterwards: float
    """Seconds of the work after the publication."""
    peak_rss: int
    """The peak of resident memory over the whole process, in bytes."""


def write_report(
    file: Path, steps: tuple[Step, ...], imported: float, published: float, afterwards: float = 0.0
) -> None:
    """Write the report at the end of a measured process."""
    file.write_text(json.dumps(asdict(Report(steps, imported, published, afterwards, peak_rss()))))


def read_report(file: Path) -> Report:
    """Read the report of a process that succeeded."""
    fields = json.loads(file.read_text())
    return Report(**{**fields, "steps": tuple(Step(**step) for step in fields["steps"])})
