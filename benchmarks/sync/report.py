"""What a measured process tells the one that measures it: a small JSON file, written when its work is done."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.procfs import peak_rss
from benchmarks.sync.results import Step


@dataclass(frozen=True, slots=True)
class Report:
    """Moments are `time.monotonic()`, which on Linux is the same clock in all processes."""

    steps: tuple[Step, ...]
    imported: float
    """The moment when interpreter and imports were ready."""
    published: float
    """The moment when the result was there for readers."""
    afterwards: float
    """Seconds of what followed it."""
    peak_rss: int
    """Bytes, of all of it."""


def write_report(
    file: Path, steps: tuple[Step, ...], imported: float, published: float, afterwards: float = 0.0
) -> None:
    """At the end of a measured process."""
    file.write_text(json.dumps(asdict(Report(steps, imported, published, afterwards, peak_rss()))))


def read_report(file: Path) -> Report:
    """Of a process that ended well."""
    said = json.loads(file.read_text())
    return Report(**{**said, "steps": tuple(Step(**step) for step in said["steps"])})
