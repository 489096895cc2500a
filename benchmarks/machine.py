"""Describes the machine and the time of a measurement."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, the software versions and the time."""

    processor: str
    cores: int
    memory: int
    """Bytes."""
    system: str
    python: str
    packages: dict[str, str]
    measured_at: str
    """UTC, ISO 8601."""
    load: float
    """The load average of the previous minute. Above 0.5, something else was running."""

    @classmethod
    def this(cls, packages: Sequence[str]) -> "Machine":
        """Describe the current machine and time, and the installed versions of these packages."""
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)),
            memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            system=f"{platform.system()} {platform.release()}",
            python=platform.python_version(),
            packages={name: version(name) for name in packages},
            measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
            load=round(os.getloadavg()[0], 2),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory / 2**30:.0f} GB, Python {self.python}, "
            f"{self.measured_at[:10]}, load {self.load:.1f} before"
        )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
